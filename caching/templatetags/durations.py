"""How long something took, in the unit that a reader takes in at once: `{{ entry.amount|microseconds }}`."""

from __future__ import annotations

from django import template

register = template.Library()

NOTHING = "–"


@register.filter
def microseconds(us: float | None) -> str:
    """`12 µs`, `1.3 ms`, `2.1 s`; a dash for None."""
    if us is None:
        return NOTHING
    if us < 1:
        return "< 1 µs" if us else "0 µs"
    if us < 1000:
        return f"{us:.3g} µs"
    if us < 1_000_000:
        return f"{us / 1000:.3g} ms"
    return f"{us / 1_000_000:,.{0 if us >= 100_000_000 else 1}f} s"


@register.filter
def seconds(value: float | None) -> str:
    """The same of a number of seconds."""
    return microseconds(None if value is None else value * 1_000_000)
