"""The sheet that is drawn on: twice as large as the picture, so that every edge is smooth once it has been made smaller.

Everything is measured in units. A picture is 16 units wide, and the 16:9 band in its middle, which is all that some pages show of
it, is 9 units high. `top`, `bottom` and `band_bottom` say where the sheet and its band end; with nothing `lowered` the band reaches
from y = 0 to y = 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from platform_app.offline.pictures.palette import Tone, mix

WIDTH = 16.0
BAND = 9.0
SHARPNESS = 2
PORTRAIT_SKY = 0.3
Point = tuple[float, float]


class Canvas:
    """`flipped` swaps left and right for what is drawn from now on (writing stays as it is)."""

    def __init__(self, width: int, height: int, *, lowered: float = 0.0) -> None:
        self.unit = width * SHARPNESS / WIDTH
        tall = height * SHARPNESS / self.unit
        # A portrait is never cropped to the band: what it has more in height becomes sky rather than ground.
        self.top = (BAND - tall) / 2 - lowered - max(0.0, tall - WIDTH) * PORTRAIT_SKY
        self.bottom = self.top + tall
        self.band_bottom = BAND - lowered
        self.flipped = False
        self._sheet = Image.new("RGB", (width * SHARPNESS, height * SHARPNESS))
        self._solid = ImageDraw.Draw(self._sheet)
        self._glass = ImageDraw.Draw(self._sheet, "RGBA")  # blends, at five times the price

    def gradient(self, y: float, bottom: float, stops: Sequence[tuple[float, Tone]]) -> None:
        """From one side to the other; a stop is a height and the colour there."""
        first, last = max(0, round(self._y(y))), min(round(self._y(bottom)), self._sheet.height)
        column = Image.new("RGB", (1, last - first))
        column.putdata([_between(self.top + row / self.unit, stops) for row in range(first, last)])
        self._sheet.paste(
            column.resize((self._sheet.width, last - first), Image.Resampling.NEAREST), (0, first)
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        tone: Tone,
        *,
        alpha: float = 1,
        corner: float = 0,
    ) -> None:
        left, right = sorted((self._x(x), self._x(x + width)))
        top = self._y(y)
        box = (left, top, max(left, right - 1), max(top, self._y(y + height) - 1))
        self._pen(alpha).rounded_rectangle(box, corner * self.unit, fill=_ink(tone, alpha))

    def polygon(self, points: Iterable[Point], tone: Tone, *, alpha: float = 1) -> None:
        self._pen(alpha).polygon(self._points(points), fill=_ink(tone, alpha))

    def disc(
        self, x: float, y: float, radius: float, tone: Tone, *, alpha: float = 1, tall: float | None = None
    ) -> None:
        """A circle, or with `tall` (its vertical radius) an ellipse."""
        left, right = sorted((self._x(x - radius), self._x(x + radius)))
        vertical = radius if tall is None else tall
        box = (left, self._y(y - vertical), right, self._y(y + vertical))
        self._pen(alpha).ellipse(box, fill=_ink(tone, alpha))

    def line(self, points: Iterable[Point], tone: Tone, width: float, *, alpha: float = 1) -> None:
        thickness = max(1, round(width * self.unit))
        self._pen(alpha).line(self._points(points), fill=_ink(tone, alpha), width=thickness, joint="curve")

    def hill(self, heights: Sequence[Point], tone: Tone) -> None:
        """Everything below a line from left to right."""
        self.polygon([(heights[0][0], self.bottom), *heights, (heights[-1][0], self.bottom)], tone)

    def writing(
        self, x: float, y: float, text: str, font: ImageFont.FreeTypeFont, tone: Tone, weight: float
    ) -> None:
        """`y` is the base line; `weight` thickens the strokes, in units."""
        place = (x * self.unit, self._y(y))
        self._solid.text(place, text, tone, font, "ls", stroke_width=weight * self.unit)

    def png(self) -> bytes:
        output = BytesIO()
        self._sheet.reduce(SHARPNESS).save(output, "PNG", compress_level=6)
        return output.getvalue()

    def _pen(self, alpha: float) -> ImageDraw.ImageDraw:
        return self._solid if alpha >= 1 else self._glass

    def _x(self, x: float) -> float:
        return (WIDTH - x if self.flipped else x) * self.unit

    def _y(self, y: float) -> float:
        return (y - self.top) * self.unit

    def _points(self, points: Iterable[Point]) -> list[Point]:
        return [(self._x(x), self._y(y)) for x, y in points]


def _ink(tone: Tone, alpha: float) -> tuple[int, ...]:
    return tone if alpha >= 1 else (*tone, round(255 * alpha))


def _between(height: float, stops: Sequence[tuple[float, Tone]]) -> Tone:
    if height <= stops[0][0]:
        return stops[0][1]
    for (above, upper), (below, lower) in pairwise(stops):
        if height < below:
            return mix(upper, lower, (height - above) / (below - above))
    return stops[-1][1]
