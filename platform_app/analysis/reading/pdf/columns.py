"""Finds the columns of a page by its white space, and tells columns of prose from the columns of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import mean, median

from platform_app.analysis.reading.pdf.boxes import Row, Rule, Segment

Span = tuple[float, float]

# In widths of an "m". Segments end at wide gaps and at walls already; this is what ragged lines leave of such a gap.
MIN_GUTTER, MIN_WALLED_GUTTER = 0.4, 0.1
# Prose fills its column with words; a cell of a table holds few, or figures.
MIN_WORDS_OF_PROSE = 3.5
MIN_FILL_OF_PROSE = 0.7
MIN_LINES_OF_PROSE = 3
MIN_ROWS_OF_TABLE = 2
MIN_BORDERS_OF_TABLE = 3
SAME_RULE = 3  # points
# Two bands are apart if so many times the usual distance of two rows is between them.
STRIPE = 1.5
# A line is above a hole if the next one is so many times further away than the nearest two lines are.
HOLE = 1.7
MAX_SHARE_OF_HOLES = 0.3
# A table has its cells side by side; a box beside the text has lines of its own.
MAX_SHARE_OF_SHARED_ROWS = 0.5
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class Band:
    """Rows below one another with the same columns; `gutters` are the white spans between these, if any."""

    rows: list[Row]
    gutters: list[Span]
    rules: list[Rule]

    @cached_property
    def borders(self) -> list[float]:
        """The heights at which rules cross all gutters, from the lowest to the highest."""
        top, bottom = self.rows[0].top + self.rows[0].size, self.rows[-1].bottom - self.rows[-1].size
        at_height: dict[int, list[Rule]] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.y):
            if bottom < rule.y < top:
                # A border may be drawn as a thin box, or once for each of the cells beside it.
                at_height.setdefault(round(rule.y / SAME_RULE), []).append(rule)
        return [rules[0].y for rules in at_height.values() if self._cross(rules)]

    def _cross(self, rules: list[Rule]) -> bool:
        middles = [(left + right) / 2 for left, right in self.gutters]
        return all(
            any(rule.x0 - SAME_RULE <= middle <= rule.x1 + SAME_RULE for rule in rules) for middle in middles
        )

    @property
    def columns(self) -> list[Span]:
        edges = [-1e9, *((left + right) / 2 for left, right in self.gutters), 1e9]
        return list(pairwise(edges))

    def cells(self, row: Row) -> list[list[Segment]]:
        return [row.between(*column) for column in self.columns]

    def fills(self, row: Row) -> int:
        """How many of the columns have something in this row."""
        return sum(map(bool, self.cells(row)))

    @cached_property
    def is_prose(self) -> bool:
        """Columns to be read one after the other: of prose, or prose beside a box of short lines."""
        if len(self.borders) >= MIN_BORDERS_OF_TABLE:
            return False
        columns = [[cell for row in self.rows if (cell := row.between(*column))] for column in self.columns]
        leading = min((distance for lines in columns for distance in _distances(lines)), default=0)
        if not all(_is_closely_set(lines, leading) for lines in columns):
            return False
        are_prose = [_is_prose(lines) for lines in columns]
        if all(are_prose):
            return len(columns[0]) >= MIN_LINES_OF_PROSE
        are_long = all(len(lines) >= MIN_LINES_OF_PROSE for lines in columns)
        shared = sum(self.fills(row) > 1 for row in self.rows)
        return any(are_prose) and are_long and shared <= MAX_SHARE_OF_SHARED_ROWS * len(self.rows)

    @cached_property
    def is_table(self) -> bool:
        return sum(self.fills(row) > 1 for row in self.rows) >= MIN_ROWS_OF_TABLE


def bands(rows: list[Row], rules: list[Rule]) -> Iterator[Band]:
    """The page from top to bottom: bands with gutters, and between them bands without."""
    plain: list[Row] = []
    start, edges = 0, _edges(rows)
    while start < len(rows):
        band = _cut_below(_band_from(rows, start, rules=rules, edges=edges))
        if band.gutters and (band.is_prose or (band.is_table and _opens(band))):
            if plain:
                yield Band(plain, [], rules)
                plain = []
            yield band
            start += len(band.rows)
        else:
            plain.append(rows[start])
            start += 1
    if plain:
        yield Band(plain, [], rules)


def _opens(table: Band) -> bool:
    """Whether its first row is a row of it, and not the heading above it."""
    first = table.rows[0]
    is_boxed = bool(table.borders) and table.borders[-1] > first.bottom + first.size / 3
    return is_boxed or table.fills(first) > 1


def _band_from(rows: list[Row], start: int, *, rules: list[Rule], edges: Span) -> Band:
    """The longest run of rows that leaves the same white between its columns."""
    left, right = edges
    white = [edges]
    end = start
    gutters: list[Span] = []
    for row in rows[start:]:
        narrowed = _common(white, _white(row, left, right), _narrowest_gutter(row))
        inner = _inner(narrowed, rows[start : end + 1])
        if not narrowed or (gutters and not inner):
            break
        white, gutters, end = narrowed, inner, end + 1
    band = rows[start:end] or [rows[start]]
    return Band(_without_loose_end(band, gutters) if end < len(rows) else band, gutters, rules)


def _edges(rows: list[Row]) -> Span:
    return (min(row.x0 for row in rows) - 1, max(row.x1 for row in rows) + 1) if rows else (0, 0)


def _white(row: Row, left: float, right: float) -> list[Span]:
    edges = [left, *(edge for segment in row.segments for edge in (segment.x0, segment.x1)), right]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _narrowest_gutter(row: Row) -> float:
    is_walled = any(segment.is_walled_off for segment in row.segments)
    return row.size * (MIN_WALLED_GUTTER if is_walled else MIN_GUTTER)


def _common(one: list[Span], other: list[Span], min_width: float) -> list[Span]:
    return [
        (max(a[0], b[0]), min(a[1], b[1]))
        for a in one
        for b in other
        if min(a[1], b[1]) - max(a[0], b[0]) >= min_width
    ]


def _inner(white: list[Span], rows: list[Row]) -> list[Span]:
    """The spans with text on both sides of them."""
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    return [span for span in white if left < span[0] and span[1] < right]


def _without_loose_end(rows: list[Row], gutters: list[Span]) -> list[Row]:
    """Rows under the columns that stand apart and on one side only are what comes next: the heading of a wide table."""
    if not gutters or len(rows) < 4:
        return rows
    pitch = median(above.bottom - below.bottom for above, below in pairwise(rows))
    for place in range(len(rows) - 1, max(len(rows) - 4, 1), -1):
        if any(row.x0 < gutters[0][0] < row.x1 for row in rows[place:]):
            break
        if rows[place - 1].bottom - rows[place].bottom > 1.6 * pitch:
            return rows[:place]
    return rows


def _cut_below(band: Band) -> Band:
    """The band without what stands apart below it, and only happens to leave the same gutters white.

    Columns of prose end above a table; a table ends above a line in its first column, the heading of what follows.
    """
    if not band.gutters or not band.rows[1:]:
        return band
    usual = median(above.bottom - below.bottom for above, below in pairwise(band.rows))
    for place, (above, below) in enumerate(pairwise(band.rows), 1):
        if above.bottom - below.bottom > STRIPE * usual:
            upper, lower = Band(band.rows[:place], band.gutters, band.rules), band.rows[place:]
            is_heading = band.fills(below) == 1 and bool(band.cells(below)[0])
            if upper.is_prose and _is_one_table(lower, band.rules):
                return upper
            if not band.is_prose and upper.is_table and is_heading:
                return upper
    return band


def _is_one_table(rows: list[Row], rules: list[Rule]) -> bool:
    edges = _edges(rows)
    for start in range(len(rows)):
        band = _band_from(rows, start, rules=rules, edges=edges)
        if band.gutters:
            return band.is_table and not band.is_prose
    return False


def _is_prose(lines: list[list[Segment]]) -> bool:
    words = [len(WORD.findall(" ".join(segment.text for segment in line))) for line in lines]
    widths = [line[-1].x1 - line[0].x0 for line in lines]
    fills = len(lines) < MIN_LINES_OF_PROSE or median(widths) >= MIN_FILL_OF_PROSE * max(widths)
    return mean(words) >= MIN_WORDS_OF_PROSE and fills


def _is_closely_set(lines: list[list[Segment]], leading: float) -> bool:
    """Without the holes of a table, whose short cells wait for the long ones beside them."""
    distances = _distances(lines)
    holes = [distance for distance in distances if distance > HOLE * leading]
    return bool(lines) and len(holes) <= MAX_SHARE_OF_HOLES * len(distances)


def _distances(lines: list[list[Segment]]) -> list[float]:
    return [above[0].bottom - below[0].bottom for above, below in pairwise(lines)]
