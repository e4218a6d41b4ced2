"""The pieces of a page that the layout is made of: letters with a place, and lines of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Glyph:
    """What one sign on the page says: a letter, or several that are drawn as one."""

    text: str
    x0: float
    x1: float
    foot: float
    """The height of the line that it stands on."""
    size: float
    """Of its font, before the page scales it: for comparing neighbours."""


@dataclass(slots=True)
class Segment:
    """Letters on one base line without a wide gap. Coordinates are points, y upwards; the text is in logical order.

    `bottom` is the base line and `top` one size above it, whatever the letters reach below and above.
    """

    text: str
    x0: float
    x1: float
    bottom: float
    top: float
    size: float
    bold: bool
    is_walled_off: bool = False
    """A vertical line is drawn before it."""


@dataclass(slots=True)
class Row:
    """The segments at one height of the page, from left to right."""

    segments: list[Segment]

    @property
    def x0(self) -> float:
        return self.segments[0].x0

    @property
    def x1(self) -> float:
        return self.segments[-1].x1

    @property
    def bottom(self) -> float:
        return min(segment.bottom for segment in self.segments)

    @property
    def top(self) -> float:
        return max(segment.top for segment in self.segments)

    @property
    def size(self) -> float:
        return max(segment.size for segment in self.segments)

    @property
    def bold(self) -> bool:
        return all(segment.bold for segment in self.segments)

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def text_with_gaps(self) -> str:
        return "\t".join(segment.text for segment in self.segments)

    def between(self, left: float, right: float) -> list[Segment]:
        """The segments whose middle lies in this range."""
        return [segment for segment in self.segments if left <= (segment.x0 + segment.x1) / 2 < right]


@dataclass(slots=True)
class Line:
    """One line in reading order. `column` numbers the column of text that it stands in, through the whole document."""

    text: str
    x0: float
    x1: float
    bottom: float
    size: float
    bold: bool
    column: int
    page: int
    is_table_row: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line that is drawn, such as the border of a table row."""

    y: float
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Wall:
    """A vertical line that is drawn, such as the border of a table cell."""

    x: float
    bottom: float
    top: float


@dataclass(slots=True)
class Drawings:
    rules: list[Rule] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)
    pictures: int = 0


@dataclass(slots=True)
class Sheet:
    """All letters of a page that are turned the same way, upright; a page is one sheet, rarely two."""

    page: int
    rows: list[Row]
    rules: list[Rule] = field(default_factory=list)
