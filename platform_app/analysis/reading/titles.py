"""A title for the document: from its own data, its first heading, or its file name."""

from __future__ import annotations

import re
from pathlib import PurePath

MAX_CHARACTERS = 150
# What programs write into the title of a document when nobody has given one.
PROGRAM_MADE = re.compile(
    r"^(untitled|unbenannt|sans titre|document\d*|microsoft (word|powerpoint)|presentation\d*|title|slide \d+|"
    r"(file|https?):|.*\.(docx?|pptx?|pdf|indd|tex|dvi|rtf|odt|pages|txt|md|html?)$)",
    re.IGNORECASE,
)


def best_title(*, metadata: str, heading: str, filename: str, text: str) -> str:
    """`metadata` wins only if the document's first page says it too: many carry the title of their template."""
    metadata, heading = _one_line(metadata), _one_line(heading)
    if PROGRAM_MADE.match(metadata):
        metadata = ""
    if metadata and _letters(metadata) in _letters(text[:3000]):
        return metadata
    return heading or metadata or title_of_name(filename)


def title_of_name(filename: str) -> str:
    """`brightwater_foods-case.v2.pdf` as a person would write it."""
    words = re.sub(r"[_\s]+|(?<=\w)-(?=\w)", " ", PurePath(filename).stem).strip()
    return _one_line(words[:1].upper() + words[1:]) or "Case study"


def first_line_heading(text: str) -> str:
    """The first line, if it is as short as a heading and does not end as a statement does; else ""."""
    first = text.split("\n", 1)[0]
    return "" if len(first) > MAX_CHARACTERS or first.endswith((".", ":", ";", ",")) else first


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= MAX_CHARACTERS:
        return line
    return line[:MAX_CHARACTERS].rsplit(" ", 1)[0] + "…"


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
