"""Motifs out of doors where things are made, loaded and moved."""

from __future__ import annotations

from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.palette import WHITE, mix
from platform_app.offline.pictures.stage import EDGE, Stage, ridge, street_lamp, tower, tree, windows


def factory(stage: Stage) -> None:
    """Halls with saw-tooth roofs, chimneys and silos."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    ridge(stage, 3.0, 0.25, 0.12)
    for x, top in ((10.6, 0.95), (12.1, 0.45), (13.6, 1.2)):
        _chimney(stage, x, top)
    _saw_teeth(stage, 7.6, 2.3, 5, 1.75, 0.3, 0.0)
    for x, top in ((0.6, 2.0), (1.75, 1.6)):
        _silo(stage, x, top)
    _saw_teeth(stage, 2.9, 2.75, 5, 1.6, 0.5, 0.55)
    canvas.rect(11.0, 3.1, 5.6, 1.75, palette.depth(0.6))
    canvas.rect(10.9, 2.98, 5.8, 0.16, palette.depth(0.74))
    for door in range(3):
        x = 11.5 + door * 1.65
        canvas.rect(x, 3.6, 1.15, 1.25, palette.glow if door == 1 else palette.depth(0.8))
        for slat in range(4):
            canvas.rect(x, 3.72 + slat * 0.24, 1.15, 0.04, palette.depth(0.68))
    canvas.line([(2.6, 3.9), (0.2, 3.9), (0.2, 5)], palette.pop, 0.12)
    canvas.rect(-1, 4.7, WIDTH + 2, 1, palette.depth(0.7))
    for _ in range(4):
        tree(stage, chance.uniform(2.8, 10.6), 4.78, chance.uniform(0.55, 0.85), 0.66)


def _chimney(stage: Stage, x: float, top: float) -> None:
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    puff = mix(palette.middle, WHITE, 0.18 if palette.is_dark else 0.55)
    for step in range(5):
        size = 0.2 + step * 0.13
        canvas.disc(
            x + 0.25 + step * 0.42,
            top - 0.25 - step * 0.34 + chance.uniform(-0.06, 0.06),
            size,
            mix(puff, palette.middle, step * 0.17),
        )
    canvas.polygon([(x, EDGE), (x + 0.08, top), (x + 0.46, top), (x + 0.54, EDGE)], palette.depth(0.36))
    canvas.rect(x + 0.06, top, 0.42, 0.18, palette.pop)
    canvas.rect(x + 0.05, top + 0.4, 0.44, 0.14, mix(palette.horizon, WHITE, 0.5))


def _saw_teeth(
    stage: Stage, x: float, top: float, teeth: int, wide: float, nearness: float, lit: float
) -> None:
    canvas, palette = stage.canvas, stage.palette
    body = palette.depth(nearness)
    for tooth in range(teeth):
        left = x + tooth * wide
        canvas.polygon([(left, top), (left, top - 0.85), (left + wide, top)], palette.depth(nearness + 0.1))
        canvas.polygon(
            [(left + 0.08, top - 0.02), (left + 0.08, top - 0.62), (left + wide * 0.72, top - 0.02)],
            palette.glow if lit else palette.depth(nearness - 0.12),
            alpha=0.85,
        )
    canvas.rect(x, top - 0.01, teeth * wide, EDGE - top, body)
    canvas.rect(x, top - 0.01, teeth * wide, 0.12, palette.depth(nearness + 0.16))
    pane = palette.depth(max(0.0, nearness - 0.22))
    windows(
        stage,
        x + 0.3,
        top + 0.5,
        int(teeth * wide / 0.62),
        2,
        step=(0.62, 0.66),
        size=(0.42, 0.42),
        pane=pane,
        lit=lit,
    )


def _silo(stage: Stage, x: float, top: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    steel = palette.depth(0.3)
    canvas.disc(x + 0.5, top, 0.5, palette.depth(0.42), tall=0.4)
    canvas.rect(x, top, 1.0, EDGE - top, steel)
    canvas.rect(x + 0.7, top, 0.3, EDGE - top, palette.depth(0.42))
    for band in range(4):
        canvas.rect(x, top + 0.3 + band * 0.7, 1.0, 0.05, palette.depth(0.5))


def harbour(stage: Stage) -> None:
    """A laden ship on calm water between cranes."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    ridge(stage, 3.1, 0.22, 0.14)
    for _ in range(6):
        tower(stage, chance.uniform(0, 6), chance.uniform(2.3, 2.9), chance.uniform(0.4, 0.8), 0.18, foot=3.5)
    sea = [(3.45, mix(palette.middle, palette.horizon, 0.55)), (5.2, mix(palette.middle, palette.ink, 0.55))]
    canvas.gradient(3.45, 5.6, sea)
    for _ in range(22):
        canvas.rect(
            chance.uniform(0, 15),
            chance.uniform(3.55, 4.75),
            chance.uniform(0.4, 1.5),
            0.035,
            palette.sun,
            alpha=0.4,
        )
    _ship(stage, 4.2, 4.3)
    for x, size in ((12.0, 1.0), (14.3, 0.86)):
        _crane(stage, x, EDGE, size)
    canvas.rect(11.2, 4.5, 6, 0.6, palette.depth(0.78))
    for number in range(5):
        for row in range(chance.randint(1, 2)):
            _container(stage, 11.5 + number * 0.95, 4.5 - (row + 1) * 0.38, 0.9, 0.36)


def _container(stage: Stage, x: float, y: float, width: float, height: float) -> None:
    palette = stage.palette
    colour = stage.chance.choice(
        (
            palette.pop,
            palette.calm,
            palette.glow,
            mix(palette.calm, palette.ink, 0.4),
            mix(palette.pop, palette.ink, 0.35),
        )
    )
    stage.canvas.rect(x, y, width, height, colour)
    for groove in range(1, 6):
        stage.canvas.rect(
            x + groove * width / 6, y + 0.05, 0.025, height - 0.1, mix(colour, palette.ink, 0.25)
        )


def _ship(stage: Stage, x: float, water: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    for column in range(5):
        for row in range(stage.chance.randint(2, 3)):
            _container(stage, x + 1.05 + column * 0.92, water - 0.68 - (row + 1) * 0.4, 0.88, 0.38)
    white = mix(palette.horizon, WHITE, 0.6)
    canvas.rect(x + 5.75, water - 2.5, 0.95, 1.9, white)
    canvas.rect(x + 5.6, water - 2.62, 1.25, 0.2, mix(white, palette.ink, 0.2))
    canvas.rect(x + 5.82, water - 2.3, 0.8, 0.2, palette.depth(0.8))
    windows(
        stage,
        x + 5.9,
        water - 1.9,
        3,
        3,
        step=(0.26, 0.36),
        size=(0.14, 0.14),
        pane=palette.depth(0.55),
        lit=0.5,
    )
    canvas.rect(x + 6.0, water - 3.05, 0.42, 0.45, palette.pop)
    hull = mix(palette.ink, palette.calm, 0.12)
    canvas.polygon(
        [
            (x, water - 0.85),
            (x + 0.75, water - 0.68),
            (x + 7.1, water - 0.68),
            (x + 6.85, water + 0.1),
            (x + 0.7, water + 0.1),
        ],
        hull,
    )
    canvas.polygon(
        [(x + 0.57, water - 0.1), (x + 6.92, water - 0.1), (x + 6.85, water + 0.1), (x + 0.7, water + 0.1)],
        palette.pop,
    )
    canvas.rect(x + 0.4, water + 0.1, 6.8, 0.07, palette.sun, alpha=0.6)


def _crane(stage: Stage, x: float, foot: float, size: float) -> None:
    """A gantry crane whose arm reaches over the water."""
    canvas = stage.canvas
    colour = mix(stage.palette.depth(0.72), stage.palette.pop, 0.35)
    high = foot - 4.1 * size
    deck = foot - 3.0 * size
    for leg in (0.0, 1.35):
        canvas.line([(x + leg * size, foot), (x + leg * size, deck)], colour, 0.14 * size)
    canvas.line([(x, foot - 1.3 * size), (x + 1.35 * size, foot - 1.3 * size)], colour, 0.1 * size)
    canvas.line([(x, foot - 1.3 * size), (x + 1.35 * size, deck)], colour, 0.06 * size)
    canvas.line([(x - 3.4 * size, deck), (x + 2.1 * size, deck)], colour, 0.17 * size)
    canvas.line([(x, deck), (x + 0.5 * size, high), (x + 1.35 * size, deck)], colour, 0.09 * size)
    for end in (-3.2, -1.6, 2.0):
        canvas.line([(x + 0.5 * size, high), (x + end * size, deck)], colour, 0.045 * size)
    canvas.rect(x - 1.95 * size, deck, 0.42 * size, 0.3 * size, stage.palette.ink)
    canvas.line([(x - 1.74 * size, deck), (x - 1.74 * size, deck + 0.85 * size)], stage.palette.ink, 0.03)
    canvas.rect(x - 2.1 * size, deck + 0.8 * size, 0.72 * size, 0.32 * size, stage.palette.glow)


def logistics(stage: Stage) -> None:
    """A warehouse with its gates, and a lorry on the road before it."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    ridge(stage, 2.5, 0.4, 0.13)
    ridge(stage, 3.1, 0.2, 0.24)
    canvas.rect(6.6, 1.75, 9.8, 3.1, palette.depth(0.4))
    canvas.rect(6.4, 1.58, 10.2, 0.24, palette.depth(0.58))
    canvas.rect(6.6, 2.05, 9.8, 0.28, palette.calm)
    for gate in range(5):
        x = 7.1 + gate * 1.85
        canvas.rect(x - 0.1, 2.75, 1.4, 1.75, palette.depth(0.56))
        canvas.rect(x, 2.85, 1.2, 1.65, palette.glow if gate in (1, 4) else palette.depth(0.68))
        for slat in range(5):
            canvas.rect(x, 3.0 + slat * 0.3, 1.2, 0.035, palette.depth(0.54))
    for x in (0.6, 1.6, 2.3, 3.3, 4.4, 5.3):
        tree(stage, x, 4.3, chance.uniform(0.9, 1.6), 0.45)
    canvas.rect(-1, 4.24, WIDTH + 2, 1.2, palette.depth(0.74))
    for dash in range(9):
        canvas.rect(-0.3 + dash * 2, 4.72, 1.0, 0.06, palette.glow, alpha=0.8)
    street_lamp(stage, 5.9, 4.3, 2.6)
    _lorry(stage, chance.uniform(1.2, 2.4), 4.66)


def _lorry(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    white = mix(palette.horizon, WHITE, 0.65)
    canvas.rect(x, foot - 2.0, 3.9, 1.65, white, corner=0.06)
    canvas.rect(x, foot - 0.62, 3.9, 0.27, mix(white, palette.ink, 0.2))
    canvas.polygon(
        [(x + 0.4, foot - 0.62), (x + 1.7, foot - 2.0), (x + 2.5, foot - 2.0), (x + 1.2, foot - 0.62)],
        palette.pop,
    )
    canvas.rect(x + 4.0, foot - 1.65, 1.25, 1.4, palette.pop, corner=0.16)
    canvas.rect(x + 4.55, foot - 1.48, 0.62, 0.55, mix(palette.ink, palette.calm, 0.35), corner=0.07)
    canvas.rect(x + 5.0, foot - 0.6, 0.25, 0.14, palette.glow)
    canvas.rect(x + 0.1, foot - 0.36, 5.1, 0.14, palette.ink)
    for wheel in (0.65, 1.35, 3.1, 4.6):
        canvas.disc(x + wheel, foot - 0.16, 0.31, palette.ink)
        canvas.disc(x + wheel, foot - 0.16, 0.13, palette.depth(0.35))


def construction(stage: Stage) -> None:
    """The frame of a house and the crane above it."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    for _ in range(13):
        tower(stage, chance.uniform(-0.5, 15.5), chance.uniform(1.5, 3.0), chance.uniform(0.8, 1.4), 0.15)
    frame = palette.depth(0.52)
    for floor in range(4):
        width = 6.0 if floor < 3 else 3.7
        y = 4.0 - floor * 0.95
        canvas.rect(3.6, y, width, 0.86, palette.depth(0.3), alpha=0.55)
        canvas.rect(3.4, y - 0.1, width + 0.4, 0.14, frame)
        for column in range(int(width / 1.15) + 1):
            canvas.rect(3.6 + column * 1.15, y, 0.13, 0.9, frame)
        if floor < 2:
            canvas.rect(3.73, y + 0.04, 2.17, 0.8, palette.glow, alpha=0.8)
            canvas.rect(4.75, y, 0.13, 0.9, frame)
    _tower_crane(stage, 11.4)
    canvas.rect(-1, 4.7, WIDTH + 2, 1, palette.depth(0.68))
    canvas.polygon([(12.6, 4.75), (13.7, 4.1), (14.9, 4.75)], mix(palette.depth(0.5), palette.glow, 0.3))
    for number in range(8):
        canvas.rect(
            0.2 + number * 0.36,
            4.3,
            0.36,
            0.2,
            palette.pop if number % 2 else mix(palette.horizon, WHITE, 0.6),
        )
    for leg in (0.4, 2.7):
        canvas.rect(leg, 4.5, 0.09, 0.3, palette.ink)


def _tower_crane(stage: Stage, x: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    yellow = mix(palette.glow, palette.pop, 0.25)
    for side in (0.0, 0.36):
        canvas.line([(x + side, EDGE), (x + side, 0.6)], yellow, 0.06)
    for step in range(11):
        y = EDGE - step * 0.38
        canvas.line([(x, y), (x + 0.36, y - 0.38)], yellow, 0.04)
    canvas.rect(x - 0.05, 0.62, 0.46, 0.42, palette.ink)
    canvas.line([(x - 6.8, 0.6), (x + 2.4, 0.6)], yellow, 0.07)
    canvas.line([(x - 6.8, 0.6), (x - 6.5, 0.36), (x, 0.36)], yellow, 0.05)
    for step in range(18):
        canvas.line(
            [(x - 6.5 + step * 0.36, 0.6), (x - 6.32 + step * 0.36, 0.36), (x - 6.14 + step * 0.36, 0.6)],
            yellow,
            0.03,
        )
    canvas.line([(x - 4.5, 0.5), (x + 0.18, -0.45), (x + 2.3, 0.55)], yellow, 0.04)
    canvas.line([(x + 0.18, 0.5), (x + 0.18, -0.45)], yellow, 0.06)
    canvas.rect(x + 1.6, 0.6, 0.8, 0.5, palette.depth(0.7))
    canvas.line([(x - 4.0, 0.6), (x - 4.0, 1.6)], palette.ink, 0.03)
    canvas.rect(x - 4.6, 1.6, 1.2, 0.16, palette.pop)
