"""How a trace writes durations and money."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def milliseconds(microseconds: int) -> str:
    """With as many digits as tell something: 12.3 ms, 0.84 ms, 3 µs."""
    if microseconds < 100:
        return f"{microseconds} µs"
    ms = microseconds / 1000
    return f"{ms:,.0f} ms" if ms >= 100 else f"{ms:.1f} ms" if ms >= 10 else f"{ms:.2f} ms"


@register.filter
def usd(amount: float) -> str:
    return f"${amount:,.4f}"
