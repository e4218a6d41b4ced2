"""What may be said: text that can be stored, shown and sent, within a limit. HTML is text like any other."""

from __future__ import annotations

import unicodedata

from platform_app.errors import FieldError, InvalidInput

MAX_CHARACTERS = 4000


def utterance(text: str) -> str:
    """The text as it is kept: line ends unified, blank edges gone. InvalidInput says what is wrong with it."""
    said = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not any(_is_visible(character) for character in said):
        raise _refused("blank", "Please write something first.")
    if len(said) > MAX_CHARACTERS:
        raise _refused(
            "max_length",
            f"A message may have {MAX_CHARACTERS:,} characters at most; this one has {len(said):,}. Please shorten it.",
        )
    # PostgreSQL stores no NUL, and UTF-8 knows no half of a surrogate pair.
    if any(character == "\0" or unicodedata.category(character) == "Cs" for character in said):
        raise _refused(
            "characters", "Your message contains characters that cannot be stored. Please remove them."
        )
    return said


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC"


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors=[FieldError(attr="text", code=code, detail=detail)])
