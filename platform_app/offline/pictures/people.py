"""The people of a scene as round avatars with their initials."""

from __future__ import annotations

from random import Random

from platform_app.offline.pictures.canvas import WIDTH, Canvas
from platform_app.offline.pictures.lettering import Style, length, writable, write
from platform_app.offline.pictures.palette import WHITE, Palette, Tone, contrast, mix, tone
from platform_app.offline.pictures.stage import EDGE

RADIUS = 0.66
MOST = 5
MARGIN = 0.95
READABLE = 4.5  # WCAG 2.2 AA
DARK: Tone = tone("16192b")
COLOURS = tuple(
    tone(code) for code in "4d55d9 0f766e b4451f 8a3ab9 1d6fb8 a1335f f2b84b 7cc6b0 e98f7d 9aa7f2".split()
)


def initials(name: str) -> str:
    """One or two letters: of the first and the last name, without titles such as "Dr." and what stands in brackets."""
    words = [word for word in writable(name.partition("(")[0]).split() if word[0].isalpha()]
    named = [word for word in words if not word.endswith(".") or len(word) == 2] or words
    return "".join(word[0].upper() for word in (named[:1] + named[1:][-1:]))


def seat(canvas: Canvas, palette: Palette, people: tuple[str, ...], chance: Random) -> None:
    """A row of avatars on the edge of the panel, the first on the left; who is too many is counted in the last one."""
    shown = people if len(people) <= MOST else people[: MOST - 1]
    labels = [initials(name) for name in shown]
    if len(shown) < len(people):
        labels.append(f"+{len(people) - len(shown)}")
    colours = chance.sample(COLOURS, len(labels))
    step = 2 * RADIUS + 0.14
    x = WIDTH - MARGIN - RADIUS - step * (len(labels) - 1)
    for label, colour in zip(labels, colours, strict=True):
        _avatar(canvas, palette, x, label, colour)
        x += step


def letters_on(colour: Tone) -> Tone:
    """White or nearly black, whichever can be read better."""
    return max((WHITE, DARK), key=lambda letters: contrast(letters, colour))


def _avatar(canvas: Canvas, palette: Palette, x: float, label: str, colour: Tone) -> None:
    canvas.disc(x, EDGE + 0.07, RADIUS + 0.1, palette.ink, alpha=0.35)
    canvas.disc(x, EDGE, RADIUS + 0.09, mix(palette.horizon, WHITE, 0.6))
    canvas.disc(x, EDGE, RADIUS, colour)
    if not label:
        _figure(canvas, x, mix(colour, letters_on(colour), 0.75))
        return
    style = Style(0.56, letters_on(colour), weight=0.02)
    write(canvas, x - length(label, style.size) / 2, EDGE + 0.36 * style.size, label, style)


def _figure(canvas: Canvas, x: float, light: Tone) -> None:
    """Head and shoulders, for a name that cannot be written."""
    canvas.disc(x, EDGE - 0.17, 0.22, light)
    canvas.disc(x, EDGE + 0.32, 0.37, light, tall=0.24)
