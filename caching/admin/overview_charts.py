"""How the last hour, day or week went, as charts: how often the cache answered, and how long that took."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils import timezone

from caching.admin.charts import Chart, Form, Line, Scale
from caching.inspection.wording import Unit, duration, share, told
from caching.stats import Outcome
from caching.stats.numbers import Histogram, Numbers, Timed
from caching.stats.series import Slot

Slots = tuple[Slot, ...]
_ENOUGH = 20
"""readings, of which a ratio says something"""
_TIMED = (
    (Timed.NETWORK, "Hit in Redis", "network"),
    (Timed.COMPUTED, "Computation", "miss"),
    (Timed.AI, "Answer of the AI", "ai"),
)


def overview_charts(slots: Slots, whole: Numbers) -> list[Chart]:
    return [_readings(slots, whole), _ratio(slots, whole), _latencies(slots, whole)]


def _readings(slots: Slots, whole: Numbers) -> Chart:
    busiest = max(slots, key=lambda slot: slot.whole.requests)
    parts: tuple[tuple[str, str, Callable[[Numbers], int]], ...] = (
        ("Near hits", "near", lambda numbers: numbers.of(Outcome.NEAR)),
        ("Hits in Redis", "network", lambda numbers: numbers.of(Outcome.HIT)),
        ("Misses", "miss", lambda numbers: numbers.misses),
        ("Bypasses", "bypass", lambda numbers: numbers.bypasses),
    )
    return _chart(
        slots,
        (
            "readings",
            "Readings",
            f"Most were in the {_length(busiest)} from {_clock(busiest)} on: {busiest.whole.requests:,}.",
        ),
        [
            Line(label, tone, [value_of(slot.whole) for slot in slots], told(value_of(whole), Unit.COUNT))
            for label, tone, value_of in parts
        ],
        Unit.COUNT,
        form=Form.STACKED,
    )


def _ratio(slots: Slots, whole: Numbers) -> Chart:
    ratios = [slot.whole.hit_ratio for slot in slots]
    gist = f"{share(whole.hit_ratio)} of all readings were hits."
    if telling := [slot for slot in slots if slot.whole.requests >= _ENOUGH]:
        lowest = min(telling, key=lambda slot: slot.whole.hit_ratio or 0)
        gist += f" It was lowest, {share(lowest.whole.hit_ratio)}, in the {_length(lowest)} from {_clock(lowest)} on."
    return _chart(
        slots,
        ("ratio", "Hit ratio", gist),
        [Line("Hits", "near", ratios, share(whole.hit_ratio))],
        Unit.SHARE,
    )


def _latencies(slots: Slots, whole: Numbers) -> Chart:
    by_slot, together = [slot.whole.latencies for slot in slots], whole.latencies
    return _chart(
        slots,
        (
            "latencies",
            "Latency",
            "Of 100, 95 took at most so long. The scale is logarithmic: a line higher is ten times as long.",
        ),
        [
            Line(label, tone, [_p95(of.get(timed)) for of in by_slot], duration(_p95(together.get(timed))))
            for timed, label, tone in _TIMED
        ],
        Unit.SECONDS,
        scale=Scale.LOGARITHMIC,
    )


def _chart(
    slots: Slots,
    words: tuple[str, str, str],
    lines: list[Line],
    unit: Unit,
    *,
    form: Form = Form.LINES,
    scale: Scale = Scale.LINEAR,
) -> Chart:
    name, title, gist = words
    return Chart(
        id=name,
        title=title,
        gist=gist,
        at=[slot.at for slot in slots],
        seconds=slots[0].seconds,
        lines=lines,
        unit=unit,
        form=form,
        scale=scale,
    )


def _p95(histogram: Histogram | None) -> float | None:
    return histogram.percentile(0.95) if histogram else None


def _clock(slot: Slot) -> str:
    begins = timezone.localtime(datetime.fromtimestamp(slot.at, UTC))
    return f"{begins:%H:%M}" if slot.seconds < 3600 else f"{begins:%A %H:%M}"


def _length(slot: Slot) -> str:
    minutes = slot.seconds // 60
    return {1: "minute", 60: "hour"}.get(minutes, f"{minutes} minutes")
