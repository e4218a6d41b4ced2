"""From the order in which letters stand on a line to the order in which they are read.

Arabic and Hebrew run from right to left, but the figures and the Latin words in them from left to right. This is the
common part of the Unicode bidirectional algorithm (UAX #9), run backwards; nested quotations are not told apart.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

from platform_app.analysis.reading.pdf.boxes import Glyph

RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
# As letters: L left to right, R right to left, N digit, S sign between digits, - neutral.
RIGHT_RUN = re.compile(r"R(?:[RNS-]*[R])?")
LEFT_RUN = re.compile(r"L(?:[^R]*[LN])?|N(?:[NS]*N)?")
# In widths of an "m".
MAX_BACKWARDS = 0.5
GAP_BETWEEN_WORDS = 0.25
# Where the spaces that the file writes cannot be trusted.
LONE_GAP_BETWEEN_WORDS = 0.18


def text_of(glyphs: list[Glyph], em: float) -> str:
    """The text of one line as it is read, with a space for each gap that the file shows but does not write."""
    if any(RIGHT_TO_LEFT.match(glyph.text) for glyph in glyphs):
        # PDFium turns right-to-left words round, and puts their spaces anywhere: only the gaps tell.
        printed = [glyph for glyph in glyphs if not glyph.text.isspace()]
        from_left = sorted(_clusters(printed), key=lambda glyph: glyph.x0 + glyph.x1)
        ordered = _logical(_with_spaces(from_left, LONE_GAP_BETWEEN_WORDS * em))
    else:
        straight = glyphs if _runs_rightwards(glyphs, em) else sorted(glyphs, key=lambda glyph: glyph.x0)
        ordered = _with_spaces(straight, GAP_BETWEEN_WORDS * em)
    return " ".join("".join(glyph.text for glyph in ordered).split())


def _runs_rightwards(glyphs: list[Glyph], em: float) -> bool:
    """Then the order of the file is better than a sorted one: accents stay behind their letters."""
    return all(after.x0 >= before.x0 - MAX_BACKWARDS * em for before, after in pairwise(glyphs))


def _with_spaces(glyphs: list[Glyph], gap: float) -> list[Glyph]:
    spaced = glyphs[:1]
    for before, after in pairwise(glyphs):
        if after.x0 - before.x1 > gap:
            spaced.append(Glyph(" ", before.x1, after.x0, before.foot, before.size))
        spaced.append(after)
    return spaced


def _clusters(glyphs: list[Glyph]) -> list[Glyph]:
    """Marks and the letters of one ligature belong to one place, and keep their order in it."""
    clusters: list[Glyph] = []
    for glyph in glyphs:
        last = clusters[-1] if clusters else None
        if last and (unicodedata.combining(glyph.text[0]) or (glyph.x0, glyph.x1) == (last.x0, last.x1)):
            clusters[-1] = replace(last, text=last.text + glyph.text)
        else:
            clusters.append(glyph)
    return clusters


def _logical(glyphs: list[Glyph]) -> list[Glyph]:
    kinds = "".join(_kind(glyph.text) for glyph in glyphs)
    if kinds.count("R") <= kinds.count("L"):
        return _reversed_runs(glyphs, kinds, RIGHT_RUN, LEFT_RUN)
    return _reversed_runs(glyphs[::-1], kinds[::-1], LEFT_RUN, None)


def _reversed_runs(
    glyphs: list[Glyph], kinds: str, run: re.Pattern[str], inner: re.Pattern[str] | None
) -> list[Glyph]:
    """With every run turned round; what runs the other way inside of a run (figures) is turned back."""
    ordered: list[Glyph] = []
    end = 0
    for match in run.finditer(kinds):
        ordered += glyphs[end : match.start()]
        turned, turned_kinds = glyphs[match.start() : match.end()][::-1], match.group()[::-1]
        ordered += _reversed_runs(turned, turned_kinds, inner, None) if inner else turned
        end = match.end()
    return ordered + glyphs[end:]


def _kind(text: str) -> str:
    kind = unicodedata.bidirectional(text[0])
    if kind in ("R", "AL"):
        return "R"
    return {"L": "L", "EN": "N", "AN": "N", "ES": "S", "CS": "S", "ET": "S"}.get(kind, "-")
