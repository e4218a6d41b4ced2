"""What every room has: a wall with windows, through which another motif is seen, a floor, and things on the wall."""

from __future__ import annotations

from collections.abc import Sequence

from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.palette import WHITE, Tone, mix, shaded
from platform_app.offline.pictures.stage import EDGE, Stage

FLOOR = 4.3
Opening = tuple[float, float]  # left side and width


def wall(stage: Stage, openings: Sequence[Opening], top: float, bottom: float, *, panes: int = 2) -> None:
    """Paints the wall around the openings, so that what has been drawn before is seen through them."""
    canvas, palette = stage.canvas, stage.palette
    colour = palette.wall
    shades = [(canvas.top, shaded(colour, 0.3)), (top, colour)]
    canvas.gradient(canvas.top, top, shades)
    canvas.rect(-1, bottom, WIDTH + 2, EDGE + 1 - bottom, colour)
    x = -1.0
    for left, width in [*openings, (WIDTH + 1, 0.0)]:
        canvas.rect(x, top - 0.02, left - x, bottom - top + 0.04, colour)
        x = left + width
    for left, width in openings:
        _frame(stage, left, width, top, bottom, panes)
    _floor(stage)
    for left, width in openings:
        spread = [
            (left + 0.2, bottom),
            (left + width - 0.2, bottom),
            (left + width + 1.0, EDGE + 0.3),
            (left + 1.0, EDGE + 0.3),
        ]
        canvas.polygon(spread, palette.horizon, alpha=0.1)


def _frame(stage: Stage, left: float, width: float, top: float, bottom: float, panes: int) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.polygon(
        [
            (left + width * 0.1, bottom),
            (left + width * 0.42, top),
            (left + width * 0.6, top),
            (left + width * 0.28, bottom),
        ],
        WHITE,
        alpha=0.1,
    )
    colour = shaded(palette.wall, 0.4)
    for pane in range(panes + 1):
        canvas.rect(left + pane * width / panes - 0.05, top, 0.1, bottom - top, colour)
    canvas.rect(left - 0.05, top - 0.05, width + 0.1, 0.1, colour)
    canvas.rect(left - 0.16, bottom - 0.06, width + 0.32, 0.15, palette.light_wall)
    canvas.rect(left - 0.16, bottom + 0.06, width + 0.32, 0.05, colour)


def _floor(stage: Stage) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.rect(-1, FLOOR, WIDTH + 2, EDGE + 1 - FLOOR, shaded(palette.wall, 0.36))
    canvas.rect(-1, FLOOR - 0.1, WIDTH + 2, 0.1, shaded(palette.wall, 0.5))


def shelf(stage: Stage, x: float, y: float, width: float) -> None:
    """A board with books and folders of different heights."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    colours = (
        palette.pop,
        palette.calm,
        palette.glow,
        palette.depth(0.25),
        palette.depth(0.8),
        mix(palette.calm, palette.ink, 0.35),
    )
    at = x + 0.08
    while at < x + width - 0.25:
        thick, tall = chance.uniform(0.1, 0.2), chance.uniform(0.36, 0.56)
        if chance.random() < 0.85:
            canvas.rect(at, y - tall, thick, tall, mix(chance.choice(colours), palette.wall, 0.2))
        at += thick + 0.03
    canvas.rect(x, y, width, 0.09, shaded(palette.wall, 0.55))


def picture_frame(stage: Stage, x: float, y: float, width: float, height: float) -> None:
    """A framed print: a sun over two hills."""
    canvas, palette = stage.canvas, stage.palette
    canvas.rect(x, y, width, height, palette.ink)
    canvas.rect(x + 0.07, y + 0.07, width - 0.14, height - 0.14, mix(palette.horizon, WHITE, 0.4))
    canvas.disc(x + width * 0.62, y + height * 0.4, min(width, height) * 0.17, palette.pop)
    base = y + height - 0.07
    canvas.polygon(
        [
            (x + 0.07, base),
            (x + 0.07, y + height * 0.7),
            (x + width * 0.4, y + height * 0.5),
            (x + width - 0.07, base),
        ],
        palette.calm,
    )
    canvas.polygon(
        [(x + width * 0.3, base), (x + width - 0.07, y + height * 0.6), (x + width - 0.07, base)],
        mix(palette.calm, palette.ink, 0.4),
    )


def screen(stage: Stage, x: float, y: float, width: float, height: float) -> None:
    """A screen on the wall with bars and a line that goes up, or down."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    canvas.rect(x, y, width, height, palette.ink, corner=0.08)
    canvas.rect(x + 0.08, y + 0.08, width - 0.16, height - 0.16, mix(palette.ink, palette.calm, 0.28))
    bars = 6
    step = (width - 0.6) / bars
    heights = [
        chance.uniform(0.25, 0.45) + (0.07 * bar if chance.random() < 0.8 else 0) for bar in range(bars)
    ]
    base = y + height - 0.28
    reach = height - 0.5
    for bar, share in enumerate(heights):
        colour = palette.glow if bar == bars - 1 else palette.calm
        canvas.rect(x + 0.32 + bar * step, base - share * reach, step * 0.58, share * reach, colour)
    points = [
        (x + 0.32 + (bar + 0.3) * step, base - min(0.97, share + 0.2) * reach)
        for bar, share in enumerate(heights)
    ]
    canvas.line(points, palette.pop, 0.05)
    canvas.disc(*points[-1], 0.08, palette.pop)


def clock(stage: Stage, x: float, y: float, radius: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.disc(x, y, radius, palette.ink)
    canvas.disc(x, y, radius * 0.84, mix(palette.horizon, WHITE, 0.6))
    canvas.line([(x, y - radius * 0.6), (x, y), (x + radius * 0.42, y + radius * 0.2)], palette.ink, 0.05)


def desk_chair(stage: Stage, x: float, foot: float, size: float, colour: Tone) -> None:
    """The back of a chair, as those see it who stand behind it."""
    canvas, palette = stage.canvas, stage.palette
    canvas.rect(x - 0.05 * size, foot - 0.7 * size, 0.1 * size, 0.7 * size, palette.ink)
    canvas.rect(x - 0.42 * size, foot - 1.5 * size, 0.84 * size, 0.95 * size, colour, corner=0.2 * size)
    canvas.rect(
        x - 0.3 * size,
        foot - 1.36 * size,
        0.6 * size,
        0.1 * size,
        mix(colour, palette.horizon, 0.18),
        corner=0.05 * size,
    )
    canvas.rect(
        x - 0.52 * size,
        foot - 0.62 * size,
        1.04 * size,
        0.16 * size,
        mix(colour, palette.ink, 0.3),
        corner=0.08 * size,
    )
