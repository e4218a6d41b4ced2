"""Motifs indoors, where people meet: office, board room, project room, class room, restaurant."""

from __future__ import annotations

from platform_app.offline.pictures.motifs.room import clock, desk_chair, picture_frame, screen, shelf, wall
from platform_app.offline.pictures.palette import WHITE, Tone, mix, shaded
from platform_app.offline.pictures.stage import EDGE, Stage, lamp, plant


def office(stage: Stage) -> None:
    """A desk at the window, with what lies and stands around it."""
    canvas, palette = stage.canvas, stage.palette
    wall(stage, [(1.0, 6.6)], 0.55, 3.55, panes=3)
    for y in (1.5, 2.5):
        shelf(stage, 12.2, y, 3.0)
    if stage.chance.random() < 0.5:
        picture_frame(stage, 8.7, 0.95, 1.3, 1.5)
        picture_frame(stage, 10.25, 1.25, 1.1, 1.2)
    else:
        clock(stage, 9.9, 1.45, 0.55)
    lamp(stage, 9.6 if stage.chance.random() < 0.5 else 6.9, 0.7)
    plant(stage, 14.6, EDGE, 1.9)
    plant(stage, 0.75, EDGE, 1.5)
    desk_chair(stage, 6.9, EDGE, 1.35, mix(palette.pop, palette.ink, 0.25))
    _desk(stage, 3.3)
    canvas.rect(11.9, 3.55, 2.0, 1.3, shaded(palette.wall, 0.62))
    for drawer in range(2):
        canvas.rect(12.02, 3.68 + drawer * 0.56, 1.76, 0.46, shaded(palette.wall, 0.48))
        canvas.rect(12.7, 3.86 + drawer * 0.56, 0.4, 0.06, palette.glow)


def _desk(stage: Stage, x: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    wood = palette.wood
    for leg in (0.25, 6.6):
        canvas.rect(x + leg, 3.8, 0.16, 1.3, shaded(wood, 0.4))
    canvas.rect(x, 3.68, 7.0, 0.2, wood)
    canvas.rect(x, 3.86, 7.0, 0.06, shaded(wood, 0.4))
    _monitor(stage, x + 1.3, 3.68, 1.9)
    _monitor(stage, x + 3.45, 3.68, 1.5)
    for page in range(4):
        canvas.rect(
            x + 5.5 + page * 0.04,
            3.62 - page * 0.06,
            1.0,
            0.06,
            mix(palette.horizon, WHITE, 0.5 if page % 2 else 0.2),
        )
    canvas.rect(x + 0.55, 3.36, 0.26, 0.32, palette.pop, corner=0.04)
    canvas.line([(x + 0.8, 3.44), (x + 0.92, 3.46), (x + 0.9, 3.58), (x + 0.79, 3.6)], palette.pop, 0.05)


def _monitor(stage: Stage, x: float, foot: float, width: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    height = width * 0.6
    canvas.rect(x + width * 0.44, foot - 0.25, width * 0.12, 0.25, palette.ink)
    canvas.rect(x + width * 0.3, foot - 0.06, width * 0.4, 0.06, palette.ink)
    canvas.rect(x, foot - 0.2 - height, width, height, palette.ink, corner=0.07)
    canvas.rect(
        x + 0.07, foot - 0.13 - height, width - 0.14, height - 0.14, mix(palette.calm, palette.ink, 0.45)
    )
    for line in range(4):
        length = stage.chance.uniform(0.25, 0.75) * (width - 0.4)
        tone = (palette.glow, palette.horizon, palette.calm, palette.pop)[line]
        canvas.rect(x + 0.2, foot - height + 0.02 + line * height * 0.18, length, 0.07, tone)


def board_room(stage: Stage) -> None:
    """A long table before a wide window."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wide = chance.random() < 0.6
    wall(stage, [(0.9, 14.2)] if wide else [(0.9, 8.6)], 0.35, 3.45, panes=6 if wide else 4)
    if not wide:
        screen(stage, 10.6, 0.75, 4.3, 2.3)
    for x in (4.4, 8.0, 11.6):
        lamp(stage, x, 0.62, wide=0.5)
    if chance.random() < 0.6:
        plant(stage, 15.3, EDGE, 1.8)
    colour = mix(palette.pop if chance.random() < 0.5 else palette.calm, palette.ink, 0.42)
    for number in range(6):
        desk_chair(stage, 3.35 + number * 1.86, EDGE - 0.1, 1.25, colour)
    wood = palette.wood
    canvas.polygon([(3.0, 4.02), (13.0, 4.02), (14.6, EDGE + 0.2), (1.4, EDGE + 0.2)], wood)
    canvas.polygon([(3.0, 4.02), (13.0, 4.02), (13.25, 4.16), (2.75, 4.16)], mix(wood, palette.horizon, 0.22))
    for x in (4.4, 6.9, 9.5, 11.6):
        canvas.polygon(
            [(x, 4.28), (x + 0.62, 4.28), (x + 0.7, 4.46), (x - 0.05, 4.46)],
            mix(palette.horizon, WHITE, 0.35),
        )
    for x in (5.7, 8.3):
        canvas.rect(x, 4.06, 0.16, 0.28, palette.horizon, alpha=0.8, corner=0.03)


def lounge(stage: Stage) -> None:
    """Two armchairs at a small table: a talk between two."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wall(stage, [(5.6, 4.8)], 0.35, 3.5, panes=2)
    if chance.random() < 0.5:
        for y in (1.1, 2.1, 3.1):
            shelf(stage, 0.9, y, 3.5)
    else:
        picture_frame(stage, 1.1, 0.8, 1.9, 2.1)
        picture_frame(stage, 3.3, 1.1, 1.3, 1.5)
    _floor_lamp(stage, 11.75)
    plant(stage, 14.9, EDGE, 2.3)
    canvas.disc(8.0, 4.72, 4.6, mix(palette.pop, palette.wall, 0.45), tall=0.3)
    canvas.disc(8.0, 4.72, 4.2, mix(palette.pop, palette.wall, 0.6), tall=0.25)
    first, second = (palette.calm, palette.pop) if chance.random() < 0.5 else (palette.pop, palette.calm)
    _armchair(stage, 5.6, 1, shaded(first, 0.2))
    _armchair(stage, 10.4, -1, shaded(second, 0.2))
    for lean in (-0.4, 0.4):
        canvas.line([(8.0 + lean * 0.4, 4.0), (8.0 + lean, 4.75)], shaded(palette.wood, 0.4), 0.08)
    canvas.disc(8.0, 3.98, 0.95, palette.wood, tall=0.13)
    canvas.disc(8.0, 3.94, 0.95, mix(palette.wood, palette.horizon, 0.25), tall=0.11)
    for x, colour in ((7.6, palette.glow), (8.3, palette.horizon)):
        canvas.rect(x, 3.68, 0.24, 0.24, mix(colour, WHITE, 0.3), corner=0.05)


def _armchair(stage: Stage, x: float, looks: int, colour: Tone) -> None:
    """`looks` is 1 to the right and -1 to the left."""
    canvas, palette = stage.canvas, stage.palette
    for leg in (-0.6, 0.55):
        canvas.rect(x + leg, 4.45, 0.1, 0.3, palette.ink)
    back = x - 0.95 if looks > 0 else x + 0.4
    canvas.rect(back, 2.75, 0.55, 1.75, colour, corner=0.25)
    canvas.rect(x - 0.85, 3.7, 1.7, 0.45, mix(colour, palette.horizon, 0.22), corner=0.15)
    canvas.rect(x - 0.85, 4.0, 1.7, 0.5, shaded(colour, 0.15), corner=0.12)
    canvas.rect(x - 0.55, 3.45, 1.45 if looks > 0 else 1.1, 0.28, shaded(colour, 0.28), corner=0.14)
    canvas.rect(x + (0.65 if looks > 0 else -0.9), 3.5, 0.25, 1.0, shaded(colour, 0.28), corner=0.1)


def _floor_lamp(stage: Stage, x: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.polygon(
        [(x - 0.45, 1.75), (x + 0.45, 1.75), (x + 1.5, 4.7), (x - 1.5, 4.7)], palette.glow, alpha=0.14
    )
    canvas.rect(x - 0.04, 1.7, 0.08, 2.95, palette.ink)
    canvas.disc(x, 4.66, 0.42, palette.ink, tall=0.08)
    canvas.polygon([(x - 0.28, 1.05), (x + 0.28, 1.05), (x + 0.52, 1.8), (x - 0.52, 1.8)], palette.glow)
    canvas.polygon(
        [(x + 0.05, 1.05), (x + 0.28, 1.05), (x + 0.52, 1.8), (x + 0.1, 1.8)],
        mix(palette.glow, palette.pop, 0.2),
    )


def project_room(stage: Stage) -> None:
    """A white board with notes, screens, a brick of a sofa: where something new is made."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wall(stage, [(9.6, 5.5)], 0.5, 3.5, panes=3)
    board = mix(palette.horizon, WHITE, 0.6)
    canvas.rect(1.3, 0.55, 6.9, 2.75, shaded(palette.wall, 0.5))
    canvas.rect(1.4, 0.65, 6.7, 2.55, board)
    notes = (palette.pop, palette.calm, palette.glow)
    for column in range(4):
        canvas.rect(1.7 + column * 1.62, 0.83, 1.1, 0.07, mix(board, palette.ink, 0.35))
        for row in range(chance.randint(1, 3)):
            x = 1.7 + column * 1.62 + chance.uniform(-0.04, 0.3)
            canvas.rect(x, 1.08 + row * 0.68, 0.62, 0.54, notes[(column + row) % 3])
            canvas.rect(x + 0.1, 1.22 + row * 0.68, 0.4, 0.05, palette.ink, alpha=0.4)
            canvas.rect(x + 0.1, 1.36 + row * 0.68, 0.28, 0.05, palette.ink, alpha=0.4)
    lamp(stage, 8.85, 0.5)
    plant(stage, 15.4, EDGE, 1.7)
    desk_chair(stage, 5.1, EDGE, 1.3, mix(palette.calm, palette.ink, 0.35))
    desk_chair(stage, 10.6, EDGE, 1.3, mix(palette.pop, palette.ink, 0.3))
    wood = palette.wood
    canvas.rect(2.9, 3.84, 10.4, 0.18, wood)
    canvas.rect(2.9, 4.0, 10.4, 0.06, shaded(wood, 0.4))
    for leg in (3.2, 12.85):
        canvas.rect(leg, 4.0, 0.15, 1.0, shaded(wood, 0.4))
    for x, width in ((6.2, 1.7), (8.2, 1.4), (11.4, 1.5)):
        _monitor(stage, x, 3.84, width)


def class_room(stage: Stage) -> None:
    """A blackboard, a clock, rows of desks."""
    canvas, palette = stage.canvas, stage.palette
    wall(stage, [(10.9, 4.3)], 0.5, 3.4, panes=2)
    slate = mix(palette.calm, palette.ink, 0.66)
    canvas.rect(1.1, 0.5, 7.8, 2.9, palette.wood)
    canvas.rect(1.25, 0.65, 7.5, 2.6, slate)
    _chalk(stage)
    clock(stage, 9.9, 1.0, 0.42)
    desk = palette.wood
    canvas.rect(7.9, 3.42, 2.6, 0.14, desk)
    canvas.rect(8.0, 3.56, 2.4, 0.8, shaded(desk, 0.35))
    canvas.disc(8.45, 2.98, 0.3, palette.calm)
    canvas.line([(8.24, 2.74), (8.1, 3.0), (8.3, 3.26), (8.56, 3.32)], palette.glow, 0.05)
    canvas.rect(8.3, 3.34, 0.3, 0.08, palette.ink)
    for book, tone in enumerate((palette.pop, palette.horizon, palette.calm)):
        canvas.rect(9.4, 3.32 - book * 0.1, 0.8, 0.1, tone)
    for row, (y, wide, gap) in enumerate(((4.15, 1.7, 2.5), (4.68, 2.2, 3.1))):
        for number in range(7):
            x = -0.5 - row * 0.6 + number * gap
            canvas.rect(
                x + 0.4 * wide, y - 0.46, 0.5 * wide, 0.34, mix(palette.pop, palette.ink, 0.42), corner=0.08
            )
            canvas.rect(x, y - 0.1, wide, 0.13, shaded(desk, 0.1 + row * 0.12))
            canvas.rect(x + 0.12, y, 0.08, 0.6, palette.ink)
            canvas.rect(x + wide - 0.2, y, 0.08, 0.6, palette.ink)


def _chalk(stage: Stage) -> None:
    canvas, palette = stage.canvas, stage.palette
    chalk = mix(palette.horizon, WHITE, 0.5)
    canvas.line([(1.9, 1.0), (1.9, 2.7), (4.4, 2.7)], chalk, 0.04)
    canvas.line([(1.9, 2.5), (2.5, 2.3), (3.0, 2.35), (3.6, 1.7), (4.3, 1.2)], palette.glow, 0.05)
    canvas.line([(1.9, 1.3), (2.7, 1.6), (3.5, 2.2), (4.3, 2.4)], palette.pop, 0.05)
    for x, y in ((5.6, 1.2), (7.6, 1.2), (6.6, 2.4)):
        canvas.disc(x, y, 0.36, chalk)
        canvas.disc(x, y, 0.31, mix(palette.calm, palette.ink, 0.66))
    for line in (((5.96, 1.2), (7.24, 1.2)), ((5.8, 1.5), (6.4, 2.1)), ((7.4, 1.5), (6.8, 2.1))):
        canvas.line(line, chalk, 0.04)
    canvas.rect(5.0, 2.95, 2.8, 0.05, chalk, alpha=0.6)


def restaurant(stage: Stage) -> None:
    """Tables by the window, a bar with bottles, low lamps: also a hotel's lobby."""
    canvas, palette, chance = stage.canvas, stage.palette, stage.chance
    wall(stage, [(0.8, 3.9), (5.5, 3.9)], 0.4, 3.5, panes=2)
    canvas.rect(10.6, 0.3, 4.7, 3.2, shaded(palette.wall, 0.5))
    for row in range(3):
        y = 1.25 + row * 0.98
        canvas.rect(10.75, y - 0.86, 4.4, 0.86, shaded(palette.wood, 0.55))
        canvas.rect(10.6, y, 4.7, 0.1, palette.wood)
        for number in range(9):
            _bottle(stage, 10.95 + number * 0.47, y, chance.uniform(0.5, 0.72))
    counter = shaded(palette.pop, 0.45)
    canvas.rect(9.9, 3.52, 6.5, 1.5, counter)
    for slat in range(13):
        canvas.rect(10.1 + slat * 0.5, 3.8, 0.06, 1.2, shaded(counter, 0.35))
    canvas.rect(9.7, 3.44, 6.8, 0.18, mix(palette.glow, palette.horizon, 0.2))
    for x in (2.75, 7.4):
        lamp(stage, x, 1.15, wide=0.5)
        _table(stage, x)
    for x in (11.2, 12.9, 14.6):
        lamp(stage, x, 0.35, wide=0.34)


def _bottle(stage: Stage, x: float, foot: float, height: float) -> None:
    palette = stage.palette
    colour = stage.chance.choice(
        (palette.pop, palette.calm, palette.glow, mix(palette.calm, palette.ink, 0.4))
    )
    stage.canvas.rect(x, foot - height * 0.66, 0.2, height * 0.66, colour, corner=0.04)
    stage.canvas.rect(x + 0.065, foot - height, 0.07, height * 0.4, colour)
    stage.canvas.rect(x + 0.03, foot - height * 0.42, 0.14, height * 0.2, mix(palette.horizon, WHITE, 0.4))


def _table(stage: Stage, x: float) -> None:
    canvas, palette = stage.canvas, stage.palette
    for side in (-1, 1):
        seat = x + side * 1.35
        canvas.rect(seat - 0.36, 4.16, 0.72, 0.14, mix(palette.calm, palette.ink, 0.4), corner=0.05)
        canvas.rect(
            seat + side * 0.3 - 0.07, 3.2, 0.14, 1.1, mix(palette.calm, palette.ink, 0.4), corner=0.06
        )
        canvas.rect(seat - 0.26, 4.28, 0.08, 0.7, palette.ink)
        canvas.rect(seat + 0.2, 4.28, 0.08, 0.7, palette.ink)
    canvas.rect(x - 0.07, 3.8, 0.14, 1.2, palette.ink)
    canvas.disc(x, 3.78, 1.05, mix(palette.horizon, WHITE, 0.55), tall=0.16)
    canvas.rect(x - 0.05, 3.3, 0.1, 0.42, palette.depth(0.55))
    canvas.disc(x, 3.24, 0.16, palette.pop)
    canvas.disc(x - 0.1, 3.34, 0.1, palette.glow)
    canvas.rect(x + 0.35, 3.52, 0.2, 0.22, mix(palette.calm, WHITE, 0.3), corner=0.03)
    canvas.rect(x - 0.6, 3.54, 0.2, 0.2, mix(palette.pop, WHITE, 0.3), corner=0.03)
