"""Puts segments that stand at one height of the page into rows, and joins those that one line was broken into."""

from __future__ import annotations

import re

from platform_app.analysis.reading.joining import LONE_LIST_MARK
from platform_app.analysis.reading.pdf.boxes import Row, Segment

# Two segments are at one height if they share this much of the lower one's height.
SAME_HEIGHT = 0.6
# In widths of an "m".
TOUCHING = 0.8
MAX_GAP_AFTER_MARK = 4
OVERLAP_OF_LETTERS = 0.4
ROWS_LOOKED_BACK = 8
RAISED_SIZE = 0.8
NOTE_REFERENCE = re.compile(r"^[\d*†‡§,]{1,5}$")
UNIT = re.compile(r"\b(m|cm|mm|km|ft|in|mi|CO|R)$")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def rows_of(segments: list[Segment]) -> list[Row]:
    """From the top of the page to the bottom."""
    rows: list[Row] = []
    for segment in sorted(segments, key=lambda segment: -segment.top):
        for row in rows[: -ROWS_LOOKED_BACK - 1 : -1]:
            if _beside(row, segment):
                row.segments.append(segment)
                break
        else:
            rows.append(Row([segment]))
    for row in rows:
        row.segments = _joined(sorted(row.segments, key=lambda segment: segment.x0))
    return sorted(rows, key=lambda row: -row.bottom)


def _beside(row: Row, segment: Segment) -> bool:
    first = row.segments[0]
    shared = min(first.top, segment.top) - max(first.bottom, segment.bottom)
    lower = min(first.top - first.bottom, segment.top - segment.bottom)
    room = OVERLAP_OF_LETTERS * segment.size
    apart = all(segment.x0 > other.x1 - room or segment.x1 < other.x0 + room for other in row.segments)
    return apart and shared >= SAME_HEIGHT * lower


def _joined(segments: list[Segment]) -> list[Segment]:
    """Without the cuts at a change of font, after a bullet, and at a raised figure."""
    joined = [segments[0]]
    for segment in segments[1:]:
        last = joined[-1]
        gap = (segment.x0 - last.x1) / max(last.size, segment.size)
        is_mark = LONE_LIST_MARK.match(last.text) is not None
        if segment.is_walled_off or gap > (MAX_GAP_AFTER_MARK if is_mark else TOUCHING):
            joined.append(segment)
        else:
            joined[-1] = _together(last, segment, spaced=is_mark or gap > 0.15)
    return joined


def _together(left: Segment, right: Segment, *, spaced: bool) -> Segment:
    text, added = left.text, right.text
    if _is_raised(right, left) and NOTE_REFERENCE.match(added):
        # A reference to a footnote would look like a figure of the text; a square metre must stay one.
        added = added.translate(SUPERSCRIPTS) if UNIT.search(text) else ""
    larger = left if left.size >= right.size else right
    return Segment(
        text=f"{text} {added}" if spaced and added else text + added,
        x0=left.x0,
        x1=max(left.x1, right.x1),
        bottom=larger.bottom,
        top=larger.top,
        size=larger.size,
        bold=left.bold and right.bold,
        is_walled_off=left.is_walled_off,
    )


def _is_raised(small: Segment, base: Segment) -> bool:
    return small.size <= RAISED_SIZE * base.size and small.bottom > base.bottom + 0.1 * base.size
