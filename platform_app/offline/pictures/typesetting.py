"""Title and caption in lines: how large, how many, and where each one stands below the edge of the scene."""

from __future__ import annotations

from dataclasses import dataclass

from platform_app.offline.pictures.brief import Brief
from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.lettering import ELLIPSIS, broken, writable
from platform_app.offline.pictures.stage import EDGE

MARGIN = 0.95
TEXT_WIDTH = WIDTH - 2 * MARGIN
CAPTION_SIZE = 0.43


@dataclass(frozen=True)
class Layout:
    """Sizes are in units, like everything on the canvas."""

    size: float
    title_lines: int
    caption_lines: int


LAYOUTS = (Layout(0.86, 1, 3), Layout(0.72, 2, 2), Layout(0.58, 3, 1))


@dataclass(frozen=True)
class Line:
    """`y` is the base line."""

    text: str
    size: float
    y: float
    is_title: bool = False


@dataclass(frozen=True)
class Text:
    """`bottom` is the base line of the last line. Without a title that can be written there are no lines."""

    lines: tuple[Line, ...]
    bottom: float


def set_text(brief: Brief) -> Text:
    title, caption = writable(brief.title), writable(brief.caption)
    if not title:
        return Text((), EDGE + 0.6)
    y = EDGE + 0.56
    layout = _layout(title)
    lines: list[Line] = []
    for line in broken(title, layout.size, TEXT_WIDTH, layout.title_lines):
        y += layout.size * 1.14
        lines.append(Line(line, layout.size, y, is_title=True))
    y += 0.26
    for line in broken(caption, CAPTION_SIZE, TEXT_WIDTH, layout.caption_lines):
        y += CAPTION_SIZE * 1.34
        lines.append(Line(line, CAPTION_SIZE, y))
    return Text(tuple(lines), y)


def _layout(title: str) -> Layout:
    """The largest one that holds the whole title."""
    for layout in LAYOUTS:
        if not broken(title, layout.size, TEXT_WIDTH, layout.title_lines)[-1].endswith(ELLIPSIS):
            return layout
    return LAYOUTS[-1]
