"""Puts the rows of a page into reading order: down one column, then down the next; tables row by row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from platform_app.analysis.reading.joining import Joiner
from platform_app.analysis.reading.pdf.boxes import Line, Row, Sheet
from platform_app.analysis.reading.pdf.columns import Band, bands
from platform_app.analysis.reading.pdf.tables import table_rows

MAX_DEPTH = 4


class ReadingOrder:
    """Numbers the columns through the document, so that a paragraph can be followed from one to the next."""

    def __init__(self, joiner: Joiner) -> None:
        self._joiner = joiner
        self._columns = count()

    def lines(self, sheet: Sheet) -> Iterator[Line]:
        yield from self._ordered(sheet.rows, sheet, MAX_DEPTH)

    def _ordered(self, rows: list[Row], sheet: Sheet, depth: int) -> Iterator[Line]:
        for band in bands(rows, sheet.rules):
            if band.gutters and band.is_prose and depth:
                for left, right in band.columns:
                    column = [Row(segments) for row in band.rows if (segments := row.between(left, right))]
                    # A column may hold a table, or columns of its own.
                    yield from self._ordered(column, sheet, depth - 1)
            elif band.gutters:
                yield from self._table(band, sheet)
            else:
                column_number = next(self._columns)
                yield from (_line(row, row.text, column_number, sheet) for row in band.rows)

    def _table(self, band: Band, sheet: Sheet) -> Iterator[Line]:
        column = next(self._columns)
        for text, is_row, printed in table_rows(band, self._joiner):
            yield _line(printed[0], text, column, sheet, is_table_row=is_row)


def _line(row: Row, text: str, column: int, sheet: Sheet, *, is_table_row: bool = False) -> Line:
    return Line(text, row.x0, row.x1, row.bottom, row.size, row.bold, column, sheet.page, is_table_row)
