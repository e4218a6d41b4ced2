"""Makes paragraphs, headings, list items and table rows out of lines in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise
from statistics import median

from platform_app.analysis.reading.joining import ENDS_SENTENCE, HYPHENS, LIST_MARK, Joiner
from platform_app.analysis.reading.pdf.boxes import Line

# In sizes of the letters.
USUAL_LEADING = 1.25
NEW_PARAGRAPH = 1.35  # times the usual distance of two lines
INDENT = 0.8
MAX_INDENT = 5
# Of the width of the column: shorter lines are ended by their author, whatever the next begins with.
LONG_LINE = 0.6
# A column of nothing but such lines is a list of figures or names, and none of its lines goes on.
MAX_WORDS_OF_A_SHORT_LINE = 4
# A heading is larger than the text by at least this factor.
HEADING_SIZE = 1.12
SAME_SIZE = 0.06
BROKEN_WORD = re.compile(rf"\w[{HYPHENS}]$")
CONTENTS_LINE = re.compile(r"(\.\s?){4,}\s*([\divxl]+)?$")


class Kind(Enum):
    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"


@dataclass
class Block:
    """A paragraph, a heading, an item of a list, or a row of a table, with the lines that it was printed in."""

    kind: Kind
    text: str
    lines: list[Line]


class Paragraphs:
    def __init__(self, lines: list[Line], joiner: Joiner) -> None:
        self._lines = [line for line in lines if line.text and not CONTENTS_LINE.search(line.text)]
        self._joiner = joiner
        self._body_size = _most_common_size(self._lines)
        self._body_is_bold = _mostly_bold(self._lines)
        self._right_edges: dict[int, float] = {}
        self._leadings: dict[int, float] = {}
        self._lists: set[int] = set()
        for number, column in groupby(self._lines, key=lambda line: line.column):
            members = list(column)
            self._right_edges[number] = max(line.x1 for line in members)
            self._leadings[number] = _leading(members)
            if all(len(line.text.split()) <= MAX_WORDS_OF_A_SHORT_LINE for line in members):
                self._lists.add(number)

    def blocks(self) -> list[Block]:
        blocks: list[Block] = []
        for line in self._lines:
            kind = self._kind(line)
            if blocks and self._goes_on(blocks[-1], line, kind):
                blocks[-1].text = self._joiner.join(blocks[-1].text, line.text)
                blocks[-1].lines.append(line)
            else:
                blocks.append(Block(kind, line.text, [line]))
        return blocks

    def _kind(self, line: Line) -> Kind:
        if line.is_table_row:
            return Kind.ROW
        if line.size >= HEADING_SIZE * self._body_size or (line.bold and not self._body_is_bold):
            return Kind.HEADING
        return Kind.ITEM if LIST_MARK.match(line.text) else Kind.TEXT

    def _goes_on(self, block: Block, line: Line, kind: Kind) -> bool:
        last = block.lines[-1]
        if Kind.ROW in (block.kind, kind) or kind is Kind.ITEM or not _same_look(last, line):
            return False
        if (block.kind is Kind.HEADING) != (kind is Kind.HEADING):
            return False
        if last.column != line.column:
            return kind is Kind.TEXT and self._crosses_over(last, line)
        distance = last.bottom - line.bottom
        if (
            not 0
            < distance
            <= NEW_PARAGRAPH * self._leadings[line.column] * max(1, line.size / self._body_size)
        ):
            return False
        if kind is Kind.HEADING and line.size >= HEADING_SIZE * self._body_size:
            return not LIST_MARK.match(line.text)
        return self._flows(block, last, line)

    def _flows(self, block: Block, last: Line, line: Line) -> bool:
        if self._starts_mid_sentence(last, line) or BROKEN_WORD.search(last.text):
            return True
        indent = (line.x0 - last.x0) / line.size
        if INDENT < indent < MAX_INDENT and block.kind is Kind.TEXT and ENDS_SENTENCE.search(last.text):
            return False
        return not self._had_room(last, line)

    def _crosses_over(self, last: Line, line: Line) -> bool:
        """From the foot of one column to the head of the next."""
        if ENDS_SENTENCE.search(last.text):
            return False
        return line.text[0].islower() or not self._had_room(last, line)

    def _starts_mid_sentence(self, last: Line, line: Line) -> bool:
        width = self._right_edges[last.column] - last.x0
        return (
            line.text[0].islower()
            and not ENDS_SENTENCE.search(last.text)
            and last.x1 - last.x0 >= LONG_LINE * width
        )

    def _had_room(self, last: Line, line: Line) -> bool:
        """The first word of this line would have fitted onto the last one: its author ended that line."""
        first_word = line.text.split(maxsplit=1)[0]
        letter = (line.x1 - line.x0) / max(len(line.text), 1)
        has_room = last.x1 + letter * (len(first_word) + 1.5) < self._right_edges[last.column]
        return has_room or last.column in self._lists


def as_text(blocks: list[Block]) -> str:
    """Blank lines between all blocks but the rows of one table and the items of one list."""
    return "".join(_parts(blocks))


def largest_heading(blocks: list[Block], page: int) -> str:
    """The text in the largest letters of a page, if it is a heading."""
    headings = [block for block in blocks if block.kind is Kind.HEADING and block.lines[0].page == page]
    best = max(headings, key=lambda block: round(block.lines[0].size), default=None)
    return best.text if best else ""


def _parts(blocks: list[Block]) -> Iterator[str]:
    previous = None
    for block in blocks:
        if previous is not None:
            together = block.kind is previous and block.kind in (Kind.ROW, Kind.ITEM)
            yield "\n" if together else "\n\n"
        yield block.text
        previous = block.kind


def _same_look(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= SAME_SIZE * max(one.size, other.size)


def _most_common_size(lines: list[Line]) -> float:
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size * 2) / 2] += len(line.text)
    return max(letters.most_common(1)[0][0], 1) if letters else 1


def _mostly_bold(lines: list[Line]) -> bool:
    bold = sum(len(line.text) for line in lines if line.bold)
    return 2 * bold > sum(len(line.text) for line in lines)


def _leading(lines: list[Line]) -> float:
    """The usual distance of two lines of a column: of the closer half, as headings and paragraphs stand further apart."""
    distances = [above.bottom - below.bottom for above, below in pairwise(lines)]
    usual = USUAL_LEADING * median(line.size for line in lines)
    near = [distance for distance in distances if 0.7 * usual < distance < 2.5 * usual]
    return median(sorted(near)[: max(len(near) // 2, 1)]) if near else usual
