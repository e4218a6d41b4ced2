"""Motifs out of doors, in the country."""

from __future__ import annotations

from math import cos, pi, sin

from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.palette import WHITE, mix
from platform_app.offline.pictures.stage import EDGE, Stage, fir, ridge, tree


def farm(stage: Stage) -> None:
    """Hills, a barn with its silo, furrows that run to the horizon."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    ridge(stage, 2.6, 0.35, 0.14)
    line = ridge(stage, 3.2, 0.28, 0.27)
    for x, y in line[3::7]:
        if chance.random() < 0.7:
            tree(stage, x, y + 0.1, chance.uniform(0.45, 0.8), 0.35)
    canvas.hill([(-1, 3.75), (5, 3.6), (11, 3.62), (17, 3.8)], mix(palette.depth(0.38), palette.glow, 0.3))
    light, dark = mix(palette.depth(0.4), palette.glow, 0.42), mix(palette.depth(0.52), palette.calm, 0.25)
    for number in range(-9, 10):
        left, right = 8 + number * 0.42, 8 + (number + 0.5) * 0.42
        points = [(left, 3.6), (right, 3.6), (8 + (number + 0.5) * 2.4, 5.6), (8 + number * 2.4, 5.6)]
        canvas.polygon(points, light if number % 2 else dark)
    _barn(stage, 9.8, 3.95)
    for x in (1.0, 2.0, 2.7, 14.9):
        tree(stage, x, 4.1, chance.uniform(1.2, 1.8), 0.55)


def _barn(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    red, shade = mix(palette.pop, palette.ink, 0.15), mix(palette.pop, palette.ink, 0.42)
    steel = mix(palette.horizon, palette.ink, 0.22)
    canvas.rect(x + 3.1, foot - 2.5, 0.85, 2.5, steel)
    canvas.rect(x + 3.65, foot - 2.5, 0.3, 2.5, mix(steel, palette.ink, 0.2))
    canvas.disc(x + 3.525, foot - 2.5, 0.425, mix(steel, palette.ink, 0.3), tall=0.4)
    canvas.polygon(
        [
            (x, foot),
            (x, foot - 1.2),
            (x + 0.32, foot - 1.75),
            (x + 0.95, foot - 2.15),
            (x + 1.58, foot - 1.75),
            (x + 1.9, foot - 1.2),
            (x + 1.9, foot),
        ],
        red,
    )
    canvas.polygon(
        [
            (x + 1.9, foot),
            (x + 1.9, foot - 1.2),
            (x + 1.58, foot - 1.75),
            (x + 0.95, foot - 2.15),
            (x + 2.4, foot - 2.15),
            (x + 3.0, foot - 1.75),
            (x + 3.3, foot - 1.2),
            (x + 3.3, foot),
        ],
        shade,
    )
    white = mix(palette.horizon, WHITE, 0.6)
    canvas.rect(x + 0.55, foot - 0.95, 0.8, 0.95, white)
    canvas.rect(x + 0.62, foot - 0.88, 0.66, 0.88, shade)
    canvas.line([(x + 0.62, foot - 0.88), (x + 1.28, foot)], white, 0.05)
    canvas.line([(x + 1.28, foot - 0.88), (x + 0.62, foot)], white, 0.05)
    canvas.rect(x + 0.8, foot - 1.65, 0.3, 0.32, palette.glow)


def mountains(stage: Stage) -> None:
    """Peaks with snow, a lake and firs."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    for nearness, low, high, start, step in ((0.13, 0.5, 1.5, -2.4, 3.4), (0.26, 1.1, 2.1, -1.0, 2.9)):
        x = start
        while x < WIDTH + 1:
            _peak(
                stage,
                x + chance.uniform(-0.4, 0.4),
                chance.uniform(low, high),
                chance.uniform(2.3, 3.0),
                nearness,
            )
            x += step
    ridge(stage, 3.5, 0.14, 0.42)
    water = [(3.9, mix(palette.middle, palette.horizon, 0.35)), (5.0, mix(palette.middle, palette.ink, 0.35))]
    canvas.gradient(3.9, 5.4, water)
    for _ in range(16):
        x = chance.uniform(0, 15)
        canvas.rect(x, chance.uniform(4.0, 4.8), chance.uniform(0.4, 1.6), 0.035, palette.sun, alpha=0.45)
    for x in (0.2, 0.9, 1.7, 2.4, 3.1, 12.6, 13.3, 14.2, 15.0, 15.8):
        fir(stage, x, EDGE + 0.1, chance.uniform(1.1, 2.2), 0.66)


def _peak(stage: Stage, x: float, top: float, half: float, nearness: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.polygon([(x, top), (x - half, EDGE), (x + half, EDGE)], palette.depth(nearness))
    canvas.polygon([(x, top), (x + half * 0.15, EDGE), (x + half, EDGE)], palette.depth(nearness + 0.07))
    fall = 0.24 * (EDGE - top)
    side = half * 0.24
    snow = mix(palette.horizon, WHITE, 0.35 if palette.is_dark else 0.75)
    canvas.polygon(
        [
            (x, top),
            (x - side, top + fall),
            (x - side * 0.35, top + fall * 0.75),
            (x, top + fall * 1.1),
            (x + side * 0.4, top + fall * 0.78),
            (x + side, top + fall),
        ],
        snow,
    )


def energy(stage: Stage) -> None:
    """Wind turbines on hills, rows of solar panels in front."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    ridge(stage, 2.9, 0.3, 0.14)
    line = ridge(stage, 3.4, 0.25, 0.28)
    for x, height in ((2.2, 2.3), (6.3, 2.9), (12.6, 2.5), (9.6, 1.7), (15.0, 1.6)):
        foot = line[round((x + 0.25) * 4)][1]
        _turbine(stage, x, foot + 0.1, height, chance.uniform(0, 2 * pi / 3))
    canvas.hill([(-1, 4.1), (4, 3.95), (10, 4.05), (17, 3.9)], mix(palette.depth(0.45), palette.calm, 0.25))
    for row, (y, size) in enumerate(((4.2, 0.75), (4.62, 1.0))):
        for number in range(int(18 / (size * 1.7))):
            _solar_panel(stage, -0.6 - row * 0.4 + number * size * 1.7, y, size)


def _turbine(stage: Stage, x: float, foot: float, height: float, turn: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    white = mix(palette.horizon, WHITE, 0.3 if palette.is_dark else 0.75)
    hub = foot - height
    wide = 0.035 * height
    canvas.polygon([(x - wide, foot), (x - wide * 0.5, hub), (x + wide * 0.5, hub), (x + wide, foot)], white)
    for blade in range(3):
        angle = turn + blade * 2 * pi / 3
        tip = (x + sin(angle) * height * 0.62, hub - cos(angle) * height * 0.62)
        side = (cos(angle) * 0.045 * height, sin(angle) * 0.045 * height)
        belly = (x + sin(angle) * height * 0.16, hub - cos(angle) * height * 0.16)
        canvas.polygon(
            [
                (x, hub),
                (belly[0] + side[0], belly[1] + side[1]),
                tip,
                (belly[0] - side[0] * 0.3, belly[1] - side[1] * 0.3),
            ],
            white,
        )
    canvas.disc(x, hub, 0.06 * height, mix(white, palette.ink, 0.2))


def _solar_panel(stage: Stage, x: float, y: float, size: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    corners = [
        (x + 0.3 * size, y - 0.34 * size),
        (x + 1.5 * size, y - 0.34 * size),
        (x + 1.2 * size, y + 0.26 * size),
        (x, y + 0.26 * size),
    ]
    canvas.line([(x + 0.7 * size, y), (x + 0.7 * size, y + 0.5 * size)], palette.depth(0.9), 0.06)
    canvas.polygon(corners, mix(palette.calm, palette.ink, 0.55))
    canvas.polygon(
        [corners[0], (x + 0.9 * size, y - 0.34 * size), (x + 0.6 * size, y + 0.26 * size), corners[3]],
        mix(palette.calm, palette.ink, 0.4),
    )
    pale = mix(palette.calm, palette.horizon, 0.45)
    canvas.line([(x + 0.15 * size, y - 0.04 * size), (x + 1.35 * size, y - 0.04 * size)], pale, 0.025)
    for part in (0.25, 0.5, 0.75):
        canvas.line(
            [(x + (0.3 + 1.2 * part) * size, y - 0.34 * size), (x + 1.2 * part * size, y + 0.26 * size)],
            pale,
            0.025,
        )
