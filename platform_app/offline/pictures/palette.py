"""Colours: the palettes of the hours of a day, and how colours are mixed, darkened and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

Tone = tuple[int, int, int]


def tone(code: str) -> Tone:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


WHITE: Tone = tone("ffffff")
OAK: Tone = tone("b0743f")


def mix(one: Tone, other: Tone, share: float) -> Tone:
    """`share` of the other colour in the first one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def shaded(colour: Tone, share: float) -> Tone:
    """Darker, but of the same hue: ink over a warm colour would turn it grey."""
    red, green, blue = colour
    return mix(colour, (round(red * 0.3), round(green * 0.26), round(blue * 0.3)), share)


def contrast(one: Tone, other: Tone) -> float:
    """From 1 (the same) to 21 (black on white): the contrast ratio of WCAG 2.2."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Tone) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


@dataclass(frozen=True)
class Palette:
    """`ink` is the darkest colour, of the panel; `glow` of lit windows and lamps; `pop` and `calm` of single things; `paint`
    gives walls their shade.
    """

    name: str
    top: Tone
    middle: Tone
    horizon: Tone
    sun: Tone
    ink: Tone
    glow: Tone
    pop: Tone
    calm: Tone
    is_dark: bool = False
    paint: Tone = WHITE

    def depth(self, nearness: float) -> Tone:
        """The colour of a silhouette: 0 melts into the horizon, 1 is the foreground. This is what makes the distance."""
        haze = mix(self.horizon, mix(self.middle, self.top, 0.45), min(0.6, 1.3 * nearness))
        return mix(haze, self.ink, 0.9 * nearness)

    def painted(self, paint: Tone) -> Palette:
        return replace(self, paint=paint)

    @property
    def wall(self) -> Tone:
        colour = mix(self.horizon, self.paint, 0.45)
        return mix(colour, self.ink, 0.6) if self.is_dark else shaded(colour, 0.24)

    @property
    def light_wall(self) -> Tone:
        return mix(self.wall, self.horizon, 0.12 if self.is_dark else 0.35)

    @property
    def wood(self) -> Tone:
        return mix(OAK, self.ink, 0.4 if self.is_dark else 0.12)

    @property
    def panel(self) -> Tone:
        """What is written upon, where it is lightest."""
        return mix(self.ink, self.middle, 0.1)

    @property
    def paper(self) -> Tone:
        """The colour of the title; captions are softer, and the mark is faint."""
        return mix(self.horizon, WHITE, 0.75)

    @property
    def soft_paper(self) -> Tone:
        return mix(self.paper, self.ink, 0.12)

    @property
    def faint_paper(self) -> Tone:
        return mix(self.paper, self.ink, 0.34)


def _palette(name: str, colours: str, *, is_dark: bool = False) -> Palette:
    top, middle, horizon, sun, ink, glow, pop, calm = (tone(code) for code in colours.split())
    return Palette(name, top, middle, horizon, sun, ink, glow, pop, calm, is_dark)


PALETTES = {
    palette.name: palette
    for palette in (
        # top, middle, horizon, sun, ink, glow, pop, calm
        _palette("dawn", "3c4a94 c4799f ffd2ab fff0d8 251c42 ffc27d ff8a6e 7f8fe0"),
        _palette("morning", "62aee8 b3dcf5 fdf1dc fffaf0 15344f ffc552 f2754e 3f9fb5"),
        _palette("clear", "2c7fd1 7ec5ef e9f7f3 ffffff 112f4e ffcf5c f0674f 2fa5a0"),
        _palette("golden", "e58659 f8bd7c fff1cd fffbea 46212f ffd878 d9503f 5f8f86"),
        _palette("dusk", "2a2e6c 80509a f59c86 ffe2ba 1c1738 ffcb86 ff7f72 6f8be8", is_dark=True),
        _palette("lagoon", "0f4460 348a8e f7d8a2 fff4d6 0b2638 ffd479 f27e5d 4fc0b5"),
        _palette("mint", "46a698 9cdac5 f5f7df ffffff 113b3d ffc268 ee6f5b 3d8fb0"),
        _palette("rose", "b2587d ed9ea7 ffe8da fff7ee 3f1e3d ffd595 e0556a 6b86c9"),
        _palette("slate", "4e6a91 9db7cf f3ece0 ffffff 1b2a42 ffc971 e07a4f 5a9fa6"),
        _palette("night", "0a1434 22346f 6a80c2 f6f2dd 090f26 ffd684 ff8d73 6fb6e8", is_dark=True),
    )
}
