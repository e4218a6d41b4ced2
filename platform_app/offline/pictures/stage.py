"""Where a motif is drawn, and what nearly every motif has: a sky, hills, trees, buildings with windows, lamps."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from random import Random

from platform_app.offline.pictures.canvas import WIDTH, Canvas, Point
from platform_app.offline.pictures.palette import WHITE, Palette, Tone, mix

EDGE = 4.85  # where the scene ends and the panel with the writing begins


@dataclass(frozen=True)
class Stage:
    """`chance` decides what the words leave open; it is seeded by them, so the same words decide the same."""

    canvas: Canvas
    palette: Palette
    chance: Random


def sky(stage: Stage) -> None:
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    stops = [(canvas.top, palette.top), (1.1, palette.middle), (4.1, palette.horizon)]
    canvas.gradient(canvas.top, canvas.bottom, stops)
    if palette.is_dark:
        _stars(stage)
    _sun(stage, chance.uniform(3.2, 12.8), chance.uniform(1.1, 2.2))
    if palette.name != "night":
        for _ in range(chance.randint(3, 5)):
            cloud(stage, chance.uniform(-1, 15), chance.uniform(canvas.top * 0.8, 1.9))


def _stars(stage: Stage) -> None:
    canvas, chance = stage.canvas, stage.chance
    for _ in range(70):
        y = canvas.top + chance.random() ** 1.4 * (2.6 - canvas.top)
        canvas.disc(
            chance.uniform(0, WIDTH),
            y,
            chance.choice((0.02, 0.03, 0.045)),
            WHITE,
            alpha=chance.uniform(0.4, 0.9),
        )


def _sun(stage: Stage, x: float, y: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    for ring, alpha in ((3.1, 0.07), (2.2, 0.1), (1.45, 0.16)):
        canvas.disc(x, y, ring, palette.sun, alpha=alpha)
    canvas.disc(x, y, 0.72, palette.sun)
    if palette.name == "night":
        for dx, dy, radius in ((-0.25, -0.15, 0.13), (0.2, 0.12, 0.17), (-0.05, 0.38, 0.09)):
            canvas.disc(x + dx, y + dy, radius, mix(palette.sun, palette.middle, 0.18))


def cloud(stage: Stage, x: float, y: float) -> None:
    """Three flat puffs in one outline."""
    canvas, chance = stage.canvas, stage.chance
    size = chance.uniform(0.55, 1.0)
    above = mix(
        stage.palette.top, stage.palette.middle, max(0.0, min(1.0, (y - canvas.top) / (1.1 - canvas.top)))
    )
    colour = mix(above, WHITE, 0.12 if stage.palette.is_dark else 0.42)
    canvas.rect(x, y, 2.6 * size, 0.5 * size, colour, corner=0.25 * size)
    canvas.disc(x + 0.85 * size, y + 0.02 * size, 0.46 * size, colour)
    canvas.disc(x + 1.6 * size, y + 0.08 * size, 0.36 * size, colour)


def ridge(stage: Stage, height: float, swing: float, nearness: float) -> list[Point]:
    """A soft line of hills around `height`; the line, so that things can stand on it."""
    chance = stage.chance
    waves = [
        (chance.uniform(0.5, 1.1), chance.uniform(0, 2 * pi), 1.0),
        (chance.uniform(1.4, 2.4), chance.uniform(0, 6), 0.35),
    ]
    line = [
        (x / 4, height - swing * sum(part * sin(speed * x / 4 + start) for speed, start, part in waves))
        for x in range(-1, int(WIDTH) * 4 + 2)
    ]
    stage.canvas.hill(line, stage.palette.depth(nearness))
    return line


def tree(stage: Stage, x: float, foot: float, height: float, nearness: float) -> None:
    """A round crown of three puffs, lit from one side, on a trunk with a branch."""
    canvas, palette = stage.canvas, stage.palette
    leaves, wood = mix(palette.depth(nearness), palette.calm, 0.3), palette.depth(nearness + 0.2)
    lit = mix(leaves, palette.horizon, 0.16)
    crown = foot - 0.66 * height
    canvas.disc(x - 0.13 * height, crown + 0.1 * height, 0.17 * height, leaves)
    canvas.disc(x + 0.13 * height, crown + 0.08 * height, 0.18 * height, leaves)
    canvas.disc(x, crown - 0.1 * height, 0.22 * height, leaves)
    canvas.disc(x + 0.08 * height, crown - 0.12 * height, 0.12 * height, lit)
    canvas.disc(x + 0.17 * height, crown + 0.05 * height, 0.1 * height, lit)
    canvas.rect(x - 0.03 * height, foot - 0.52 * height, 0.06 * height, 0.52 * height, wood)
    canvas.line([(x, foot - 0.4 * height), (x + 0.1 * height, foot - 0.54 * height)], wood, 0.035 * height)


def fir(stage: Stage, x: float, foot: float, height: float, nearness: float) -> None:
    colour = mix(stage.palette.depth(nearness), stage.palette.calm, 0.2)
    for top, bottom, half in ((1.0, 0.5, 0.17), (0.78, 0.28, 0.23), (0.52, 0.06, 0.29)):
        points = [
            (x, foot - top * height),
            (x - half * height, foot - bottom * height),
            (x + half * height, foot - bottom * height),
        ]
        stage.canvas.polygon(points, colour)
    stage.canvas.rect(
        x - 0.03 * height,
        foot - 0.07 * height,
        0.06 * height,
        0.07 * height,
        stage.palette.depth(nearness + 0.2),
    )


def windows(
    stage: Stage,
    x: float,
    y: float,
    columns: int,
    rows: int,
    *,
    step: Point,
    size: Point,
    pane: Tone,
    lit: float,
) -> None:
    """A grid of windows; the share `lit` of them has the light on."""
    for row in range(rows):
        for column in range(columns):
            colour = stage.palette.glow if stage.chance.random() < lit else pane
            stage.canvas.rect(x + column * step[0], y + row * step[1], *size, colour)


def tower(
    stage: Stage, x: float, top: float, width: float, nearness: float, *, lit: float = 0.0, foot: float = EDGE
) -> None:
    """A tall building with a shaded side and, if it is near enough, windows."""
    canvas, colour = stage.canvas, stage.palette.depth(nearness)
    canvas.rect(x, top, width, foot - top, colour)
    canvas.rect(x + width * 0.68, top, width * 0.32, foot - top, stage.palette.depth(nearness + 0.07))
    if lit:
        columns = max(1, int((width - 0.16) / 0.24))
        left = x + (width - columns * 0.24 + 0.11) / 2
        pane = stage.palette.depth(max(0.0, nearness - 0.1))
        rows = max(0, int((foot - top - 0.2) / 0.3))
        windows(
            stage, left, top + 0.18, columns, rows, step=(0.24, 0.3), size=(0.13, 0.17), pane=pane, lit=lit
        )


def lamp(stage: Stage, x: float, y: float, *, wide: float = 0.55) -> None:
    """A lamp that hangs from above, with its cone of light."""
    canvas, palette = stage.canvas, stage.palette
    canvas.line([(x, canvas.top), (x, y)], palette.ink, 0.035)
    cone = [
        (x - wide * 0.8, y + 0.1),
        (x + wide * 0.8, y + 0.1),
        (x + wide * 2.4, EDGE),
        (x - wide * 2.4, EDGE),
    ]
    canvas.polygon(cone, palette.glow, alpha=0.12)
    canvas.polygon(
        [(x - 0.12, y - 0.3), (x + 0.12, y - 0.3), (x + wide, y + 0.1), (x - wide, y + 0.1)], palette.ink
    )
    canvas.disc(x, y + 0.1, wide * 0.42, palette.glow, tall=0.13)


def plant(stage: Stage, x: float, foot: float, height: float) -> None:
    """A plant in a pot."""
    canvas, palette = stage.canvas, stage.palette
    green = mix(palette.calm, palette.ink, 0.42)
    pot = 0.26 * height
    for lean, reach in ((-0.42, 0.72), (-0.2, 0.95), (0.05, 1.0), (0.26, 0.9), (0.45, 0.68)):
        tip = (x + lean * height, foot - reach * height)
        side = mix(green, palette.horizon, 0.1 if lean > 0 else 0.0)
        middle = x + lean * height * 0.45
        bend = foot - pot - (reach * height - pot) * 0.5
        canvas.polygon(
            [(x - 0.02, foot - pot), (middle - 0.09 * height, bend), tip, (middle + 0.09 * height, bend)],
            side,
        )
    canvas.polygon(
        [
            (x - 0.17 * height, foot - pot),
            (x + 0.17 * height, foot - pot),
            (x + 0.12 * height, foot),
            (x - 0.12 * height, foot),
        ],
        palette.pop,
    )


def street_lamp(stage: Stage, x: float, foot: float, height: float) -> None:
    canvas, ink = stage.canvas, stage.palette.depth(0.9)
    canvas.line([(x, foot), (x, foot - height), (x + 0.45, foot - height)], ink, 0.06)
    canvas.disc(x + 0.45, foot - height + 0.1, 0.4, stage.palette.glow, alpha=0.18)
    canvas.disc(x + 0.45, foot - height + 0.06, 0.12, stage.palette.glow)
