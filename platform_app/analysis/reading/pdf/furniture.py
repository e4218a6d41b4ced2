"""Finds what is printed on every page and belongs to none: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import NamedTuple

Shape = tuple[str, int]

# So many lines at the head and at the foot of a page may be furniture; they stand so many times further from the text than
# its lines from one another,
EDGE_LINES = 3
APART = 1.4
# and only lines that recur on so many of the pages that could carry them are: left and right pages may differ.
MIN_SHARE_OF_PAGES = 0.4
MIN_PAGES, MIN_PAGES_BESIDE = 2, 3
# These count their own things, not pages: "Exhibit 1" on one page and "Exhibit 2" on the next are different lines.
COUNTED_HEADING = re.compile(
    r"^(exhibit|table|figure|appendix|annex|chapter|section|part|scene|act|step|session|module|case|question|phase|"
    r"week|day|anlage|anhang|tabelle|abbildung|kapitel|teil|tableau|annexe|chapitre|tabla|anexo|capítulo)\b",
    re.IGNORECASE,
)
OF_ALL = r"(?:\s*(?:of|/|von|de|di|sur|av)\s*\d{1,4})?"
PAGE_NUMBER = re.compile(
    r"^[-–—|\[(]*\s*(?:page|p\.|pg\.?|seite|s\.|página|pagina|pág\.|sida)?\s*(\d{1,4}|[ivxl]{1,6})"
    rf"{OF_ALL}\s*[-–—|\])]*$",
    re.IGNORECASE,
)

NUMBER_AT_AN_END = re.compile(
    rf"^\d{{1,4}}{OF_ALL}\b|\b\d{{1,4}}{OF_ALL}$|(?<=\bpage )\d{{1,4}}\b", re.IGNORECASE
)


class PrintedLine(NamedTuple):
    """`text` has a tab in each wide gap; `size` is that of the letters in points, 0 if it is not known."""

    text: str
    size: float


def furniture_of(pages: list[list[PrintedLine]], edges: list[set[int]]) -> list[set[int]]:
    """For each page, given as its lines from top to bottom, the places of its furniture.

    `edges` are the places at the head and the foot of each page where furniture may be.
    """
    recurring = _recurring(pages, edges)
    numbers = _page_numbers(pages, edges)
    return [
        {place for place in places if _shape(lines[place]) in recurring or (page, place) in numbers}
        for page, (lines, places) in enumerate(zip(pages, edges, strict=True))
    ]


def edges_of(feet: list[float]) -> set[int]:
    """The lines, by their heights on the page, that stand apart from the text at its head and foot, and the outermost two.

    Without the gap a sentence that recurs at the edge of some pages would be taken for a header.
    """
    if not feet:
        return set()
    distances = [above - below for above, below in pairwise(feet)]
    apart = APART * median(distances) if distances else 0
    head = [place + 1 for place, distance in enumerate(distances[:EDGE_LINES]) if distance > apart]
    foot = [
        place + 1
        for place, distance in enumerate(distances)
        if distance > apart and len(feet) - place - 1 <= EDGE_LINES
    ]
    return {*range(max(head, default=1)), *range(min(foot, default=len(feet) - 1), len(feet))}


def _recurring(pages: list[list[PrintedLine]], edges: list[set[int]]) -> set[Shape]:
    pages_with: Counter[Shape] = Counter()
    for lines, places in zip(pages, edges, strict=True):
        pages_with.update({_shape(lines[place]) for place in places})
    needed = max(MIN_PAGES, MIN_SHARE_OF_PAGES * len(pages))
    return {
        shape for shape, count in pages_with.items() if count >= needed and re.search(r"[^\W\d_]", shape[0])
    }


def _shape(line: PrintedLine) -> Shape:
    """The line with its page number taken out, which is the first or the last figure of it, and its size.

    With the size, since a running header often repeats the title, which must stay.
    """
    text = " ".join(line.text.split())
    return text if COUNTED_HEADING.match(text) else NUMBER_AT_AN_END.sub("#", text), round(line.size)


def _page_numbers(pages: list[list[PrintedLine]], edges: list[set[int]]) -> set[tuple[int, int]]:
    """The lines with a number that grows by one from page to page; a figure of a table does not."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for page, (lines, places) in enumerate(zip(pages, edges, strict=True)):
        for place in places:
            cells = lines[place].text.strip().split("\t")
            whole = _number(" ".join(cells))
            if whole is not None:
                found[page, place] = whole - page, MIN_PAGES
            elif place in (0, len(lines) - 1):
                # Beside the name of a chapter. Years in a table may grow from one page to the next, but not to a third.
                for number in filter(None, map(_number, (cells[0], cells[-1]))):
                    found[page, place] = number - page, MIN_PAGES_BESIDE
    pages_with = Counter(offset for _, offset in {(page, offset) for (page, _), (offset, _) in found.items()})
    lone_page = len(pages) == 1
    return {
        where
        for where, (offset, needed) in found.items()
        if pages_with[offset] >= needed or (lone_page and offset == 1)
    }


def _number(text: str) -> int | None:
    """The page number that this text is."""
    match = PAGE_NUMBER.match(text)
    if not match:
        return None
    digits = match.group(1)
    return int(digits) if digits.isdigit() else _roman(digits.lower())


def _roman(digits: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[digit] for digit in digits]
    return sum(-one if one < next_ else one for one, next_ in zip(values, [*values[1:], 0], strict=True))
