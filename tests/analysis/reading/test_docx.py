"""Word documents: what their reader sees, in the order in which it stands there."""

from __future__ import annotations

from platform_app.analysis.reading import read_document
from tests.analysis.reading.docxs import WORD, docx, paragraph, run, table

NOTES = f"""<?xml version="1.0"?><w:footnotes xmlns:w="{WORD}">
<w:footnote w:type="separator" w:id="0"><w:p>{run("---")}</w:p></w:footnote>
<w:footnote w:id="2"><w:p>{run("Annual report 2023.")}</w:p></w:footnote></w:footnotes>"""


def text_of(*body: str, **parts: str) -> str:
    return read_document("case.docx", docx(*body, **parts)).text


def test_headings_paragraphs_lists_and_tables():
    text = text_of(
        paragraph("Growth or Focus?", "Titel"),
        paragraph("Background", "berschrift1"),
        paragraph("Brightwater Foods sells to eleven countries."),
        paragraph("Maria Lopez", number=(1, 0)),
        paragraph("Sören Kjærgård", number=(1, 0)),
        paragraph("Results", "House"),
        table([["Year", "Revenue"], ["2023", "104.1"], ["2024", ""]]),
        paragraph("First", number=(2, 0)),
        paragraph("inner", number=(2, 1)),
        paragraph("Second", number=(2, 0)),
        paragraph("inner again", number=(2, 1)),
    )

    assert text == (
        "Growth or Focus?\n\nBackground\n\nBrightwater Foods sells to eleven countries.\n\n"
        "• Maria Lopez\n• Sören Kjærgård\n\nResults\n\n"
        "Year | Revenue\n2023 | 104.1\n2024 |\n\n1. First\na) inner\n2. Second\na) inner again"
    )


def test_cells_are_one_line_even_with_paragraphs_and_tables_in_them():
    inner = paragraph("before") + table([["a", "b"]]) + paragraph("after")
    merged = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    rows = table([["Option", inner]]) + f"<w:tbl><w:tr>{merged}<w:tc>{paragraph('x')}</w:tc></w:tr></w:tbl>"

    assert text_of(rows) == "Option | before a | b after\n\n| x"


def test_changes_are_read_as_they_would_be_accepted():
    body = (
        f"<w:p>{run('Margin ')}<w:del><w:r><w:delText>fell</w:delText></w:r></w:del><w:ins>{run('rose')}</w:ins>"
        f"<w:moveFrom>{run(' gone')}</w:moveFrom>{run('.')}</w:p>"
    )

    assert text_of(body) == "Margin rose."


def test_runs_tabs_breaks_hyphens_and_fields():
    body = (
        f"<w:p>{run('Bright')}{run('water')}<w:r><w:tab/></w:r>{run('Foods')}<w:r><w:br/></w:r>{run('non')}"
        f"<w:r><w:noBreakHyphen/></w:r>{run('stick')}<w:r><w:instrText>PAGE</w:instrText></w:r>"
        f"<w:hyperlink>{run(' linked')}</w:hyperlink><w:r><w:softHyphen/></w:r></w:p>"
    )

    assert text_of(body) == "Brightwater Foods\nnon-stick linked"


def test_content_controls_are_read_and_the_table_of_contents_is_not():
    body = f"<w:sdt><w:sdtContent>{paragraph('Background 3', 'Verzeichnis1')}{paragraph('Inside')}</w:sdtContent></w:sdt>"

    assert text_of(body) == "Inside"


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{paragraph('In the box')}</w:txbxContent>"
    body = (
        '<w:p xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r><mc:AlternateContent>'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run('Beside it')}</w:p>"
    )

    assert text_of(body) == "Beside it\n\nIn the box"


def test_footnotes_come_after_the_text():
    assert (
        text_of(paragraph("Revenue fell."), parts={"word/footnotes.xml": NOTES})
        == "Revenue fell.\n\nAnnual report 2023."
    )


def test_the_strict_form_of_the_format_is_read():
    assert (
        text_of(paragraph("Strict"), namespace="http://purl.oclc.org/ooxml/wordprocessingml/main") == "Strict"
    )


def test_a_main_part_of_another_name_is_found():
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="/word/document2.xml"/></Relationships>'
    )
    main = f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("Found")}</w:body></w:document>'

    assert text_of(parts={"_rels/.rels": relations, "word/document2.xml": main}) == "Found"


def test_styles_that_are_based_on_themselves_do_no_harm():
    assert text_of(paragraph("Round and round", "Round")) == "Round and round"


def test_names_of_all_scripts_are_kept():
    names = "Nguyễn Thị Hồng, Łukasz Żółć, محمد علي, יעל כהן, 李小龙, Jose\u0301 ½ ™ ﬁn"

    assert (
        text_of(paragraph(names)) == "Nguyễn Thị Hồng, Łukasz Żółć, محمد علي, יעל כהן, 李小龙, José ½ ™ fin"
    )


def test_the_title():
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></cp:coreProperties>'
    )
    body = [paragraph("Heading", "berschrift1"), paragraph("Growth or Focus?", "Titel"), paragraph("Text.")]

    assert read_document("x.docx", docx(*body)).title == "Growth or Focus?"
    assert (
        read_document("x.docx", docx(body[0], parts={"docProps/core.xml": core.format("Template")})).title
        == "Heading"
    )
    assert read_document("the_case.docx", docx(paragraph("A sentence."))).title == "The case"
