"""Motifs indoors, where things are made and tried: bakery, laboratory, server room."""

from __future__ import annotations

from dataclasses import replace

from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.motifs.room import wall
from platform_app.offline.pictures.palette import WHITE, Tone, mix, shaded
from platform_app.offline.pictures.stage import EDGE, Stage, lamp, plant


def bakery(stage: Stage) -> None:
    """A glowing oven, shelves of loaves, a counter dusted with flour."""
    stage = replace(stage, palette=stage.palette.painted(stage.palette.glow))
    canvas, palette = stage.canvas, stage.palette
    wall(stage, [(0.7, 2.7)], 0.7, 3.1, panes=2)
    _tiles(stage)
    _oven(stage, 6.0, 4.3)
    _bread_shelf(stage, 10.2)
    for x in (2.1, 9.1, 14.0):
        lamp(stage, x, 0.25, wide=0.42)
    wood = palette.wood
    canvas.rect(-1, 4.1, WIDTH + 2, 0.2, mix(wood, palette.horizon, 0.3))
    canvas.rect(-1, 4.28, WIDTH + 2, 0.8, wood)
    for x in (0.4, 1.55):
        _flour(stage, x, 4.1)
    for x in (2.95, 4.0):
        _loaf(stage, x, 4.1, 0.95)
    _basket(stage, 8.5, 4.12)


def _tiles(stage: Stage) -> None:
    canvas, palette = stage.canvas, stage.palette
    line = shaded(palette.wall, 0.14)
    for row in range(4):
        y = 3.15 + row * 0.28
        canvas.rect(-1, y, WIDTH + 2, 0.03, line)
        for column in range(29):
            canvas.rect(column * 0.58 + (0.29 if row % 2 else 0), y, 0.03, 0.28, line)


def _oven(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    brick = shaded(palette.pop, 0.3)
    canvas.rect(x - 0.95, canvas.top, 1.9, 1.2 - canvas.top, shaded(brick, 0.28))
    canvas.disc(x, 2.2, 2.15, brick, tall=1.6)
    canvas.rect(x - 2.15, 2.2, 4.3, foot - 2.2, brick)
    for row in range(9):
        y = 0.9 + row * 0.38
        half = 2.15 if y > 2.2 else 2.15 * max(0.0, 1 - ((2.2 - y) / 1.6) ** 2) ** 0.5
        canvas.rect(x - half, y, 2 * half, 0.035, shaded(brick, 0.25))
        for column in range(-3, 4):
            at = column * 0.7 + (0.35 if row % 2 else 0)
            if abs(at) < half - 0.1:
                canvas.rect(x + at, y, 0.035, 0.38, shaded(brick, 0.25))
    for size, tone in (
        (1.32, shaded(brick, 0.6)),
        (1.12, mix(palette.pop, palette.glow, 0.35)),
        (0.78, palette.glow),
    ):
        canvas.disc(x, 2.75, size, tone, tall=size * 0.92)
        canvas.rect(x - size, 2.75, 2 * size, 0.87, tone)
    canvas.rect(x - 2.15, 3.7, 4.3, foot - 3.7, shaded(brick, 0.15))
    canvas.rect(x - 2.3, 3.62, 4.6, 0.16, mix(palette.horizon, palette.ink, 0.25))
    canvas.disc(x, 2.9, 2.6, palette.glow, alpha=0.1)
    for number in range(3):
        _loaf(stage, x - 0.98 + number * 0.66, 3.62, 0.6)


def _loaf(stage: Stage, x: float, foot: float, width: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    crust = shaded(mix(palette.glow, palette.pop, 0.4), 0.16)
    canvas.rect(x, foot - width * 0.46, width, width * 0.46, crust, corner=width * 0.22)
    canvas.rect(
        x + width * 0.06,
        foot - width * 0.44,
        width * 0.88,
        width * 0.2,
        mix(crust, palette.horizon, 0.25),
        corner=width * 0.1,
    )
    for cut in (0.26, 0.46, 0.66):
        canvas.line(
            [(x + width * cut, foot - width * 0.36), (x + width * (cut + 0.1), foot - width * 0.2)],
            mix(palette.horizon, WHITE, 0.3),
            width * 0.05,
        )


def _bread_shelf(stage: Stage, x: float) -> None:
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wood = palette.wood
    canvas.rect(x, 0.55, 5.3, 3.6, shaded(palette.wall, 0.35))
    for row in range(3):
        y = 1.6 + row * 1.02
        at = x + 0.2
        while at < x + 4.6:
            width = chance.uniform(0.6, 0.95)
            if chance.random() < 0.2:
                canvas.disc(at + 0.35, y - 0.3, 0.33, mix(palette.glow, palette.pop, 0.3), tall=0.3)
                canvas.disc(at + 0.35, y - 0.3, 0.12, shaded(palette.wall, 0.35))
            else:
                _loaf(stage, at, y, width)
            at += width + 0.14
        canvas.rect(x - 0.05, y, 5.4, 0.12, wood)
    for side in (-0.05, 5.25):
        canvas.rect(x + side, 0.5, 0.12, 3.7, wood)


def _flour(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    sack = mix(palette.horizon, palette.ink, 0.12)
    canvas.rect(x, foot - 1.15, 0.95, 1.15, sack, corner=0.18)
    canvas.rect(x + 0.6, foot - 1.0, 0.3, 0.95, mix(sack, palette.ink, 0.1), corner=0.12)
    canvas.rect(x + 0.24, foot - 1.34, 0.47, 0.24, sack, corner=0.08)
    canvas.rect(x + 0.2, foot - 1.14, 0.55, 0.08, palette.pop)
    canvas.disc(x + 0.46, foot - 0.55, 0.2, palette.calm)


def _basket(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    for number, lean in enumerate((-0.35, -0.1, 0.15, 0.4)):
        crust = shaded(mix(palette.glow, palette.pop, 0.35), 0.1 + 0.08 * (number % 2))
        canvas.line([(x + 0.55 + lean * 0.5, foot - 0.3), (x + 0.6 + lean * 1.4, foot - 1.35)], crust, 0.24)
    weave = shaded(palette.wood, 0.15)
    canvas.polygon([(x, foot - 0.62), (x + 1.2, foot - 0.62), (x + 1.05, foot), (x + 0.15, foot)], weave)
    canvas.rect(x - 0.05, foot - 0.68, 1.3, 0.12, mix(weave, palette.horizon, 0.25), corner=0.05)


def laboratory(stage: Stage) -> None:
    """Glass vessels with coloured liquids, a microscope, a shelf of bottles."""
    canvas, palette = stage.canvas, stage.palette
    wall(stage, [(6.3, 5.2)], 0.55, 3.1, panes=3)
    for row in range(2):
        _bottle_shelf(stage, 0.9, 1.45 + row * 1.05, 4.5)
    _molecule(stage, 13.6, 1.7)
    lamp(stage, 5.85, 0.3, wide=0.4)
    lamp(stage, 11.95, 0.3, wide=0.4)
    bench = mix(palette.horizon, palette.ink, 0.22)
    canvas.rect(-1, 3.98, WIDTH + 2, 0.18, mix(bench, WHITE, 0.4))
    canvas.rect(-1, 4.16, WIDTH + 2, 0.9, mix(bench, palette.ink, 0.45))
    for door in range(7):
        canvas.rect(door * 2.4 + 0.2, 4.3, 2.1, 0.7, mix(bench, palette.ink, 0.55))
        canvas.rect(door * 2.4 + 1.0, 4.42, 0.5, 0.06, palette.glow)
    _microscope(stage, 1.7, 3.98)
    for x, size, tone in (
        (4.6, 1.25, palette.pop),
        (6.0, 0.95, palette.calm),
        (9.3, 1.4, palette.glow),
        (12.3, 1.05, palette.pop),
    ):
        _flask(stage, x, 3.98, size, tone)
    _rack(stage, 7.2, 3.98)
    _rack(stage, 13.4, 3.98)


def _bottle_shelf(stage: Stage, x: float, y: float, width: float) -> None:
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    tones = (palette.pop, palette.calm, palette.glow, palette.depth(0.3))
    at = x + 0.15
    while at < x + width - 0.4:
        height = chance.uniform(0.4, 0.66)
        canvas.rect(at, y - height, 0.34, height, mix(chance.choice(tones), palette.wall, 0.12), corner=0.06)
        canvas.rect(at + 0.08, y - height - 0.12, 0.18, 0.14, palette.ink)
        canvas.rect(at, y - height * 0.6, 0.34, height * 0.28, mix(palette.horizon, WHITE, 0.5))
        at += 0.34 + chance.uniform(0.08, 0.24)
    canvas.rect(x, y, width, 0.1, shaded(palette.wall, 0.5))


def _flask(stage: Stage, x: float, foot: float, size: float, tone: Tone) -> None:
    canvas, palette = stage.canvas, stage.palette
    glass = mix(palette.horizon, WHITE, 0.5)
    half, neck = 0.5 * size, 0.12 * size
    outline = [
        (x - neck, foot - 1.15 * size),
        (x + neck, foot - 1.15 * size),
        (x + neck, foot - 0.72 * size),
        (x + half, foot),
        (x - half, foot),
        (x - neck, foot - 0.72 * size),
    ]
    canvas.polygon(outline, glass, alpha=0.4)
    canvas.polygon(
        [
            (x - 0.29 * size, foot - 0.4 * size),
            (x + 0.29 * size, foot - 0.4 * size),
            (x + half * 0.94, foot - 0.03),
            (x - half * 0.94, foot - 0.03),
        ],
        tone,
    )
    canvas.disc(x, foot - 0.4 * size, 0.29 * size, mix(tone, WHITE, 0.3), tall=0.06 * size)
    canvas.rect(x - neck * 1.5, foot - 1.2 * size, neck * 3, 0.08 * size, glass)
    for dx, dy, radius in (
        (0.1, 0.2, 0.05),
        (-0.12, 0.28, 0.04),
        (-0.05, 0.12, 0.035),
        (0.03, 0.6, 0.04),
        (-0.03, 0.8, 0.03),
    ):
        canvas.disc(x + dx * size, foot - dy * size, radius * size, mix(tone, WHITE, 0.55))


def _rack(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    for tube in range(5):
        at = x + 0.14 + tube * 0.27
        tone = (palette.calm, palette.pop, palette.glow)[tube % 3]
        canvas.rect(at, foot - 0.85, 0.15, 0.8, mix(palette.horizon, WHITE, 0.5), alpha=0.6, corner=0.07)
        fill = stage.chance.uniform(0.2, 0.5)
        canvas.rect(at, foot - 0.05 - fill, 0.15, fill, tone, corner=0.07)
    wood = palette.wood
    canvas.rect(x, foot - 0.6, 1.5, 0.1, wood)
    canvas.rect(x, foot - 0.1, 1.5, 0.1, wood)


def _microscope(stage: Stage, x: float, foot: float) -> None:
    canvas, ink = stage.canvas, stage.palette.ink
    body = mix(ink, stage.palette.calm, 0.25)
    canvas.rect(x - 0.15, foot - 0.16, 1.6, 0.16, body, corner=0.06)
    canvas.line([(x + 1.1, foot - 0.1), (x + 1.35, foot - 0.8), (x + 1.0, foot - 1.35)], body, 0.2)
    canvas.rect(x + 0.05, foot - 0.62, 1.2, 0.12, body)
    canvas.line([(x + 0.35, foot - 0.78), (x + 1.1, foot - 1.75)], body, 0.28)
    canvas.line([(x + 0.22, foot - 0.62), (x + 0.36, foot - 0.8)], stage.palette.pop, 0.18)
    canvas.line([(x + 1.05, foot - 1.68), (x + 1.22, foot - 1.9)], stage.palette.glow, 0.34)


def _molecule(stage: Stage, x: float, y: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    atoms = (
        (0.0, 0.0, 0.24),
        (0.75, -0.4, 0.17),
        (-0.7, -0.45, 0.17),
        (0.05, 0.8, 0.17),
        (1.3, 0.1, 0.13),
        (-1.25, -0.05, 0.13),
    )
    bonds = ((0, 1), (0, 2), (0, 3), (1, 4), (2, 5))
    for one, other in bonds:
        canvas.line(
            [(x + atoms[one][0], y + atoms[one][1]), (x + atoms[other][0], y + atoms[other][1])],
            palette.light_wall,
            0.07,
        )
    for number, (dx, dy, radius) in enumerate(atoms):
        canvas.disc(x + dx, y + dy, radius, (palette.pop, palette.calm, palette.glow)[number % 3])


def server_room(stage: Stage) -> None:
    """Racks with lights, and a desk from which they are watched."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wall(stage, [(6.6, 2.9)], 0.6, 3.4, panes=2)
    for x in (0.7, 2.6, 4.5, 9.9, 11.8, 13.7):
        canvas.rect(x, 0.35, 1.7, 4.15, mix(palette.ink, palette.wall, 0.14), corner=0.06)
        for unit in range(11):
            y = 0.55 + unit * 0.35
            canvas.rect(x + 0.14, y, 1.42, 0.26, mix(palette.ink, palette.calm, 0.22))
            for light in range(3):
                if chance.random() < 0.75:
                    canvas.disc(
                        x + 0.3 + light * 0.17,
                        y + 0.13,
                        0.045,
                        chance.choice((palette.calm, palette.glow, palette.calm, palette.pop)),
                    )
            canvas.rect(x + 0.95, y + 0.1, 0.5, 0.05, palette.calm, alpha=0.5)
    canvas.line([(-1, -0.05), (17, -0.05)], palette.calm, 0.09)
    canvas.line([(-1, 0.15), (17, 0.15)], palette.pop, 0.06)
    plant(stage, 9.1, EDGE, 1.3)
