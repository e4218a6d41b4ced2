"""Scene cards: what is drawn for which words, that it can be read, and that it is the same every time."""

import os
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from platform_app.offline.pictures import draw
from platform_app.offline.pictures.brief import Brief, read
from platform_app.offline.pictures.card import SIZES
from platform_app.offline.pictures.choice import INSIDE, OUTSIDE, Motif, choose
from platform_app.offline.pictures.lettering import KNOWN, broken, length, writable
from platform_app.offline.pictures.palette import PALETTES, Palette, contrast
from platform_app.offline.pictures.people import COLOURS, initials, letters_on
from platform_app.offline.pictures.typesetting import TEXT_WIDTH, set_text
from platform_app.prompting import block

BAND = (224, 800)  # the rows of a square picture that a 16:9 frame shows
PEOPLE = ["Astrid Nordlie", "Erik Dahl"]


def prompt(title: str = "Before the board", **more: object) -> str:
    told = {"title": title, "caption": "Recommend a decision.", "people": PEOPLE, "setting": "board room"}
    return f"Draw the scene.\n\n{block('scene', told | more)}"


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png), formats=["PNG"])


def rows_that_differ(one: bytes, other: bytes) -> tuple[int, int]:
    box = ImageChops.difference(opened(one), opened(other)).getbbox()
    assert box is not None
    return box[1], box[3]


class TestPicture:
    @pytest.mark.parametrize(("size", "pixels"), SIZES.items())
    def test_it_has_the_size_that_was_asked_for(self, size: str, pixels: tuple[int, int]) -> None:
        assert opened(draw(prompt(), size)).size == pixels

    @pytest.mark.parametrize("size", ["2048x2048", "1024", "", "-1x-1"])
    def test_another_size_is_refused_with_a_sentence(self, size: str) -> None:
        with pytest.raises(ValueError, match=r"draws no pictures of .*1024x1536"):
            draw(prompt(), size)

    def test_the_same_prompt_gives_the_same_bytes_in_another_process(self) -> None:
        program = (
            "import sys; from hashlib import sha256; from platform_app.offline.pictures import draw; "
            "print(sha256(draw(sys.stdin.read())).hexdigest())"
        )
        elsewhere = subprocess.run(
            [sys.executable, "-c", program],
            input=prompt(),
            env={**os.environ, "PYTHONHASHSEED": "7"},
            text=True,
            capture_output=True,
            check=True,
        )

        assert elsewhere.stdout.strip() == sha256(draw(prompt())).hexdigest()

    def test_other_titles_and_variations_give_other_pictures(self) -> None:
        asked = [prompt(), prompt("After the board"), prompt(variation="1"), prompt(variation="2")]
        assert len({draw(each) for each in asked}) == len(asked)

    def test_what_matters_is_within_the_part_that_a_wide_frame_shows(self) -> None:
        top, bottom = BAND
        plain = draw(prompt())
        for changed in (prompt(caption="Discourage a decision."), prompt(people=["Leila Haddad", "Bo Ek"])):
            first, last = rows_that_differ(plain, draw(changed))
            assert top < first < last < bottom

    @pytest.mark.parametrize("motif", [*OUTSIDE, *INSIDE], ids=lambda motif: motif.__name__)
    def test_it_is_small(self, motif: Motif) -> None:
        words = (OUTSIDE | INSIDE)[motif]
        asked = prompt(
            setting=words, caption="Find out what the others want, and why. " * 5, people=PEOPLE * 3
        )
        assert len(draw(asked)) < 150_000


class TestBrief:
    def test_a_prompt_without_a_scene_is_the_title(self) -> None:
        assert read("A harbour\n at dawn") == Brief("A harbour at dawn")
        assert choose(read("A harbour\n at dawn"), Random(1)).name == "harbour"

    @pytest.mark.parametrize(
        "body",
        ["no JSON", "[1]", '{"title": 7, "people": "Ann", "setting": null}', '{"people": [1, null]}', "{}"],
    )
    def test_a_block_of_another_kind_does_no_harm(self, body: str) -> None:
        assert opened(draw(f"<scene>\n{body}\n</scene>")).size == (1024, 1024)

    def test_texts_of_any_length_and_content_do_no_harm(self) -> None:
        for evil in ("x" * 200_000, "word " * 50_000, "\ud800\x00\u202e", "  ", "🙂"):
            png = draw(prompt(evil, caption=evil, people=[evil] * 500, setting=evil))
            assert len(png) < 150_000


class TestChoice:
    @pytest.mark.parametrize(
        ("setting", "motif"),
        [
            ("bakery", "bakery"),
            ("office", "office"),
            ("board room", "board_room"),
            ("hospital", "hospital"),
            ("on the factory floor, between two machines", "factory"),
            ("in a seminar room on campus", "class_room"),
            ("in the tasting room above the production floor", "restaurant"),
            ("ein Labor in Basel", "laboratory"),
            ("the port of Gdańsk", "harbour"),
            ("a vineyard", "farm"),
            ("a lorry on the motorway", "logistics"),
            ("the data centre", "server_room"),
            ("a shop in the high street", "street"),
            ("wind turbines", "energy"),
            ("before the court", "columns"),
            ("a mountain lake", "mountains"),
            ("a construction site", "construction"),
            ("a sprint with sticky notes on the whiteboard", "project_room"),
            ("somewhere", "skyline"),
        ],
    )
    def test_the_place_decides_what_is_drawn(self, setting: str, motif: str) -> None:
        assert choose(Brief("The answer", people=("A", "B", "C"), setting=setting), Random(2)).name == motif

    def test_a_room_of_a_hospital_has_it_in_the_window_or_is_the_hospital(self) -> None:
        brief = Brief("The budget", people=("A", "B", "C"), setting="in a meeting room of the hospital")
        choices = [choose(brief, Random(seed)) for seed in range(40)]

        assert {choice.name for choice in choices} == {"board_room", "hospital"}
        assert {choice.outside.__name__ for choice in choices} == {"hospital"}

    def test_two_do_not_meet_at_the_long_table_unless_it_is_the_boards(self) -> None:
        assert choose(Brief("A talk", people=("A",), setting="in a meeting room"), Random(1)).name == "lounge"
        assert choose(Brief("A talk", people=("A",), setting="board room"), Random(1)).name == "board_room"

    def test_the_hour_decides_the_light(self) -> None:
        for word, light in (("midnight", "night"), ("sunrise", "dawn"), ("evening", "dusk")):
            assert choose(Brief(f"A {word} call"), Random(1)).palette.name == light


class TestWriting:
    @pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
    def test_the_writing_stands_out_from_the_panel(self, palette: Palette) -> None:
        for panel in (palette.panel, palette.ink):
            assert contrast(palette.paper, panel) > 7
            assert contrast(palette.soft_paper, panel) > 7
            assert contrast(palette.faint_paper, panel) > 4.5

    @pytest.mark.parametrize("colour", COLOURS)
    def test_initials_stand_out_from_their_avatar(self, colour: tuple[int, int, int]) -> None:
        assert contrast(letters_on(colour), colour) > 4.5

    def test_the_typeface_has_every_letter_that_it_is_said_to_have(self) -> None:
        font = ImageFont.load_default(size=40)

        def drawn(character: str) -> bytes:
            sheet = Image.new("L", (80, 80))
            ImageDraw.Draw(sheet).text((20, 20), character, 255, font)
            return sheet.tobytes()

        box = drawn("\uffff")
        assert [character for character in sorted(KNOWN) if drawn(character) == box] == []

    @pytest.mark.parametrize(
        "name",
        [
            "Tromsø, Wójcik, Łukasz Żak, Gdańsk",
            "Zürich – Düsseldorf — Malmö, Ångström",
            "João, señor, façade, naïve, où, Noël",
            "Čeněk Dvořák, Őry, Şahin, İstanbul, ığ, Țepeș, Đorđe, Nguyễn, Phạm Minh Đức, Trần Thị Hoa, Hải Phòng",
            "5 € for “all”, it’s agreed…",
        ],
    )
    def test_european_names_keep_their_accents(self, name: str) -> None:
        assert writable(name) == name

    def test_letters_that_are_missing_are_spelt(self) -> None:
        assert writable("Straße, Ærø, ﬁne, ½ of it → 😀 done") == "Strasse, Aerø, fine, 1⁄2 of it done"

    def test_accents_are_really_drawn(self) -> None:
        assert draw(prompt(caption="Resume")) != draw(prompt(caption="Résumé"))

    @pytest.mark.parametrize("title", ["北京会议", "Переговоры в порту", "Η συνάντηση", "اجتماع", "ABB 会议"])
    def test_a_title_in_another_script_is_left_away_whole(self, title: str) -> None:
        assert set_text(Brief(title, caption="In Latin letters.")).lines == ()
        assert opened(draw(prompt(title))).size == (1024, 1024)

    def test_lines_fit_and_follow_one_another(self) -> None:
        title = "A long title about the reorganisation of procurement in three countries and two languages"
        for words in range(1, 14):
            brief = Brief(" ".join(title.split()[:words]), caption="Find out what everybody wants. " * 9)
            lines = set_text(brief).lines
            assert all(length(line.text, line.size) <= TEXT_WIDTH for line in lines)
            assert all(lower.y - upper.y >= lower.size for upper, lower in pairwise(lines))
            assert " ".join(line.text for line in lines if line.is_title) == brief.title

    def test_what_does_not_fit_ends_with_an_ellipsis_after_a_whole_word(self) -> None:
        text = "Find out what everybody wants and needs"
        cut = broken(text, 1.0, 9.0, 1)[0]

        assert cut.endswith("…")
        assert text.startswith(cut[:-1] + " ")
        assert length(cut, 1.0) <= 9.0

    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Sister Maeve O'Connor", "SO"),
            ("Dr. Kwame Mensah", "KM"),
            ("Łukasz Żak (CFO)", "ŁŻ"),
            ("Cher", "C"),
            ("J. P. Morgan", "JM"),
            ("王伟", ""),
            ("", ""),
        ],
    )
    def test_initials(self, name: str, letters: str) -> None:
        assert initials(name) == letters
