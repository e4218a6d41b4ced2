"""Reads Word documents: paragraphs, headings, lists, tables, text boxes and notes, as their reader would see them.

Left out is what is not printed or not part of the case: deleted text, comments, page headers and footers, the table of contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.child import serve
from platform_app.analysis.reading.cleaning import clean
from platform_app.analysis.reading.docx.package import WordPackage, child, children, local_name, value
from platform_app.analysis.reading.docx.styles import Numbering, Role, Styles
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.titles import best_title, first_line_heading
from platform_app.errors import DocumentUnreadable

CELL_SEPARATOR = " | "
# Struck out by a reviewer, moved away, the code of a field (not its result), and the second copy of a drawing that is
# kept for old versions of Word.
UNSEEN = {
    "del",
    "moveFrom",
    "instrText",
    "delText",
    "Fallback",
    "pPr",
    "rPr",
    "sectPr",
    "tblPr",
    "trPr",
    "tcPr",
}
LETTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(filename: str, data: bytes, limits: ReadingLimits) -> ReadText:
    package = WordPackage(data, max_expanded_bytes=limits.max_expanded_bytes)
    body = Body(package)
    text = clean("".join(body.pieces(package.main_document())) + "".join(_notes(package, body)))
    if not text:
        raise DocumentUnreadable(refusals.NO_TEXT)
    if len(text) > limits.max_characters:
        raise DocumentUnreadable(refusals.too_long(limits.max_characters))
    metadata = child(package.part("docProps/core.xml"), "title")
    written = (metadata.text or "") if metadata is not None else ""
    heading = body.title or body.first_heading or first_line_heading(text)
    title = best_title(metadata=written, heading=heading, filename=filename, text=text)
    return ReadText("docx", text, None, title)


class Body:
    """Walks through a part of the document; remembers what its title is."""

    def __init__(self, package: WordPackage) -> None:
        self.title = ""
        self.first_heading = ""
        self._styles = Styles(package)
        self._numbering = Numbering(package)

    def pieces(self, parent: Element) -> Iterator[str]:
        """Paragraphs and table rows with the line ends that part them."""
        for element in parent:
            match local_name(element):
                case "p":
                    yield from self._paragraph(element)
                case "tbl":
                    yield "\n"
                    yield from (f"{row}\n" for row in self._rows(element))
                    yield "\n"
                case name if name not in UNSEEN:
                    # Content controls, custom XML, tracked insertions: what they hold is text as any other.
                    yield from self.pieces(element)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        properties = child(paragraph, "pPr")
        style = self._styles.of(properties)
        text = "".join(_letters(paragraph)).strip()
        if text and style.role is not Role.CONTENTS:
            self._remember(style.role, text)
            number = child(properties, "numPr")
            number_id = value(child(number, "numId")) or style.number_id
            level = value(child(number, "ilvl")) or style.number_level
            mark = self._numbering.mark(number_id, level) if number_id and style.role is Role.TEXT else ""
            yield f"{mark} {text}\n" if mark else f"\n{text}\n\n"
        for box in _text_boxes(paragraph):
            yield from self.pieces(box)

    def _remember(self, role: Role, text: str) -> None:
        if role is Role.TITLE:
            self.title = self.title or text
        if role is Role.HEADING:
            self.first_heading = self.first_heading or text

    def _rows(self, table: Element) -> Iterator[str]:
        for row in children(table, "tr"):
            cells = [self._cell(cell) for cell in _cells(row)]
            if any(cells):
                yield CELL_SEPARATOR.join(cells)

    def _cell(self, cell: Element) -> str:
        """On one line, with a table inside of it flattened. A cell merged into the one above says nothing again."""
        merged = child(cell, "tcPr", "vMerge")
        if merged is not None and value(merged) != "restart":
            return ""
        return " ".join("".join(self.pieces(cell)).split())


def _cells(row: Element) -> Iterator[Element]:
    for element in row:
        if local_name(element) == "tc":
            yield element
        elif local_name(element) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _cells(element)


def _letters(element: Element) -> Iterator[str]:
    for inner in element:
        name = local_name(inner)
        if name == "t":
            yield inner.text or ""
        elif name in LETTERS:
            yield LETTERS[name]
        elif name not in UNSEEN and name != "txbxContent":
            yield from _letters(inner)


def _text_boxes(element: Element) -> Iterator[Element]:
    for inner in element:
        if local_name(inner) == "txbxContent":
            yield inner
        elif local_name(inner) not in UNSEEN:
            yield from _text_boxes(inner)


def _notes(package: WordPackage, body: Body) -> Iterator[str]:
    """Footnotes and endnotes, after the text."""
    for part, name in (("footnotes.xml", "footnote"), ("endnotes.xml", "endnote")):
        for note in children(package.beside_main(part), name):
            if not value(note, "type"):  # a type marks the line that parts the notes from the text
                yield "\n"
                yield from body.pieces(note)


if __name__ == "__main__":
    serve(read)
