"""Checks that every PDF reader makes: a whole file, not too many pages, and text that is text."""

from __future__ import annotations

import re

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.cleaning import share_unmapped
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.errors import DocumentUnreadable

MIN_LETTERS_A_PAGE = 50
MAX_SHARE_UNMAPPED = 0.2
END = b"startxref"
OBJECT = re.compile(rb"\d+[ \r\n]+\d+[ \r\n]+obj\b")


def check_end(data: bytes) -> None:
    """Refuse what was cut off. Readers repair such files, and the missing pages would go unnoticed."""
    end = data.rfind(END)
    if end < 0 or OBJECT.search(data, end):
        raise DocumentUnreadable(refusals.TRUNCATED_PDF)


def check_pages(pages: int, limits: ReadingLimits) -> None:
    if pages == 0:
        raise DocumentUnreadable(refusals.NO_PAGES)
    if pages > limits.max_pages:
        raise DocumentUnreadable(refusals.too_many_pages(pages, limits.max_pages))


def check_text(text: str, limits: ReadingLimits) -> None:
    if not text:
        raise DocumentUnreadable(refusals.LITTLE_TEXT_PDF)
    if len(text) > limits.max_characters:
        raise DocumentUnreadable(refusals.too_long(limits.max_characters))


class TextLayer:
    """Watches the text come in, page by page."""

    def __init__(self) -> None:
        self._letters = 0
        self._unmapped = 0.0
        self._pictures = 0

    def add(self, text: str, *, pictures: int, limits: ReadingLimits) -> None:
        """Raises DocumentUnreadable as soon as there is too much."""
        self._letters += len(text)
        self._unmapped += len(text) * share_unmapped(text)
        self._pictures += pictures
        if self._letters > 1.5 * limits.max_characters:
            raise DocumentUnreadable(refusals.too_long(limits.max_characters))

    def check(self, pages: int) -> None:
        if self._letters < MIN_LETTERS_A_PAGE * pages:
            raise DocumentUnreadable(refusals.SCANNED_PDF if self._pictures else refusals.LITTLE_TEXT_PDF)
        if self._unmapped > MAX_SHARE_UNMAPPED * self._letters:
            raise DocumentUnreadable(refusals.UNMAPPED_PDF)
