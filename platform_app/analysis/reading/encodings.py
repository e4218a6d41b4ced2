"""From the bytes of a text file to its letters: UTF-8, UTF-16 with its mark, else Windows-1252; anything else is refused."""

from __future__ import annotations

import codecs
import re

from platform_app.analysis.reading import refusals
from platform_app.errors import DocumentUnreadable

MARKED_ENCODINGS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# Tab, the line ends, form feed and the old end-of-file mark occur in text; the other control characters do not.
CONTROLS = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f]")
COMMON_SIGNS = "‘’‚“”„«»–—…•·€£§©®™°½¼²³\xa0"
# Even French or Vietnamese in Windows-1252 stay far below this; Cyrillic, Greek or Chinese bytes read as Windows-1252 are above.
MAX_SHARE_OF_HIGH_LETTERS = 0.3


def decode(data: bytes) -> str:
    """The text of a file. Raises DocumentUnreadable for NUL, for binary content and for an encoding we cannot tell."""
    text = _decoded(data)
    if "\x00" in text:
        raise DocumentUnreadable(refusals.NUL_IN_TEXT)
    if len(CONTROLS.findall(text)) > len(text) / 500 + 2:
        raise DocumentUnreadable(refusals.BINARY_TEXT)
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKED_ENCODINGS:
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\x00" in data:
        raise DocumentUnreadable(refusals.NUL_IN_TEXT)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _windows_1252(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(refusals.BINARY_TEXT) from error


def _windows_1252(data: bytes) -> str:
    text = _strict(data, "cp1252")
    letters = sum(1 for character in text if character.isalpha())
    high = sum(1 for character in text if character > "\x7f" and character not in COMMON_SIGNS)
    if high > max(letters, 1) * MAX_SHARE_OF_HIGH_LETTERS:
        raise DocumentUnreadable(refusals.UNKNOWN_ENCODING)
    return text
