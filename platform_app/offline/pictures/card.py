"""A scene card: a motif that fits the words, the people of the scene, and its title and caption on a panel below."""

from __future__ import annotations

from math import sin

from platform_app.offline.pictures.brief import read
from platform_app.offline.pictures.canvas import WIDTH, Canvas
from platform_app.offline.pictures.choice import choose
from platform_app.offline.pictures.lettering import Style, length, write
from platform_app.offline.pictures.palette import Palette, mix
from platform_app.offline.pictures.people import seat
from platform_app.offline.pictures.stage import EDGE, Stage, sky
from platform_app.offline.pictures.typesetting import MARGIN, Text, set_text

SIZES = {
    "1024x1024": (1024, 1024),
    "1536x1024": (1536, 1024),
    "1024x1536": (1024, 1536),
    "512x512": (512, 512),
    "auto": (1024, 1024),
}
MARK = "drawn by the offline engine"
LOWEST = (
    8.2  # of the last line: the less is written, the lower begins the panel and the more is seen of the motif
)


def draw(prompt: str, size: str = "1024x1024") -> bytes:
    """A PNG for the prompt's `<scene>` block: {"title", "caption", "people": [names], "setting"?, "variation"?}; without one the
    prompt is the title. Raises ValueError, with a sentence, for a size that is not in SIZES.
    """
    if size not in SIZES:
        raise ValueError(f"The offline engine draws no pictures of {size}, only of {', '.join(SIZES)}.")
    brief = read(prompt)
    chance = brief.chance()
    choice = choose(brief, chance)
    text = set_text(brief)
    canvas = Canvas(*SIZES[size], lowered=LOWEST - text.bottom)
    stage = Stage(canvas, choice.palette, chance)
    canvas.flipped = chance.random() < 0.5
    sky(stage)
    choice.outside(stage)
    if choice.room:
        choice.room(stage)
    canvas.flipped = False
    _panel(stage)
    seat(canvas, choice.palette, brief.people, chance)
    _write(canvas, choice.palette, text)
    return canvas.png()


def _panel(stage: Stage) -> None:
    canvas, palette = stage.canvas, stage.palette
    canvas.gradient(EDGE, canvas.bottom, [(EDGE, palette.panel), (canvas.band_bottom, palette.ink)])
    canvas.rect(-1, EDGE, WIDTH + 2, 0.06, mix(palette.panel, palette.horizon, 0.3))
    lean = stage.chance.uniform(-0.05, 0.05)
    for number in range(int(canvas.bottom - canvas.band_bottom) + 2):  # below the band nothing is written
        y = canvas.band_bottom + 0.35 + number * 0.85
        line = [(x, y + lean * (x - 8) + 0.3 * sin(x * 0.55 + number * 0.8)) for x in range(-1, 18)]
        canvas.hill(line, mix(palette.ink, palette.middle, min(0.2, 0.05 + 0.035 * number)))


def _write(canvas: Canvas, palette: Palette, text: Text) -> None:
    if text.lines:
        canvas.rect(MARGIN, EDGE + 0.48, 0.9, 0.09, palette.glow, corner=0.045)
    for line in text.lines:
        if line.is_title:
            style = Style(line.size, palette.paper, weight=0.018)
        else:
            style = Style(line.size, palette.soft_paper)
        write(canvas, MARGIN, line.y, line.text, style)
    sign = Style(0.25, palette.faint_paper)
    write(canvas, WIDTH - MARGIN - length(MARK, sign.size), canvas.band_bottom - 0.2, MARK, sign)
