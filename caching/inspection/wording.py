"""How figures are written on the cache's pages. What is not known is said to be unknown, and never 0."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from django.template.defaultfilters import filesizeformat

UNKNOWN = "unknown"
NOTHING = "–"

_PARTS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    USD = "usd"


def told(value: float | Decimal | None, unit: Unit) -> str:
    if value is None:
        return NOTHING
    match unit:
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.SHARE:
            return share(float(value))
        case Unit.SECONDS:
            return duration(float(value))
        case Unit.USD:
            return usd(Decimal(value))


def share(of_one: float | None) -> str:
    """`94.2 %`. What is nearly all, or nearly nothing, is not rounded to it."""
    if of_one is None:
        return NOTHING
    percent = 100 * of_one
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %"


def duration(seconds: float | None) -> str:
    """Two or three digits in the unit that suits: `0.42 ms`, `12 ms`, `1.3 s`."""
    if seconds is None:
        return NOTHING
    if seconds < 0.001:
        return f"{1000 * seconds:.2f} ms"
    if seconds < 0.0995:
        return f"{1000 * seconds:.1f} ms" if seconds < 0.00995 else f"{1000 * seconds:.0f} ms"
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else lasting(seconds)


def lasting(seconds: float) -> str:
    """The two largest parts: `6 d 23 h`, `4 min 10 s`, `0.3 s`."""
    if seconds < 1:
        return f"{max(seconds, 0):.1f} s"
    rest = round(seconds)
    parts: list[tuple[int, str]] = []
    for length, unit in _PARTS:
        if rest >= length or parts:
            count, rest = divmod(rest, length)
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count)


def usd(amount: Decimal | None) -> str:
    """Cents, and below one dollar as many digits as it takes to see something."""
    if amount is None:
        return UNKNOWN
    return f"${amount:,.2f}" if amount >= 1 or not amount else f"${amount:,.4f}"


def size(byte_count: float | None) -> str:
    return UNKNOWN if byte_count is None else filesizeformat(byte_count).replace("\N{NO-BREAK SPACE}", " ")
