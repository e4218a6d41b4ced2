"""Reads PDFs with PDFium: letters with their places, from which the layout is found again.

PDFium is native code: this module runs only in a child process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError, PdfPage

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.child import Damaged, serve
from platform_app.analysis.reading.cleaning import clean
from platform_app.analysis.reading.joining import Joiner
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.pdf.boxes import Sheet
from platform_app.analysis.reading.pdf.drawings import drawings_of
from platform_app.analysis.reading.pdf.furniture import PrintedLine, edges_of, furniture_of
from platform_app.analysis.reading.pdf.letters import segments_by_turn
from platform_app.analysis.reading.pdf.order import ReadingOrder
from platform_app.analysis.reading.pdf.paragraphs import Paragraphs, as_text, largest_heading
from platform_app.analysis.reading.pdf.rows import rows_of
from platform_app.analysis.reading.pdf.soundness import TextLayer, check_end, check_pages, check_text
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.titles import best_title
from platform_app.errors import DocumentUnreadable

# Letters turned otherwise than those of the page are its text too (a table on its side), unless they are only a stamp in
# the margin or the axis of a chart.
MIN_LETTERS_OF_A_SHEET = 80


def read(filename: str, data: bytes, limits: ReadingLimits) -> ReadText:
    check_end(data)
    document = _opened(data, limits)
    layer = TextLayer()
    sheets = [sheet for index in range(len(document)) for sheet in _sheets(document, index, layer, limits)]
    layer.check(len(document))
    _take_furniture_out(sheets)
    joiner = Joiner("\n".join(row.text for sheet in sheets for row in sheet.rows))
    order = ReadingOrder(joiner)
    blocks = Paragraphs([line for sheet in sheets for line in order.lines(sheet)], joiner).blocks()
    text = clean(as_text(blocks))
    check_text(text, limits)
    metadata, heading = document.get_metadata_value("Title"), clean(largest_heading(blocks, page=1))
    title = best_title(metadata=metadata, heading=heading, filename=filename, text=text)
    return ReadText("pdf", text, len(document), title)


def _opened(data: bytes, limits: ReadingLimits) -> PdfDocument:
    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentUnreadable(refusals.PROTECTED_PDF) from error
        raise Damaged(refusals.DAMAGED_PDF) from error
    if len(document) > limits.max_pages:
        # PDFium believes the number that the file gives; pypdf counts.
        _page(document, limits.max_pages).close()
    check_pages(len(document), limits)
    return document


def _page(document: PdfDocument, index: int) -> PdfPage:
    try:
        return document[index]
    except PdfiumError as error:
        raise Damaged(refusals.DAMAGED_PDF) from error


def _sheets(document: PdfDocument, index: int, layer: TextLayer, limits: ReadingLimits) -> Iterator[Sheet]:
    page = _page(document, index)
    text = page.get_textpage()
    drawings = drawings_of(page)
    by_turn = segments_by_turn(text, page.get_cropbox(), drawings.walls)
    text.close()
    page.close()
    letters = {turn: sum(len(segment.text) for segment in segments) for turn, segments in by_turn.items()}
    layer.add(
        "".join(segment.text for segments in by_turn.values() for segment in segments),
        pictures=drawings.pictures,
        limits=limits,
    )
    for turn in sorted(by_turn, key=lambda turn: -letters[turn]):
        if letters[turn] == max(letters.values()) or letters[turn] >= MIN_LETTERS_OF_A_SHEET:
            yield Sheet(index + 1, rows_of(by_turn[turn]), drawings.rules if turn == 0 else [])


def _take_furniture_out(sheets: list[Sheet]) -> None:
    furniture = furniture_of(
        [[PrintedLine(row.text_with_gaps, row.size) for row in sheet.rows] for sheet in sheets],
        [edges_of([row.bottom for row in sheet.rows]) for sheet in sheets],
    )
    if all(len(places) == len(sheet.rows) for sheet, places in zip(sheets, furniture, strict=True)):
        return  # Pages of one line each: that line is all the text there is.
    for sheet, places in zip(sheets, furniture, strict=True):
        sheet.rows = [row for place, row in enumerate(sheet.rows) if place not in places]


if __name__ == "__main__":
    serve(read)
