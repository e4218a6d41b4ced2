"""Writing with the only typeface at hand, which knows little more than ASCII.

European names keep their accents ("Tromsø", "Wójcik"), as `accents` draws them. What cannot be written, such as a title in
Greek or Chinese, is not written at all: boxes in place of letters help nobody.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from PIL import ImageFont

from platform_app.offline.pictures.accents import Glyph, Mark, taken_apart
from platform_app.offline.pictures.canvas import Canvas, Point
from platform_app.offline.pictures.palette import Tone

ELLIPSIS = "…"
MEASURING = 100  # the size, in pixels, at which lengths are taken
STACKED = 0.13
KNOWN = frozenset(map(chr, range(32, 127))) | frozenset("©«°±´·»‘’“”…‹›⁄™")
_SPELT = {
    ord(pair[0]): pair[1:] for pair in "ßss ẞSS æae ÆAe œoe ŒOe þth ÞTh ðd ħh −– ‐- ‑- ‒– „“ ‚‘ ×x •·".split()
}
_SPELT |= {ord("£"): "GBP ", ord("¥"): "JPY ", ord("\u00a0"): " ", ord("\u202f"): " ", ord("\u00ad"): ""}


@dataclass(frozen=True)
class Style:
    """`size` in units; `weight` is the share of the size by which strokes are thickened on either side."""

    size: float
    tone: Tone
    weight: float = 0.0


def writable(text: str) -> str:
    """The text as far as it can be written: symbols fall out, and with a single letter that cannot be, all of it ("")."""
    kept = []
    for character in unicodedata.normalize("NFC", text.translate(_SPELT)):
        plain = character if _is_writable(character) else unicodedata.normalize("NFKC", character)  # "ﬁ", "½"
        if all(map(_is_writable, plain)):
            kept.append(plain)
        elif unicodedata.category(character)[0] in "LMN":
            return ""
    return " ".join("".join(kept).split())


def broken(text: str, size: float, width: float, most: int) -> list[str]:
    """The text in at most `most` lines of at most `width`, the last one cut with an ellipsis if need be."""
    found: list[str] = []
    words = text.split()
    while words and len(found) < most - 1:
        count = _fitting(words, size, width)
        found.append(_cut(" ".join(words[:count]), size, width))
        words = words[count:]
    return [*found, _cut(" ".join(words), size, width)] if words else found


def length(text: str, size: float) -> float:
    return _length("".join(glyph.letter for glyph in map(_glyph, text))) * size


def write(canvas: Canvas, x: float, y: float, text: str, style: Style) -> None:
    """Writes on the base line `y`."""
    glyphs = [_glyph(character) for character in text]
    letters = "".join(glyph.letter for glyph in glyphs)
    begin = 0
    for place, glyph in enumerate(glyphs):
        if glyph.marks:
            _write_marks(canvas, x + _length(letters[:place]) * style.size, y, glyph, style)
        if glyph.hidden:
            _write_run(canvas, x + _length(letters[:begin]) * style.size, y, letters[begin:place], style)
            begin = place + 1
    _write_run(canvas, x + _length(letters[:begin]) * style.size, y, letters[begin:], style)


def _write_run(canvas: Canvas, x: float, y: float, letters: str, style: Style) -> None:
    if letters:
        font = _font(round(style.size * canvas.unit))
        canvas.writing(x, y, letters, font, style.tone, style.weight * style.size)


def _write_marks(canvas: Canvas, x: float, y: float, glyph: Glyph, style: Style) -> None:
    left, top, right = _box(glyph.letter)
    if glyph.hidden and glyph.letter == "i":
        top = _box("x")[1]
    middle = x + (left + right) / 2 * style.size
    raised = 0.0
    for mark in glyph.marks:
        origin = {"above": top - raised, "beside": top, "below": 0.0, "across": top / 2}[mark.side]
        _draw(canvas, (middle, y + origin * style.size), mark, style)
        raised += STACKED if mark.side == "above" else 0.0


def _draw(canvas: Canvas, origin: Point, mark: Mark, style: Style) -> None:
    (x, y), size = origin, style.size
    for stroke in mark.strokes:
        points = [(x + dx * size, y + dy * size) for dx, dy in stroke]
        canvas.line(points, style.tone, (0.075 + 1.6 * style.weight) * size)
    for dx, dy in mark.dots:
        canvas.disc(x + dx * size, y + dy * size, (0.055 + style.weight) * size, style.tone)


def _is_writable(character: str) -> bool:
    return character in KNOWN or taken_apart(character) is not None


def _glyph(character: str) -> Glyph:
    return Glyph(character) if character in KNOWN else taken_apart(character) or Glyph("?")


def _fitting(words: list[str], size: float, width: float) -> int:
    count = 1
    while count < len(words) and length(" ".join(words[: count + 1]), size) <= width:
        count += 1
    return count


def _cut(line: str, size: float, width: float) -> str:
    if length(line, size) <= width:
        return line
    while " " in line and length(line + ELLIPSIS, size) > width:
        line = line.rpartition(" ")[0].rstrip(",.;:–-")
    while length(line + ELLIPSIS, size) > width:  # one word that is longer than the line
        line = line[:-1]
    return line + ELLIPSIS


@lru_cache(maxsize=32)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size=pixels))


@lru_cache(maxsize=4096)
def _length(letters: str) -> float:
    """In ems."""
    return _font(MEASURING).getlength(letters) / MEASURING


@lru_cache(maxsize=256)
def _box(letter: str) -> tuple[float, float, float]:
    """Left, top and right of a letter, in ems."""
    left, top, right, _ = _font(MEASURING).getbbox(letter, anchor="ls")
    return left / MEASURING, top / MEASURING, right / MEASURING
