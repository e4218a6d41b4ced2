"""Figures in templates, written as everywhere on the cache's pages."""

from __future__ import annotations

import time

from django import template

from caching.inspection import wording
from caching.inspection.wording import Unit

register = template.Library()

register.filter("share", wording.share)
register.filter("duration", wording.duration)
register.filter("lasting", wording.lasting)
register.filter("usd", wording.usd)
register.filter("size", wording.size)


@register.filter
def count(value: float | None) -> str:
    return wording.told(value, Unit.COUNT)


@register.filter
def since(moment: float) -> str:
    """How long ago it was, in seconds since 1970."""
    return wording.lasting(max(0.0, time.time() - moment))
