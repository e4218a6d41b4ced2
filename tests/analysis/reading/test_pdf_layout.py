"""The text of a PDF comes in the order in which a person reads it, without what is printed on every page."""

from __future__ import annotations

import re

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from platform_app.analysis.reading import ReadText, read_document
from tests.analysis.reading.pdfs import (
    BOLD,
    FONT,
    FOUNDING,
    OFFER,
    PEOPLE,
    QUESTION,
    canvas_pdf,
    column_lines,
    flowing_pdf,
    grid,
    heading,
    lettered_pdf,
    open_table,
    title,
    two_columns,
)

WIDTH, HEIGHT = A4


def read(data: bytes, name: str = "case.pdf") -> ReadText:
    return read_document(name, data)


def paragraphs(data: bytes) -> list[str]:
    return read(data).text.split("\n\n")


def test_paragraphs_are_whole_and_headings_stand_alone():
    data = flowing_pdf(
        title("Growth or Focus?"), heading("Background"), FOUNDING, OFFER, heading("People"), PEOPLE
    )

    assert paragraphs(data) == ["Growth or Focus?", "Background", FOUNDING, OFFER, "People", PEOPLE]


def test_a_heading_of_two_lines_is_one_line():
    long_title = "The Rise, the Fall and the Second Rise of Brightwater Foods in Eleven Countries"

    assert paragraphs(flowing_pdf(title(long_title), FOUNDING))[0] == long_title


def test_headers_footers_and_page_numbers_are_left_out():
    body = [f"{FOUNDING} This was meeting {number}." for number in range(30)]
    data = flowing_pdf(
        *body, header="Brightwater Foods (A), 9-123-456", footer=lambda page: f"Page {page} of 9"
    )
    document = read(data)

    assert document.pages is not None
    assert document.pages >= 3
    assert "9-123-456" not in document.text
    assert "Page" not in document.text
    assert [int(number) for number in re.findall(r"meeting (\d+)", document.text)] == list(range(30))


def test_a_title_that_the_headers_repeat_is_kept():
    body = [f"{FOUNDING} This was meeting {number}." for number in range(20)]
    text = read(flowing_pdf(title("Growth or Focus?"), *body, header="Growth or Focus?", footer=str)).text

    assert text.startswith("Growth or Focus?\n\nBrightwater Foods is")
    assert text.count("Growth or Focus?") == 1


def test_lines_that_are_all_the_text_there_is_are_kept():
    def page(number: int):
        def draw(canvas: Canvas) -> None:
            canvas.drawString(72, 700, f"Brightwater Foods has to decide on a contract by Friday {number}")

        return draw

    assert read(canvas_pdf(*map(page, range(1, 4)))).text.count("Brightwater Foods has to decide") == 3


def test_the_names_of_chapters_beside_the_page_number_are_left_out():
    def page(number: int):
        def draw(canvas: Canvas) -> None:
            canvas.setFont(FONT, 9)
            canvas.drawString(72, 800, f"Chapter {number}: The meeting")
            canvas.drawRightString(520, 800, str(number + 11))
            canvas.setFont(FONT, 11)
            for place, line in enumerate(column_lines(FOUNDING, OFFER, width=440)):
                canvas.drawString(72, 760 - 14 * place, line)

        return draw

    assert "Chapter" not in read(canvas_pdf(*map(page, range(1, 5)))).text


def test_the_last_row_of_a_table_is_no_page_number():
    def page(first_year: int):
        def draw(canvas: Canvas) -> None:
            canvas.setFont(FONT, 11)
            for place, line in enumerate(column_lines(FOUNDING, OFFER, width=440)):
                canvas.drawString(72, 760 - 14 * place, line)
            for place in range(4):
                canvas.drawString(72, 600 - 16 * place, str(first_year + place))
                canvas.drawString(200, 600 - 16 * place, f"{first_year % 7}.{place}")

        return draw

    text = read(canvas_pdf(page(2010), page(2011))).text

    assert "2013 | 1.3" in text
    assert "2014 | 2.3" in text


def test_a_paragraph_that_runs_over_the_page_is_one_paragraph():
    body = [f"{FOUNDING} {OFFER} {PEOPLE} This was meeting {number}." for number in range(20)]
    document = read(flowing_pdf(*body, header="Brightwater", footer=str))

    assert document.pages is not None
    assert document.pages >= 3
    assert document.text.split("\n\n") == body


def test_exhibits_that_open_their_pages_are_not_headers():
    def exhibit(number: int):
        def draw(canvas: Canvas) -> None:
            canvas.setFont(BOLD, 14)
            canvas.drawString(72, 780, f"Exhibit {number}")
            canvas.setFont(FONT, 11)
            for place, line in enumerate(column_lines(FOUNDING, OFFER, width=450)):
                canvas.drawString(72, 740 - 14 * place, line)

        return draw

    text = read(canvas_pdf(*map(exhibit, range(1, 5)))).text

    assert re.findall(r"^Exhibit \d$", text, re.MULTILINE) == [
        "Exhibit 1",
        "Exhibit 2",
        "Exhibit 3",
        "Exhibit 4",
    ]


@pytest.mark.parametrize(
    ("interleaved", "drop"),
    [(False, 0), (True, 0), (False, 5), (True, 5)],
    ids=["column by column", "line by line", "lower right column", "line by line, lower right column"],
)
def test_two_columns_are_read_one_after_the_other(interleaved: bool, drop: float):
    left, right = column_lines(FOUNDING, OFFER), column_lines(PEOPLE, QUESTION)
    text = read(canvas_pdf(two_columns(left, right, interleaved=interleaved, drop=drop))).text

    assert text.startswith("Brightwater Foods: Growth or Focus?\n\n")
    assert " ".join(text.split()).endswith(f"{FOUNDING} {OFFER} {PEOPLE} {QUESTION}")


def test_a_box_beside_the_text_is_read_after_it():
    box = ["Key figures", "Revenue 98.4 million", "Margin 11 per cent", "Employees 412"]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        for place, line in enumerate(column_lines(FOUNDING, OFFER, width=330)):
            canvas.drawString(60, 750 - 13 * place, line)
        for place, line in enumerate(box):
            canvas.drawString(430, 744 - 15 * place, line)

    text = read(canvas_pdf(draw)).text

    assert text == "\n\n".join([FOUNDING, OFFER, *box])


def test_three_columns_of_different_length():
    columns = [column_lines(paragraph, width=140) for paragraph in (FOUNDING, OFFER, PEOPLE)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        for number, lines in enumerate(columns):
            for place, line in enumerate(lines):
                canvas.drawString(60 + 160 * number, 750 - 5 * number - 13 * place, line)

    assert " ".join(read(canvas_pdf(draw)).text.split()) == f"{FOUNDING} {OFFER} {PEOPLE}"


def test_an_open_table_with_cells_of_several_lines():
    rows = [
        (["Person"], ["Role"], ["Position"]),
        (
            ["Maria", "Lopez"],
            ["Chief executive since 2015,", "from a competitor"],
            ["Would accept", "the contract"],
        ),
        (["Sören"], ["Finance director"], ["Is sceptical, for the", "covenant would be", "broken at once"]),
        (["Ana", "Souza"], ["Adviser"], ["Neutral"]),
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        y = 750
        for row in rows:
            for x, cell in zip((60, 160, 350), row, strict=True):
                for place, line in enumerate(cell):
                    canvas.drawString(x, y - 12 * place, line)
            y -= 12 * max(map(len, row)) + 8

    assert read(canvas_pdf(draw)).text == "\n".join(" | ".join(map(" ".join, row)) for row in rows)


def test_a_sentence_goes_on_in_the_next_column():
    lines = column_lines(f"{FOUNDING} {OFFER} {PEOPLE} {QUESTION}")
    half = len(lines) // 2
    text = read(canvas_pdf(two_columns(lines[:half], lines[half:]))).text

    assert f"{FOUNDING} {OFFER} {PEOPLE} {QUESTION}" in text


def test_a_table_under_two_columns_is_not_read_as_columns():
    columns = two_columns(column_lines(FOUNDING, OFFER), column_lines(PEOPLE, QUESTION))
    rows = [
        ("Year", "Revenue", "Margin"),
        ("2022", "98.4", "11%"),
        ("2023", "104.1", "9%"),
        ("2024", "121.7", "7%"),
    ]

    def draw(canvas: Canvas) -> None:
        columns(canvas)
        canvas.setFont(BOLD, 14)
        canvas.drawString(60, 480, "Exhibit 1: Results")
        canvas.setFont(FONT, 11)
        for place, row in enumerate(rows):
            for x, cell in zip((60, 250, 400), row, strict=True):
                canvas.drawString(x, 450 - 16 * place, cell)

    text = read(canvas_pdf(draw)).text

    assert f"{FOUNDING} {OFFER}" in " ".join(text.split())
    assert text.endswith(
        "Exhibit 1: Results\n\nYear | Revenue | Margin\n2022 | 98.4 | 11%\n2023 | 104.1 | 9%\n2024 | 121.7 | 7%"
    )


def test_the_cells_of_a_row_are_on_one_line_even_if_they_wrap():
    rows = [
        ["Option", "What it means", "Risk"],
        [
            "Expand",
            "Build a second plant in the south and accept the contract of the retailer",
            "The covenant is broken",
        ],
        ["Focus", "Keep to the organic range", "Volume falls by a third and the plant stands idle in winter"],
    ]
    text = read(flowing_pdf(FOUNDING, grid(rows, [70, 200, 180]), QUESTION)).text

    assert "\n".join(" | ".join(row) for row in rows) in text
    assert text.endswith(QUESTION)


def test_cells_that_only_a_border_parts_are_cells():
    rows = [("Option", "Risk", "Cost"), ("Expand", "High", "30"), ("Narrow", "Mild", "12")]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Courier", 10)
        for place, row in enumerate(rows):
            for x, cell in zip((72, 112, 140), row, strict=True):
                canvas.rect(x - 2, 695 - 16 * place, 28 if x > 72 else 40, 16)
                canvas.drawString(x, 700 - 16 * place, cell)
        canvas.drawString(72, 600, QUESTION[:70])

    assert read(canvas_pdf(draw)).text.startswith("\n".join(" | ".join(row) for row in rows))


def test_an_open_table_keeps_its_rows_and_its_empty_cells():
    rows = [
        ["Year", "Revenue", "Note"],
        ["2022", "98.4", "Plant opened"],
        ["2023", "104.1", ""],
        ["2024", "121.7", "Strike"],
    ]
    text = read(flowing_pdf(heading("Exhibit 1"), open_table(rows, [100, 100, 200]), FOUNDING, OFFER)).text

    assert (
        "Exhibit 1\n\nYear | Revenue | Note\n2022 | 98.4 | Plant opened\n2023 | 104.1 |\n2024 | 121.7 | Strike"
        in text
    )


def test_a_table_of_people_with_long_descriptions_is_read_row_by_row():
    rows = [["Maria Lopez", PEOPLE[:60]], ["Harold Brightwater", FOUNDING], ["Ana Souza", OFFER]]
    text = read(flowing_pdf(QUESTION, grid(rows, [120, 300]))).text

    assert text.endswith("\n".join(" | ".join(row) for row in rows))


def test_hyphens_of_the_line_break_go_and_hyphens_of_the_word_stay():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        lines = [
            "The long-term plan of the inter-",
            "national business, and its long-",
            "term debt, were left to Jean-",
            "Pierre Dupont in 2019-",
            "2020, as pre- and postwar plans were.",
        ]
        for place, line in enumerate(lines):
            canvas.drawString(72, 700 - 14 * place, line)

    text = read(canvas_pdf(draw)).text

    assert "international business, and its long-term debt" in text
    assert "Jean-Pierre Dupont in 2019-2020, as pre- and postwar plans" in text


def test_list_items_keep_their_lines_and_their_bullets():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        for place, line in enumerate(column_lines(FOUNDING, width=450)):
            canvas.drawString(72, 760 - 14 * place, line)
        items = [
            "Maria Lopez, the chief executive",
            "Sören Kjærgård, who keeps the books",
            "Ana Souza, the founder’s niece",
        ]
        for place, item in enumerate(items):
            canvas.drawString(80, 680 - 14 * place, "•")
            canvas.drawString(98, 680 - 14 * place, item)

    text = read(canvas_pdf(draw)).text

    assert "• Maria Lopez, the chief executive\n• Sören Kjærgård, who keeps the books\n• Ana Souza" in text


def test_short_lines_that_their_author_ended_stay_apart():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        for place, line in enumerate(column_lines(FOUNDING, width=450)):
            canvas.drawString(72, 760 - 14 * place, line)
        for place, line in enumerate(
            ["Prepared by Maria Lopez", "Business School of Kraków", "12 March 2024"]
        ):
            canvas.drawString(72, 700 - 14 * place, line)

    assert read(canvas_pdf(draw)).text.splitlines()[-5::2] == [
        "Prepared by Maria Lopez",
        "Business School of Kraków",
        "12 March 2024",
    ]


def test_references_to_footnotes_are_no_figures_of_the_text():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        canvas.drawString(72, 700, "Revenue fell to 98.4 million in the year before the strike.")
        end = 72 + canvas.stringWidth("Revenue fell to 98.4 million in the year before the strike.", FONT, 11)
        canvas.setFont(FONT, 7)
        canvas.drawString(end, 704, "3")
        canvas.setFont(FONT, 11)
        canvas.drawString(72, 686, "The plant has 4,000 m")
        end = 72 + canvas.stringWidth("The plant has 4,000 m", FONT, 11)
        canvas.setFont(FONT, 7)
        canvas.drawString(end, 690, "2")
        canvas.setFont(FONT, 11)
        canvas.drawString(end + 6, 686, "and stands by the river.")

    text = read(canvas_pdf(draw)).text

    assert "before the strike." in text
    assert "strike.3" not in text
    assert "4,000 m² and stands" in text


def test_a_page_on_its_side_is_read_as_if_it_were_upright():
    lines = column_lines(FOUNDING, OFFER, PEOPLE, width=500)

    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(WIDTH, 0)
        canvas.rotate(90)
        canvas.setFont(FONT, 11)
        for place, line in enumerate(lines):
            canvas.drawString(72, 500 - 14 * place, line)

    assert " ".join(read(canvas_pdf(draw)).text.split()) == f"{FOUNDING} {OFFER} {PEOPLE}"


def test_a_stamp_in_the_margin_and_a_watermark_are_no_text():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        for place, line in enumerate(column_lines(FOUNDING, OFFER, width=420)):
            canvas.drawString(100, 760 - 14 * place, line)
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(300, -40, "Do not copy or post")
        canvas.restoreState()
        canvas.rotate(45)
        canvas.setFont(BOLD, 60)
        canvas.drawString(300, 100, "DRAFT")

    assert " ".join(read(canvas_pdf(draw)).text.split()) == f"{FOUNDING} {OFFER}"


def test_what_lies_outside_of_the_page_is_not_read():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        canvas.drawString(72, 700, "Brightwater Foods must decide on the contract by Friday.")
        canvas.drawString(72, 2000, "Teaching note: the right answer is to refuse.")

    assert "Teaching note" not in read(canvas_pdf(draw)).text


def test_the_table_of_contents_is_left_out():
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 11)
        canvas.drawString(72, 760, "Background " + "." * 60 + " 3")
        canvas.drawString(72, 746, "The people " + ". " * 30 + "12")
        for place, line in enumerate(column_lines(FOUNDING, OFFER, width=450)):
            canvas.drawString(72, 700 - 14 * place, line)

    assert read(canvas_pdf(draw)).text.startswith("Brightwater Foods is")


def test_names_of_all_scripts_are_kept():
    line = "Dr. Nguyễn Thị Hồng, Łukasz Żółć, Владимир Иванов, Γιώργος and 李小龙 meet"

    assert (
        line
        in read(
            lettered_pdf((60, 700, line), (60, 686, "on Friday at noon to talk about the contract."))
        ).text
    )


def test_right_to_left_names_are_read_from_the_right():
    hebrew, arabic = "יעל כהן", "محمد علي"
    # On the page these names run from right to left, the Latin words and the figures from left to right.
    latin = f"The board: {f'{hebrew}, {arabic}'[::-1]} and Maria, since 2015."
    sentence = f".2015 זאמ {hebrew[::-1]} תילהנמה"

    text = read(lettered_pdf((60, 700, latin), (60, 660, sentence))).text

    assert f"The board: {hebrew}, {arabic} and Maria, since 2015." in text
    assert f"המנהלית {hebrew} מאז 2015." in text


def test_ligatures_become_letters_and_accents_are_composed():
    text = read(
        lettered_pdf(
            (60, 700, "The ﬁnance oﬃce of Jose\u0301 Nu\u0303n\u0303ez ﬂoats a loan of 2 million euros.")
        )
    ).text

    assert "The finance office of José Nũñez floats a loan" in text


def test_the_title_is_that_of_the_document_if_its_first_page_says_it_too():
    content = [title("Brightwater Foods: Growth or Focus?"), FOUNDING]

    assert read(flowing_pdf(*content, title="Brightwater Foods: growth or focus?")).title == (
        "Brightwater Foods: growth or focus?"
    )
    assert (
        read(flowing_pdf(*content, title="Case template of the school")).title
        == "Brightwater Foods: Growth or Focus?"
    )
    assert (
        read(flowing_pdf(*content, title="Microsoft Word - x.docx")).title
        == "Brightwater Foods: Growth or Focus?"
    )


def test_without_any_title_the_file_name_serves():
    assert read(flowing_pdf(FOUNDING), "brightwater_foods-case.pdf").title == "Brightwater foods case"
