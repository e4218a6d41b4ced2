"""Reads text files and Markdown. Markdown stays as it is; hard-wrapped lines of a text file become paragraphs."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import PurePath

from platform_app.analysis.reading import refusals
from platform_app.analysis.reading.child import serve
from platform_app.analysis.reading.cleaning import clean, clean_markup
from platform_app.analysis.reading.encodings import decode
from platform_app.analysis.reading.joining import ENDS_SENTENCE, LIST_MARK, Joiner
from platform_app.analysis.reading.limits import ReadingLimits
from platform_app.analysis.reading.text import ReadText
from platform_app.analysis.reading.titles import best_title, first_line_heading
from platform_app.analysis.reading.upload import KIND_OF_SUFFIX
from platform_app.errors import DocumentUnreadable

# A file is hard-wrapped if its long lines nearly all end at one of the usual widths of a page.
NARROWEST_PAGE, WIDEST_PAGE = 40, 120
CELL_GAP = re.compile(r"(?<=\S)(?:\t+| {3,})(?=\S)")
CELL_SEPARATOR = " | "
# A line shorter than this share of the page was ended by its author.
FULL_LINE = 0.7


def read(filename: str, data: bytes, limits: ReadingLimits) -> ReadText:
    kind = KIND_OF_SUFFIX[PurePath(filename).suffix.lower()]
    raw = decode(data)
    if len(raw) > limits.max_characters:
        raise DocumentUnreadable(refusals.too_long(limits.max_characters))
    text = clean_markup(raw).strip("\n") if kind == "md" else clean(unwrapped(raw))
    if not text.strip():
        raise DocumentUnreadable(refusals.NO_TEXT)
    heading = _markdown_heading(text) if kind == "md" else first_line_heading(text)
    return ReadText(kind, text, None, best_title(metadata="", heading=heading, filename=filename, text=text))


def unwrapped(text: str) -> str:
    """The text with the lines of each hard-wrapped paragraph joined; other texts come back as they were."""
    lines = _with_cells([line.rstrip() for line in re.sub("\r\n?", "\n", text).split("\n")])
    width = _page_width(lines)
    if not width:
        return "\n".join(lines)
    joiner, joined = Joiner(text), [lines[0]]
    for previous, line in pairwise(lines):
        if _goes_on(previous, line, width):
            joined[-1] = joiner.join(joined[-1], line)
        else:
            joined.append(line)
    return "\n".join(joined)


def _page_width(lines: list[str]) -> int | None:
    """The width at which this text was wrapped, or None if it was not."""
    lengths = sorted(len(line) for line in lines if line)
    if len(lengths) < 3 or not NARROWEST_PAGE <= lengths[-1] <= WIDEST_PAGE:
        return None
    return lengths[-1]


def _goes_on(previous: str, line: str, width: int) -> bool:
    if not previous or not line or LIST_MARK.match(line) or _is_table(previous) or _is_table(line):
        return False
    indented = len(line) - len(line.lstrip()) > len(previous) - len(previous.lstrip())
    if indented and not LIST_MARK.match(previous):
        return False
    next_word = line.split(maxsplit=1)[0]
    fits = len(previous) + 1 + len(next_word) <= width * (1 if ENDS_SENTENCE.search(previous) else FULL_LINE)
    return not fits


def _with_cells(lines: list[str]) -> list[str]:
    """The gaps of two or more table rows in a row become cell separators; a lone gap is only a gap."""
    is_row = [CELL_GAP.search(line) is not None for line in lines]
    beside_row = [
        before or after for before, after in zip([False, *is_row], [*is_row[1:], False], strict=False)
    ]
    return [
        CELL_GAP.sub(CELL_SEPARATOR, line) if row and beside else line
        for line, row, beside in zip(lines, is_row, beside_row, strict=True)
    ]


def _is_table(line: str) -> bool:
    return "|" in line or CELL_GAP.search(line) is not None


def _markdown_heading(text: str) -> str:
    front_matter = re.match(r"---\n.*?^title:\s*[\"']?([^\n\"']+).*?^---$", text, re.DOTALL | re.MULTILINE)
    if front_matter:
        return front_matter.group(1)
    heading = re.search(r"^#{1,6}[ \t]+(.+)$|^(\S.*)\n(?:={3,}|-{3,})$", text, re.MULTILINE)
    words = (heading.group(1) or heading.group(2)).rstrip("# \t") if heading else ""
    return re.sub(r"[*_`]", "", words)


if __name__ == "__main__":
    serve(read)
