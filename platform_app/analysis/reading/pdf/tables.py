"""Puts the cells of a table row on one line, with the further lines of a cell behind its first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from platform_app.analysis.reading.joining import Joiner
from platform_app.analysis.reading.pdf.boxes import Row
from platform_app.analysis.reading.pdf.columns import MIN_BORDERS_OF_TABLE, Band

CELL_SEPARATOR = " | "
# Lines of one cell are this much closer than the rows of the table, if the rows are set apart at all.
APART = 1.25


def table_rows(band: Band, joiner: Joiner) -> Iterator[tuple[str, bool, list[Row]]]:
    """Each row of the table as one line, whether it has more than one cell, and the printed rows that it was made of."""
    for group in _groups(band):
        cells = [""] * len(band.columns)
        for row in group:
            for place, segments in enumerate(band.cells(row)):
                inner = CELL_SEPARATOR.join(segment.text for segment in segments)
                cells[place] = joiner.join(cells[place], inner)
        filled = [cell for cell in cells if cell]
        is_row = len(filled) > 1
        yield CELL_SEPARATOR.join(cells) if is_row else filled[0], is_row, group


def _groups(band: Band) -> list[list[Row]]:
    borders = band.borders if len(band.borders) >= MIN_BORDERS_OF_TABLE else []
    apart = _distance_between_rows(band)
    groups = [[band.rows[0]]]
    for above, row in pairwise(band.rows):
        if borders:
            new = any(_middle(row) < y < _middle(above) for y in borders)
        elif apart:
            new = above.bottom - row.bottom >= apart
        else:
            new = bool(band.cells(row)[0]) or not band.cells(groups[-1][0])[0]
        if new:
            groups.append([])
        groups[-1].append(row)
    return groups


def _distance_between_rows(band: Band) -> float | None:
    """From which distance on a line begins a new row; None if the lines do not show it."""
    distances = [above.bottom - below.bottom for above, below in pairwise(band.rows)]
    if not distances:
        return None
    nearest = min(distances)
    far = [distance for distance in distances if distance > APART * nearest]
    further_lines = [
        row for row, distance in zip(band.rows[1:], distances, strict=True) if distance <= APART * nearest
    ]
    # The further lines of a row are those of its longest cells; lines that fill all columns are rows of their own.
    partial = [row for row in further_lines if band.fills(row) < len(band.columns)]
    if len(far) < 2 or len(partial) <= len(further_lines) / 2:
        return None
    return (nearest + median(far)) / 2


def _middle(row: Row) -> float:
    return (row.top + row.bottom) / 2
