"""Text files and Markdown: encodings, hard-wrapped lines, titles."""

from __future__ import annotations

import codecs

import pytest

from platform_app.analysis.reading import ReadText, check_upload, read_document

NAMES = "Nguyễn Thị Hồng, Łukasz Żółć, Владимир, Γιώργος, محمد علي, יעל כהן, 李小龙"


def read(text: str | bytes, name: str = "case.txt") -> ReadText:
    return read_document(name, text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
def test_names_of_all_scripts_are_kept(encoding: str, mark: bytes):
    assert read(mark + NAMES.encode(encoding)).text == NAMES


def test_windows_1252_is_read_where_it_is_not_utf_8():
    sentence = "Sören Kjærgård’s café – “très bien” – costs 5 €, said Zoë."

    assert read(sentence.encode("cp1252")).text == sentence


def test_line_ends_spaces_and_invisible_characters_are_tidied():
    assert read("One\r\n\r\n\r\n\r\nTwo  three\u00a0four\u200b\u00ad\u202e.\x0c\r\nFive\u0007").text == (
        "One\n\nTwo three four.\nFive"
    )


def test_hard_wrapped_lines_become_paragraphs():
    wrapped = (
        "BACKGROUND\n"
        "Brightwater Foods is a family-owned producer of frozen vegetables. Its inter-\n"
        "national business has grown faster than the domestic one for several years,\n"
        "and the long-term plan is to go on with it.\n"
        "Maria Lopez has been the chief executive since 2015.\n"
        "\n"
        "- She came from a competitor, and is known for her careful preparation of all\n"
        "  decisions.\n"
        "- She lives by the river.\n"
    )

    assert read(wrapped).text == (
        "BACKGROUND\n"
        "Brightwater Foods is a family-owned producer of frozen vegetables. Its international business has grown faster "
        "than the domestic one for several years, and the long-term plan is to go on with it.\n"
        "Maria Lopez has been the chief executive since 2015.\n"
        "\n"
        "- She came from a competitor, and is known for her careful preparation of all decisions.\n"
        "- She lives by the river."
    )


def test_long_lines_are_paragraphs_already():
    text = "\n".join(f"Paragraph {number} " + "goes on and on " * 20 + "and ends." for number in range(3))

    assert read(text).text == text


def test_the_columns_of_a_text_table_become_cells():
    table = "Results\nYear    Revenue    Margin\n2023    104.1      9%\n2024\t121.7\t7%\n\nThe end of it."

    assert (
        read(table).text
        == "Results\nYear | Revenue | Margin\n2023 | 104.1 | 9%\n2024 | 121.7 | 7%\n\nThe end of it."
    )


def test_markdown_stays_as_it_is():
    markdown = "# Growth or *Focus*?\n\n\n| Year | Revenue |\n|---|---|\n| 2023 | 104.1 |  \n\n    code\nwrapped\nlines"
    document = read(markdown, "case.md")

    assert document == ReadText("md", markdown, None, "Growth or Focus?")


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\nauthor: x\ntitle: Growth or Focus\n---\n# Other", "Growth or Focus"),
        ("a.md", "Growth or Focus\n===\ntext", "Growth or Focus"),
        ("a.md", "## Growth or Focus ##\ntext", "Growth or Focus"),
        ("a.md", "# x" + "#" * 390_000 + "x", "x" + "#" * 149 + "…"),
        ("a.txt", "Growth or Focus?\n\nText.", "Growth or Focus?"),
        ("the_big-case.txt", "A sentence comes first. Then another.", "The big case"),
        ("../../x/case.txt", "A sentence comes first.", "Case"),
        ("a.txt", "word " * 100, "A"),
    ],
)
def test_the_title(name: str, text: str, title: str):
    assert read(text, name).title == title


def test_all_names_of_the_kinds():
    assert check_upload("A.TXT", b"x") == "txt"
    assert check_upload("a.markdown", b"x") == "md"
    assert check_upload("a.text", b"The mark %PDF- in a text is text") == "txt"
