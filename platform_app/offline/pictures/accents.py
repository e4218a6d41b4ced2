"""Letters that the typeface has not, as a letter that it has and marks that are drawn on it.

Marks are strokes and dots, measured in ems from the middle of the letter: above and beside it from its top, below it from the
base line, across it from its own middle. One mark above another stands higher.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

from platform_app.offline.pictures.canvas import Point

Stroke = tuple[Point, ...]


@dataclass(frozen=True)
class Mark:
    """Strokes, and dots given by their middles; `side` is "above", "beside", "below" or "across"."""

    side: str
    strokes: tuple[Stroke, ...] = ()
    dots: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Glyph:
    """`hidden` takes the room of the letter, but shows the marks only."""

    letter: str
    marks: tuple[Mark, ...] = ()
    hidden: bool = False


def _ring(radius: float, height: float) -> Stroke:
    return tuple((radius * cos(step * pi / 8), height + radius * sin(step * pi / 8)) for step in range(18))


_STEM = Mark("across", strokes=(((0, 0.262), (0, -0.262)),))
_SLASH = Mark("across", strokes=(((-0.25, 0.26), (0.25, -0.26)),))
_CAPITAL_SLASH = Mark("across", strokes=(((-0.33, 0.36), (0.33, -0.36)),))
_COMBINING = {
    "\u0300": Mark("above", strokes=(((-0.09, -0.22), (0.05, -0.1)),)),
    "\u0301": Mark("above", strokes=(((0.09, -0.22), (-0.05, -0.1)),)),
    "\u0302": Mark("above", strokes=(((-0.13, -0.1), (0, -0.21), (0.13, -0.1)),)),
    "\u0303": Mark(
        "above", strokes=(((-0.15, -0.11), (-0.08, -0.17), (0, -0.14), (0.08, -0.11), (0.15, -0.17)),)
    ),
    "\u0304": Mark("above", strokes=(((-0.14, -0.14), (0.14, -0.14)),)),
    "\u0306": Mark("above", strokes=(((-0.13, -0.21), (-0.07, -0.13), (0.07, -0.13), (0.13, -0.21)),)),
    "\u0307": Mark("above", dots=((0, -0.15),)),
    "\u0308": Mark("above", dots=((-0.115, -0.15), (0.115, -0.15))),
    "\u0309": Mark("above", strokes=(((-0.07, -0.2), (0, -0.24), (0.07, -0.19), (0.0, -0.13), (0.0, -0.1)),)),
    "\u030a": Mark("above", strokes=(_ring(0.09, -0.15),)),
    "\u030b": Mark("above", strokes=(((0.02, -0.22), (-0.1, -0.1)), ((0.18, -0.22), (0.06, -0.1)))),
    "\u030c": Mark("above", strokes=(((-0.13, -0.21), (0, -0.1), (0.13, -0.21)),)),
    "\u031b": Mark("beside", strokes=(((0.16, 0.06), (0.26, 0.03), (0.29, -0.07)),)),
    "\u0323": Mark("below", dots=((0, 0.15),)),
    "\u0326": Mark("below", strokes=(((0.03, 0.1), (-0.04, 0.22)),)),
    "\u0327": Mark("below", strokes=(((0.02, 0.0), (0.0, 0.08), (0.08, 0.13), (0.04, 0.2), (-0.06, 0.2)),)),
    "\u0328": Mark("below", strokes=(((0.14, 0.0), (0.07, 0.1), (0.11, 0.18), (0.19, 0.17)),)),
}
_WHOLE = {
    "ø": Glyph("o", (_SLASH,)),
    "Ø": Glyph("O", (_CAPITAL_SLASH,)),
    "ł": Glyph("l", (Mark("across", strokes=(((-0.12, 0.06), (0.12, -0.06)),)),)),
    "Ł": Glyph("L", (Mark("across", strokes=(((-0.28, 0.03), (0.04, -0.13)),)),)),
    "đ": Glyph("d", (Mark("across", strokes=(((0.02, -0.24), (0.34, -0.24)),)),)),
    "Đ": Glyph("D", (Mark("across", strokes=(((-0.38, 0), (-0.04, 0)),)),)),
    "Ð": Glyph("D", (Mark("across", strokes=(((-0.38, 0), (-0.04, 0)),)),)),
    "ı": Glyph("i", (_STEM,), hidden=True),
    "€": Glyph(
        "C", (Mark("across", strokes=(((-0.38, -0.07), (0.12, -0.07)), ((-0.38, 0.08), (0.12, 0.08)))),)
    ),
    "–": Glyph("+", (Mark("across", strokes=(((-0.26, 0), (0.26, 0)),)),), hidden=True),
    "—": Glyph("M", (Mark("across", strokes=(((-0.38, 0.09), (0.38, 0.09)),)),), hidden=True),
}


@lru_cache(maxsize=2048)
def taken_apart(character: str) -> Glyph | None:
    """How the character is put together, None if it cannot be."""
    if character in _WHOLE:
        return _WHOLE[character]
    apart = unicodedata.normalize("NFD", character)
    letter, combining = apart[0], apart[1:]
    if not combining:
        return None
    if not letter.isascii() or any(mark not in _COMBINING for mark in combining):
        return None
    marks = tuple(_COMBINING[mark] for mark in combining)
    if letter == "i" and any(mark.side == "above" for mark in marks):
        return Glyph(letter, (_STEM, *marks), hidden=True)  # its dot makes room for the accent
    return Glyph(letter, marks)
