"""How long the cache took, by kind and by what it did, in the order in which a page shows it."""

from caching import stats
from caching.inspection import timings
from caching.stats import Outcome, delivery, series
from caching.stats.cells import MOST_KINDS
from caching.stats.numbers import Numbers, Timed, bucket_name
from caching.stats.series import Period, Series


def read() -> list[timings.Timing]:
    delivery.flush()
    return timings.by_kind(series.read(Period.HOUR))


def test_all_kinds_together_come_first_and_then_each() -> None:
    for ms in range(1, 101):
        stats.timed("query:progress", Timed.NETWORK, ms / 1000)
    stats.timed("ai_chat", Timed.AI, 2.0)
    told = read()
    assert [(each.kind, each.what, each.count) for each in told] == [
        ("all", "hit in Redis", 100),
        ("all", "answer of a provider", 1),
        ("ai_chat", "answer of a provider", 1),
        ("query:progress", "hit in Redis", 100),
    ]
    network = told[-1]
    for value, true in (
        (network.p50_seconds, 0.050),
        (network.p95_seconds, 0.095),
        (network.p99_seconds, 0.099),
    ):
        assert abs(value - true) < true / 8


def test_what_was_counted_but_not_timed_has_no_line() -> None:
    stats.record("query:progress", Outcome.NEAR)
    assert read() == []


def test_of_very_many_kinds_the_busiest_are_shown() -> None:
    """No process counts so many, but somebody may have planted them."""
    hit = {bucket_name(Timed.NETWORK, 10): 1}
    planted = {f"query:planted_{number}": Numbers({**hit, Outcome.HIT: 1}) for number in range(5000)}
    busy = {"query:progress": Numbers({**hit, Outcome.HIT: 7})}
    told = timings.by_kind(Series(Period.HOUR, (), planted | busy))
    assert len(told) == MOST_KINDS + 1
    assert (told[0].kind, told[0].count, told[-1].kind) == ("all", 5001, "query:progress")
