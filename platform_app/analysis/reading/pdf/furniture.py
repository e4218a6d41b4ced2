"""Finds what is printed on every page and belongs to none: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from statistics import median

# So many lines at the head and at the foot of a page may be furniture; they stand so many times further from the text than
# its lines from one another,
EDGE_LINES = 3
APART = 1.4
# and only lines that recur on so many of the pages that could carry them are: left and right pages may differ.
MIN_SHARE_OF_PAGES = 0.4
MIN_PAGES = 2
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


def furniture_of(pages: list[list[str]], edges: list[set[int]]) -> list[set[int]]:
    """For each page, given as its lines from top to bottom with a tab in each wide gap, the places of its furniture.

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


def _recurring(pages: list[list[str]], edges: list[set[int]]) -> set[str]:
    pages_with: Counter[str] = Counter()
    for lines, places in zip(pages, edges, strict=True):
        pages_with.update({_shape(lines[place]) for place in places})
    needed = max(MIN_PAGES, MIN_SHARE_OF_PAGES * len(pages))
    return {shape for shape, count in pages_with.items() if count >= needed and re.search(r"[^\W\d_]", shape)}


def _shape(line: str) -> str:
    """The line with its page number taken out, which is the first or the last figure of it."""
    line = " ".join(line.split())
    return line if COUNTED_HEADING.match(line) else NUMBER_AT_AN_END.sub("#", line)


def _page_numbers(pages: list[list[str]], edges: list[set[int]]) -> set[tuple[int, int]]:
    """The lines with a number that grows by one from page to page; a figure of a table does not."""
    found: dict[tuple[int, int], int] = {}
    for page, (lines, places) in enumerate(zip(pages, edges, strict=True)):
        for place in places:
            number = _number(lines[place], is_outermost=place in (0, len(lines) - 1))
            if number is not None:
                found[page, place] = number - page
    pages_with = Counter(offset for _, offset in {(page, offset) for (page, _), offset in found.items()})
    lone_page = len(pages) == 1
    return {
        where
        for where, offset in found.items()
        if pages_with[offset] >= MIN_PAGES or (lone_page and offset == 1)
    }


def _number(line: str, *, is_outermost: bool) -> int | None:
    """The page number that a line is, or that stands alone at an end of the outermost line: beside a chapter's name."""
    cells = line.strip().split("\t")
    for candidate in [line.strip(), *([cells[0], cells[-1]] if is_outermost else [])]:
        match = PAGE_NUMBER.match(candidate)
        if match:
            digits = match.group(1)
            return int(digits) if digits.isdigit() else _roman(digits.lower())
    return None


def _roman(digits: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[digit] for digit in digits]
    return sum(-one if one < next_ else one for one, next_ in zip(values, [*values[1:], 0], strict=True))
