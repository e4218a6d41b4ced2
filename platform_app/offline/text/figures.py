"""Figures: amounts, shares, years and counts as they stand in a text."""

from __future__ import annotations

import re

_FIGURE = re.compile(
    r"(?:[€$£¥₹]|\b(?:EUR|USD|GBP|CHF|DKK|SEK|NOK|INR|JPY|US\$)\s?)?\s?\b\d[\d.,'’]*(?<![.,'’])"
    r"(?:\s?(?:%|‰|per cent|percent|million|billion|thousand|trillion|bn|mn|tonnes|tons|hours?|days?|weeks?|months?|years?|beds|"
    r"employees|people|customers|stores|units|euros?|dollars?|Mio\.?|Prozent)(?!\w))?"
)
_NUMBER = re.compile(r"\d+(?:[.,'’]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SPELLED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred|thousand|million|half|third|quarter|double|twice)\b",
    re.IGNORECASE,
)


def figures(text: str) -> list[str]:
    """Figures with their units, in order; bare years are none."""
    found = (match.group().strip() for match in _FIGURE.finditer(text))
    return [figure for figure in found if not _YEAR.fullmatch(figure)]


def numbers(text: str) -> set[str]:
    """The bare numbers of a text, without separators: what must be grounded in the case."""
    return {re.sub(r"[.,'’]", "", number) for number in _NUMBER.findall(text)}


def has_figure(text: str) -> bool:
    return bool(figures(text)) or bool(_SPELLED.search(text))
