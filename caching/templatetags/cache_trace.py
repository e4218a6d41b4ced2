"""How a trace writes durations: it has shorter ones than the other pages."""

from __future__ import annotations

from django import template

from caching.inspection import wording

register = template.Library()


@register.filter
def microseconds(value: int) -> str:
    return f"{value} µs" if value < 1000 else wording.duration(value / 1e6)
