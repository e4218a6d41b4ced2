"""Motifs out of doors, in town."""

from __future__ import annotations

from platform_app.offline.pictures.canvas import WIDTH
from platform_app.offline.pictures.palette import WHITE, Tone, mix
from platform_app.offline.pictures.stage import EDGE, Stage, street_lamp, tower, tree, windows


def skyline(stage: Stage) -> None:
    """Three rows of towers, the farther the paler."""
    chance, canvas = stage.chance, stage.canvas
    for nearness, low, high, lit in ((0.13, 0.9, 2.6, 0.0), (0.3, 1.6, 3.3, 0.12), (0.5, 2.7, 4.0, 0.25)):
        x = -chance.uniform(0, 0.6)
        while x < WIDTH:
            width = chance.uniform(0.65, 1.35)
            top = chance.uniform(low, high)
            tower(stage, x, top, width, nearness, lit=lit * (2 if stage.palette.is_dark else 1))
            if chance.random() < 0.22:
                canvas.line(
                    [(x + width / 2, top), (x + width / 2, top - 0.5)], stage.palette.depth(nearness), 0.05
                )
            x += width + chance.choice((0.0, 0.08, 0.2))
    _park(stage)


def _park(stage: Stage) -> None:
    stage.canvas.rect(-1, 4.5, WIDTH + 2, 1, stage.palette.depth(0.62))
    x = -0.2
    while x < WIDTH:
        tree(stage, x, 4.7, stage.chance.uniform(0.6, 1.0), 0.6)
        x += stage.chance.uniform(0.5, 1.3)


def street(stage: Stage) -> None:
    """A row of shops with awnings below, flats above, and the town behind."""
    chance, canvas, palette = stage.chance, stage.canvas, stage.palette
    for _ in range(13):
        tower(stage, chance.uniform(-0.5, 15.5), chance.uniform(0.2, 1.6), chance.uniform(0.8, 1.5), 0.16)
    colours = [
        mix(palette.horizon, other, share)
        for other, share in (
            (palette.pop, 0.5),
            (palette.calm, 0.55),
            (palette.ink, 0.3),
            (palette.glow, 0.6),
        )
    ]
    chance.shuffle(colours)
    x, number = -0.4, 0
    while x < WIDTH:
        width = chance.uniform(2.3, 3.1)
        _shop(stage, x, width, chance.uniform(0.75, 1.5), number, colours[number % 4])
        x, number = x + width, number + 1
    canvas.rect(-1, 4.62, WIDTH + 2, 1, palette.depth(0.6))
    for place in (1.6, 6.4, 11.5):
        street_lamp(stage, place + chance.uniform(-0.4, 0.4), 4.72, 2.2)
    tree(stage, chance.uniform(3.6, 4.8), 4.74, 1.9, 0.62)
    tree(stage, chance.uniform(13.2, 14.6), 4.74, 1.7, 0.62)


def _shop(stage: Stage, x: float, width: float, top: float, number: int, colour: Tone) -> None:
    canvas, palette = stage.canvas, stage.palette
    dark = mix(colour, palette.ink, 0.55)
    canvas.rect(x, top, width, EDGE - top, colour)
    canvas.rect(x + width - 0.16, top, 0.16, EDGE - top, mix(colour, palette.ink, 0.14))
    canvas.rect(x - 0.06, top - 0.12, width + 0.06, 0.18, dark)
    columns = int((width - 0.3) / 0.62)
    left = x + (width - columns * 0.62 + 0.26) / 2
    pane = mix(colour, palette.ink, 0.4)
    windows(
        stage,
        left,
        top + 0.32,
        columns,
        int((3.0 - top) / 0.72),
        step=(0.62, 0.72),
        size=(0.36, 0.48),
        pane=pane,
        lit=0.3,
    )
    canvas.rect(x + 0.18, 3.45, width - 0.36, 1.2, dark)
    canvas.rect(x + 0.28, 3.55, width - 1.15, 0.85, palette.glow)
    canvas.rect(x + 0.28, 3.55, (width - 1.15) * 0.45, 0.85, mix(palette.glow, palette.horizon, 0.4))
    canvas.rect(x + width - 0.74, 3.55, 0.42, 1.1, mix(palette.glow, dark, 0.45))
    stripe = (palette.pop, palette.calm, palette.ink)[number % 3]
    _awning(stage, x + 0.1, 3.2, width - 0.2, stripe)


def _awning(stage: Stage, x: float, y: float, width: float, colour: Tone) -> None:
    stripes = max(4, round(width / 0.34))
    step = width / stripes
    for stripe in range(stripes):
        tone = colour if stripe % 2 == 0 else mix(stage.palette.horizon, WHITE, 0.5)
        left = x + stripe * step
        stage.canvas.rect(left, y, step, 0.4, tone)
        stage.canvas.disc(left + step / 2, y + 0.4, step / 2, tone, tall=0.12)


def hospital(stage: Stage) -> None:
    """A bright house with an ambulance at its door. Its cross is not red on white: that emblem is not for everybody."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    for _ in range(10):
        tower(stage, chance.uniform(-0.5, 15.5), chance.uniform(1.5, 2.9), chance.uniform(0.9, 1.6), 0.15)
    bright = mix(palette.horizon, palette.ink, 0.42) if palette.is_dark else mix(palette.horizon, WHITE, 0.45)
    shade, pane = mix(bright, palette.ink, 0.13), mix(bright, palette.calm, 0.5)
    lit = 0.55 if palette.is_dark else 0.18
    for x, top, width in ((1.6, 2.35, 4.6), (9.3, 1.95, 5.0)):
        canvas.rect(x, top, width, EDGE - top, shade)
        canvas.rect(x - 0.08, top - 0.12, width + 0.16, 0.16, mix(shade, palette.ink, 0.25))
        windows(
            stage,
            x + 0.32,
            top + 0.32,
            int((width - 0.3) / 0.72),
            int((4.3 - top) / 0.66),
            step=(0.72, 0.66),
            size=(0.46, 0.36),
            pane=pane,
            lit=lit,
        )
    canvas.rect(5.6, 0.75, 4.3, EDGE - 0.75, bright)
    canvas.rect(9.2, 0.75, 0.7, EDGE - 0.75, shade)
    canvas.rect(5.5, 0.62, 4.5, 0.18, mix(shade, palette.ink, 0.3))
    canvas.disc(7.45, 1.72, 0.84, palette.calm, alpha=0.25)
    canvas.disc(7.45, 1.72, 0.66, palette.calm)
    canvas.rect(7.31, 1.28, 0.28, 0.88, WHITE, corner=0.05)
    canvas.rect(7.01, 1.58, 0.88, 0.28, WHITE, corner=0.05)
    windows(stage, 5.95, 2.7, 5, 2, step=(0.66, 0.56), size=(0.42, 0.32), pane=pane, lit=lit)
    canvas.rect(6.3, 3.95, 2.3, 0.9, palette.glow)
    canvas.rect(7.4, 3.95, 0.08, 0.9, shade)
    canvas.rect(5.9, 3.78, 3.1, 0.2, palette.calm)
    canvas.rect(-1, 4.66, WIDTH + 2, 1, palette.depth(0.62))
    for x in (0.5, 1.2, 4.9, 14.6, 15.4):
        tree(stage, x, 4.75, chance.uniform(1.1, 1.7), 0.55)
    _ambulance(stage, 10.6, 4.72)


def _ambulance(stage: Stage, x: float, foot: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    white = mix(palette.horizon, WHITE, 0.7)
    canvas.rect(x, foot - 1.12, 1.75, 0.98, white, corner=0.1)
    canvas.polygon(
        [
            (x + 1.7, foot - 0.92),
            (x + 2.15, foot - 0.92),
            (x + 2.5, foot - 0.5),
            (x + 2.5, foot - 0.14),
            (x + 1.7, foot - 0.14),
        ],
        white,
    )
    canvas.polygon(
        [(x + 1.84, foot - 0.82), (x + 2.1, foot - 0.82), (x + 2.34, foot - 0.5), (x + 1.84, foot - 0.5)],
        palette.depth(0.75),
    )
    canvas.rect(x, foot - 0.5, 2.5, 0.14, palette.pop)
    canvas.rect(x + 0.62, foot - 1.0, 0.12, 0.42, palette.calm)
    canvas.rect(x + 0.47, foot - 0.85, 0.42, 0.12, palette.calm)
    canvas.rect(x + 1.25, foot - 1.24, 0.3, 0.13, palette.calm, corner=0.05)
    for wheel in (0.45, 1.95):
        canvas.disc(x + wheel, foot - 0.12, 0.24, palette.ink)
        canvas.disc(x + wheel, foot - 0.12, 0.1, palette.depth(0.4))


def columns(stage: Stage) -> None:
    """A house with columns and a pediment: town hall, bank, court, university."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    for _ in range(12):
        tower(stage, chance.uniform(-0.5, 15.5), chance.uniform(1.4, 2.9), chance.uniform(0.9, 1.6), 0.16)
    stone = mix(palette.horizon, palette.ink, 0.3 if palette.is_dark else 0.06)
    shade, deep = mix(stone, palette.ink, 0.16), mix(stone, palette.ink, 0.5)
    for x in (1.7, 11.2):
        canvas.rect(x, 2.45, 3.1, 2.4, shade)
        canvas.rect(x - 0.1, 2.32, 3.3, 0.18, stone)
        windows(stage, x + 0.36, 2.8, 4, 2, step=(0.66, 0.8), size=(0.4, 0.56), pane=deep, lit=0.35)
    canvas.rect(4.5, 1.9, 7.0, 2.9, deep)
    canvas.rect(7.35, 2.75, 1.3, 2.0, palette.glow)
    canvas.rect(7.96, 2.75, 0.08, 2.0, deep)
    for number in range(6):
        x = 4.75 + number * 1.24
        canvas.rect(x, 2.0, 0.46, 2.6, stone)
        canvas.rect(x + 0.3, 2.0, 0.16, 2.6, shade)
        canvas.rect(x - 0.08, 1.9, 0.62, 0.16, stone)
        canvas.rect(x - 0.08, 4.4, 0.62, 0.16, stone)
    canvas.rect(4.3, 1.55, 7.4, 0.38, stone)
    canvas.polygon([(4.1, 1.55), (8, 0.3), (11.9, 1.55)], stone)
    canvas.polygon([(5.2, 1.42), (8, 0.55), (10.8, 1.42)], shade)
    canvas.disc(8, 1.1, 0.24, palette.glow)
    for step in range(3):
        canvas.rect(
            4.3 - step * 0.35,
            4.45 + step * 0.14,
            7.4 + step * 0.7,
            0.15,
            mix(stone, palette.ink, 0.08 * step),
        )
    canvas.rect(-1, 4.8, WIDTH + 2, 0.5, palette.depth(0.62))
    for x in (0.4, 1.3, 14.7, 15.6):
        tree(stage, x, 4.84, chance.uniform(1.3, 2.0), 0.55)
