"""Takes the letters of a page and their places out of PDFium, as segments of lines.

PDFium gives letters in the order in which the file draws them, which may be anything: two columns line by line, a Hebrew
word backwards. So only their places count here.
"""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

import pypdfium2.raw as pdfium
from pypdfium2 import PdfTextPage

from platform_app.analysis.reading.pdf.boxes import Glyph, Segment, Wall
from platform_app.analysis.reading.pdf.direction import text_of

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

BREAK_MARK = 0x02  # PDFium's sign for a hyphen at the end of a line
NOT_PRINTED = (0x00, 0x0A, 0x0D)
BOLD_FONT = re.compile(r"bold|black|heavy|demi|cmbx|[-,]bd", re.IGNORECASE)
# In widths of an "m": a wider gap parts two columns or cells.
COLUMN_GAP = 0.8
# Letters share a base line if their feet differ by less than this share of their size.
SAME_FOOT = 0.12
SAME_SIZE = 0.1
MIN_SIZE = 0.1
# Text that is neither upright nor on its side is a watermark.
MAX_SLANT = math.radians(5)


@dataclass(slots=True)
class Strip:
    """Letters on one base line, however far apart, in the order of the file."""

    glyphs: list[Glyph]
    first: int
    last: int
    """The first and the last printed letter, as PDFium counts them."""
    scale: float
    """Points on the page for one unit of its font size."""

    def takes(self, glyph: Glyph) -> bool:
        first = self.glyphs[0]
        if glyph.text.isspace():
            return True
        return (
            abs(glyph.foot - first.foot) <= SAME_FOOT * first.size * self.scale
            and abs(glyph.size - first.size) <= SAME_SIZE * first.size
        )


def segments_by_turn(text: PdfTextPage, frame: Box, walls: list[Wall]) -> dict[int, list[Segment]]:
    """The segments of a page, by how many quarter turns their letters are turned; coordinates are those of the upright page.

    Letters outside of the frame (the visible part of the page) are left out. Walls part the cells of upright text.
    """
    found: dict[int, list[Segment]] = {}
    for turn, letters in _printed(text, frame).items():
        between = walls if turn == 0 else []
        found[turn] = [
            segment
            for strip in _strips(text, letters)
            for segment in _segments(
                strip, between, bold=_is_bold(text, strip.first) and _is_bold(text, strip.last)
            )
        ]
    return found


def _upright(box: Box, turn: int) -> Box:
    """The box as it lies once the page is turned so that text of this turn is upright."""
    left, bottom, right, top = box
    return [box, (bottom, -right, top, -left), (-right, -top, -left, -bottom), (-top, left, -bottom, right)][
        turn
    ]


def _printed(text: PdfTextPage, frame: Box) -> dict[int, list[tuple[int, Glyph]]]:
    left, bottom, right, top = frame
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    raw, turn = text.raw, 0
    letters: dict[int, list[tuple[int, Glyph]]] = defaultdict(list)
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in NOT_PRINTED or not pdfium.FPDFText_GetLooseCharBox(raw, index, box):
            continue
        letter = "-" if code == BREAK_MARK else chr(code)
        if letter.isspace() and letters[turn] and box.right - box.left < 0.01:
            # A space that PDFium makes up has a place of its own that may lie within the next letter.
            letters[turn].append((index, _space_after(letters[turn][-1][1])))
            continue
        angle = pdfium.FPDFText_GetCharAngle(raw, index)
        turn = -round(angle / (math.pi / 2)) % 4  # PDFium counts clockwise
        slant = abs(math.remainder(angle, math.pi / 2))
        in_frame = left <= (box.left + box.right) / 2 <= right and bottom <= (box.bottom + box.top) / 2 <= top
        if in_frame and slant <= MAX_SLANT:
            pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
            x0, x1, foot = box.left, box.right, y.value
            if turn:
                x0, _, x1, _ = _upright((box.left, box.bottom, box.right, box.top), turn)
                _, foot, _, _ = _upright((x.value, y.value, x.value, y.value), turn)
            letters[turn].append(
                (index, Glyph(letter, x0, x1, foot, pdfium.FPDFText_GetFontSize(raw, index)))
            )
    return letters


def _space_after(glyph: Glyph) -> Glyph:
    return Glyph(" ", glyph.x1, glyph.x1, glyph.foot, glyph.size)


def _strips(text: PdfTextPage, letters: list[tuple[int, Glyph]]) -> Iterator[Strip]:
    strip = None
    for index, glyph in letters:
        if strip is not None and strip.takes(glyph):
            strip.glyphs.append(glyph)
            strip.last = strip.last if glyph.text.isspace() else index
        elif not glyph.text.isspace():
            if strip is not None:
                yield strip
            strip = Strip([glyph], index, index, _scale(text, index))
    if strip is not None:
        yield strip


def _scale(text: PdfTextPage, index: int) -> float:
    matrix = pdfium.FS_MATRIX()
    known = pdfium.FPDFText_GetMatrix(text.raw, index, matrix)
    return math.hypot(matrix.c, matrix.d) if known else 1


def _is_bold(text: PdfTextPage, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text.raw, index, name, len(name), flags)
    return BOLD_FONT.search(name.value.decode("utf-8", "replace")) is not None


def _segments(strip: Strip, walls: list[Wall], *, bold: bool) -> Iterator[Segment]:
    """The strip cut at its wide gaps, and at the walls between its letters."""
    em = max(strip.glyphs[0].size * strip.scale, MIN_SIZE)
    middle = strip.glyphs[0].foot + em / 3
    crossing = sorted(wall.x for wall in walls if wall.bottom < middle < wall.top)
    starts: list[tuple[float, bool]] = []
    right = -math.inf
    for glyph in sorted(strip.glyphs, key=lambda glyph: glyph.x0):
        if not glyph.text.isspace():
            walled = bisect_right(crossing, glyph.x0) > bisect_right(crossing, right)
            if walled or glyph.x0 - right > COLUMN_GAP * em:
                starts.append((glyph.x0, walled))
            right = max(right, glyph.x1)
    pieces: list[list[Glyph]] = [[] for _ in starts]
    for glyph in strip.glyphs:
        pieces[max(bisect_right(starts, glyph.x0, key=itemgetter(0)) - 1, 0)].append(glyph)
    for piece, (_, walled) in zip(pieces, starts, strict=True):
        yield _segment(piece, em, bold=bold, is_walled_off=walled)


def _segment(glyphs: list[Glyph], size: float, *, bold: bool, is_walled_off: bool) -> Segment:
    printed = [glyph for glyph in glyphs if not glyph.text.isspace()]
    return Segment(
        text=text_of(glyphs, size),
        x0=min(glyph.x0 for glyph in printed),
        x1=max(glyph.x1 for glyph in printed),
        bottom=printed[0].foot,
        top=printed[0].foot + size,
        size=size,
        bold=bold,
        is_walled_off=is_walled_off,
    )
