"""What a file is called: the user's name for it as data to show, and the media type by which it is handed back. Pure."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

LONGEST = 255
NAMELESS = "document"
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain; charset=utf-8",
    ".text": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".markdown": "text/markdown; charset=utf-8",
}


def display_name(raw: str) -> str:
    """The name without folders and without what no reader sees (line breaks, NUL, direction marks); never empty.

    Too long a name loses letters before its ending, as the ending says what the file is.
    """
    name = PurePosixPath(raw.replace("\\", "/")).name
    visible = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter.isspace() or not unicodedata.category(letter).startswith("C")
    )
    words = " ".join(visible.split())
    path = PurePosixPath(words)
    suffix = path.suffix[: LONGEST // 2]
    return (path.stem[: LONGEST - len(suffix)] + suffix) or NAMELESS


def media_type(filename: str) -> str:
    """By the name, which was checked against the content at upload; a browser never gets to guess."""
    return MEDIA_TYPES.get(PurePosixPath(filename).suffix.lower(), "application/octet-stream")
