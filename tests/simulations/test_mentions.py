"""Names as people write them find the person who is meant."""

import unicodedata

import pytest

from platform_app.models import Persona
from platform_app.simulations.mentions import Mentions, find_mentions

NAMES = (
    "Ingrid Solberg",
    "Dr. Jonas Berg-Ødegård (Plant)",
    "José Núñez-O’Connor",
    "Maria van der Berg",
    "J.P. Morgan, Jr.",
    "Wang Fang 王芳",
    "李雷",
    "R&D-Chief [Acting]",
)
CAST = [Persona(pk=number, name=name) for number, name in enumerate(NAMES, start=1)]


def names(mentions: Mentions) -> list[str]:
    return [persona.name for persona in mentions.personas]


@pytest.mark.parametrize("name", NAMES)
def test_a_full_name_is_found_as_it_is_written(name: str) -> None:
    mentions = find_mentions(f"@{name}, what do you think?", CAST)
    assert names(mentions) == [name]
    assert mentions.are_clear


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@ingrid what fell?", "Ingrid Solberg"),
        ("@SOLBERG: what fell?", "Ingrid Solberg"),
        ("@IngridSolberg hello", "Ingrid Solberg"),
        ("@ingrid_solberg hello", "Ingrid Solberg"),
        ("What about @Solberg's plan?", "Ingrid Solberg"),
        ("@Jonas?", "Dr. Jonas Berg-Ødegård (Plant)"),
        ("@Dr. Berg-Ødegård, hello", "Dr. Jonas Berg-Ødegård (Plant)"),
        ("@Jonas Berg-Odegard hello", "Dr. Jonas Berg-Ødegård (Plant)"),
        ("@jonas berg ødegård, hello", "Dr. Jonas Berg-Ødegård (Plant)"),
        ("@Jose hello", "José Núñez-O’Connor"),
        ("@jose nunez-o'connor hello", "José Núñez-O’Connor"),
        ("@Nunez OConnor hello", "José Núñez-O’Connor"),
        ("@van der Berg, hello", "Maria van der Berg"),
        ("@JP Morgan hello", "J.P. Morgan, Jr."),
        ("(@J. P. Morgan Jr knows)", "J.P. Morgan, Jr."),
        ("@李雷你好", "李雷"),
        ("@R & D Chief, hello", "R&D-Chief [Acting]"),
        (unicodedata.normalize("NFD", "@José hello"), "José Núñez-O’Connor"),
        ("Ask\n@Ingrid", "Ingrid Solberg"),
    ],
)
def test_a_person_answers_to_what_people_type(text: str, name: str) -> None:
    mentions = find_mentions(text, CAST)
    assert names(mentions) == [name]
    assert mentions.are_clear


def test_several_people_are_found_once_each_and_in_the_order_of_the_text() -> None:
    assert names(find_mentions("@Maria and @Ingrid, and @Maria again", CAST)) == [
        "Maria van der Berg",
        "Ingrid Solberg",
    ]


@pytest.mark.parametrize("text", ["@all, please vote", "@ALL", "Well, @everyone?"])
def test_all_means_everybody_who_is_present(text: str) -> None:
    assert names(find_mentions(text, CAST)) == list(NAMES)


def test_all_beside_a_name_addresses_nobody_twice() -> None:
    assert sorted(names(find_mentions("@Maria first, then @all", CAST))) == sorted(NAMES)


def test_the_longest_name_wins() -> None:
    cast = [Persona(pk=1, name="Anna"), Persona(pk=2, name="Anna Lee"), Persona(pk=3, name="Anna Lee Smith")]
    assert names(find_mentions("@Anna Lee Smith hello", cast)) == ["Anna Lee Smith"]
    assert names(find_mentions("@Anna Lee hello", cast)) == ["Anna Lee"]
    assert names(find_mentions("@Anna hello", cast)) == ["Anna"]


def test_a_first_name_of_two_people_is_ambiguous_and_both_are_named() -> None:
    cast = [Persona(pk=1, name="Jonas Berg"), Persona(pk=2, name="Jonas Dahl")]
    mentions = find_mentions("@Jonas, hello", cast)
    assert mentions.personas == ()
    assert mentions.ambiguous == (("Jonas", ("Jonas Berg", "Jonas Dahl")),)


def test_somebody_present_is_meant_rather_than_a_namesake_elsewhere() -> None:
    here, away = Persona(pk=1, name="Jonas Berg"), Persona(pk=2, name="Jonas Dahl")
    assert names(find_mentions("@Jonas, hello", [here], [away])) == ["Jonas Berg"]
    assert find_mentions("@Jonas Dahl, hello", [here], [away]).absent == ("Jonas Dahl",)


def test_a_name_that_nobody_has_is_reported_as_typed() -> None:
    assert find_mentions("@Zorro, hello", CAST).unknown == ("Zorro",)
    assert find_mentions("@<script>alert(1)</script>", CAST) == Mentions()


@pytest.mark.parametrize(
    "text", ["write to ingrid@example.com", "at @ 5 dollars", "see you @5pm", "@", "@@Ingrid", "no one"]
)
def test_what_is_no_mention_addresses_nobody(text: str) -> None:
    assert find_mentions(text, CAST) == Mentions()


def test_an_initial_calls_nobody() -> None:
    assert find_mentions("@I think so", [Persona(pk=1, name="I. Solberg")]).personas == ()


def test_a_long_text_full_of_mentions_is_read_quickly() -> None:
    assert find_mentions("@" + "a" * 4000, CAST).unknown
    assert len(find_mentions("@Ingrid " * 500, CAST).personas) == 1
