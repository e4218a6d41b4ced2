"""What was counted arrives in Redis exactly once, and garbage there is passed over."""

import time

import msgspec
import pytest
import redis

from caching import keys, stats
from caching.connection import wire
from caching.errors import CacheUnavailable
from caching.stats import Outcome, Timed, delivery, series, sheets
from caching.stats.numbers import total as total_of
from caching.stats.series import Period

NOW = 1_800_000_000.0
pack = msgspec.msgpack.encode


@pytest.fixture
def total(redis_key_prefix: str) -> str:
    return keys.count_sheet(redis_key_prefix, "total")


def hits(kind: str = "query:x") -> int:
    found = series.totals()
    return found[kind].hits if kind in found else 0


def test_a_second_flush_brings_only_what_is_new() -> None:
    for expected in (3, 6):
        stats.record("query:x", Outcome.HIT, 3)
        delivery.flush()
        delivery.flush()
        assert hits() == expected


def test_what_could_not_be_brought_is_brought_later(monkeypatch: pytest.MonkeyPatch) -> None:
    stats.record("query:x", Outcome.HIT)
    with monkeypatch.context() as broken:
        broken.setattr(sheets, "post", _unavailable)
        with pytest.raises(CacheUnavailable):
            delivery.flush()
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    assert hits() == 2


def test_a_batch_whose_answer_was_lost_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    post = sheets.post

    def post_and_lose_the_answer(process: str, batch: object) -> None:
        post(process, batch)  # type: ignore[arg-type]
        raise CacheUnavailable("lost")

    stats.record("query:x", Outcome.HIT)
    with monkeypatch.context() as broken:
        broken.setattr(sheets, "post", post_and_lose_the_answer)
        with pytest.raises(CacheUnavailable):
            delivery.flush()
    stats.record("query:x", Outcome.HIT, 4)
    delivery.flush()
    assert hits() == 5


def test_all_periods_say_the_same_as_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    stats.record("query:x", Outcome.HIT, 7)
    stats.timed("query:x", Timed.NETWORK, 0.0002)
    stats.moved("query:x", read=1000, written=50)
    delivery.flush()
    (numbers,) = series.totals().values()
    assert (numbers.hits, numbers.bytes_read, numbers.bytes_written) == (7, 1000, 50)
    assert numbers.latencies[Timed.NETWORK].count == 1
    for period in Period:
        found = series.read(period)
        assert found.by_kind == {"query:x": numbers}
        assert [(slot.at, slot.whole) for slot in found.slots if slot.whole.hits] == [
            (found.slots[-1].at, numbers)
        ]


def test_what_is_old_leaves_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    assert series.read(Period.HOUR, now=NOW + 3599 - 60).whole.hits == 1
    assert series.read(Period.HOUR, now=NOW + 3600).whole.hits == 0
    assert series.read(Period.DAY, now=NOW + 3600).whole.hits == 1


def test_every_sheet_expires(redis_server: redis.Redis, redis_key_prefix: str) -> None:
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    found = list(redis_server.scan_iter(match=f"{redis_key_prefix}stats:*", count=1000))
    assert len(found) == 7, "six sheets, and the number of the last batch"
    assert all(redis_server.ttl(key) > 0 for key in found)


def test_nothing_counted_brings_nothing(redis_server: redis.Redis, total: str) -> None:
    delivery.flush()
    assert not redis_server.exists(total)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        (b"query:x", b"-1"),
        (b"query:x", b""),
        (b"query:x", b"\xc1"),
        (b"query:x", pack([1, 2])),
        (b"query:x", pack({"hit": -1})),
        (b"query:x", pack({"hit": 1.5})),
        (b"query:x", pack({"hit": 2**60})),
        (b"query:x", pack({"hit": "1"})),
        (b"query:x", pack({"h" * 50: 1})),
        (b"\xff\xfe", pack({"hit": 1})),
        (b"k" * 5000, pack({"hit": 1})),
    ],
)
def test_planted_counts_are_passed_over(
    redis_server: redis.Redis, total: str, kind: bytes, counts: bytes
) -> None:
    redis_server.hset(total, kind, counts)
    stats.record("query:y", Outcome.HIT)
    delivery.flush()
    assert list(series.totals()) == ["query:y"]


@pytest.mark.parametrize(
    "planted", [b"", b"\xc1", b"12", pack([1]), pack({"hit": "many", "x": -1, "y": 0.5})]
)
def test_planted_counts_give_way(redis_server: redis.Redis, total: str, planted: bytes) -> None:
    redis_server.hset(total, "query:x", planted)
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    assert hits() == 1


@pytest.mark.parametrize(
    "beside", [{"x": -1}, {"x": "many"}, {"x": [1]}, {"x": 2**60}, {"x" * 50: 1}, {7: 1}, {"x": 0.5}]
)
def test_what_is_no_count_does_not_hide_those_beside_it(
    redis_server: redis.Redis, total: str, beside: dict[object, object]
) -> None:
    redis_server.hset(total, "query:x", pack({"hit": 2, **beside}))
    assert series.totals()["query:x"].counts == {"hit": 2}
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    assert series.totals()["query:x"].counts == {"hit": 3}


@pytest.mark.parametrize(
    "nested", [b"\x91" * 100_000, b"\x81\xa1x" * 50_000, b"\x81\xa1\xff\x01", b"\x81\x90\x01"]
)
def test_what_cannot_be_unpacked_is_passed_over(redis_server: redis.Redis, total: str, nested: bytes) -> None:
    redis_server.hset(total, mapping={"query:x": nested, "query:y": pack({"hit": 1})})
    assert list(series.totals()) == ["query:y"]


def test_a_slot_says_what_all_kinds_did_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    for kind in ("query:x", "query:y"):
        stats.record(kind, Outcome.HIT, 3)
        stats.timed(kind, Timed.NETWORK, 0.0002)
        delivery.flush()
    found = series.read(Period.HOUR)
    assert found.slots[-1].whole == found.whole
    assert found.whole.hits == 6
    assert list(found.by_kind) == ["query:x", "query:y"]


def test_a_planted_sum_of_a_slot_is_passed_over(
    redis_server: redis.Redis, redis_key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    redis_server.set(keys.count_sheet(redis_key_prefix, f"minute:{int(NOW)}"), "planted")
    redis_server.hset(keys.count_sheet(redis_key_prefix, f"minute:{int(NOW) - 60}"), "", b"\xc1")
    assert series.read(Period.HOUR).whole.requests == 0
    assert {slot.whole.requests for slot in series.read(Period.HOUR).slots} == {0}


@pytest.mark.parametrize("period", list(Period))
@pytest.mark.parametrize("odd", [0, 7 * 60, 3 * 3600 + 59 * 60, 86_399, 5 * 86_400 + 13 * 3600])
def test_the_sums_by_kind_are_those_of_the_slots(
    period: Period, odd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the time of day: what was counted just before the period is not in them, and all of it is."""
    now = NOW + odd
    first, slots = series.read(period, now=now).slots[0], len(series.read(period, now=now).slots)
    for number, minute in enumerate(
        range(first.at - 60, int(now), slots * first.seconds // 40 // 60 * 60 or 60)
    ):
        stats.record(f"query:{number % 3}", Outcome.HIT, 2 + number)
        monkeypatch.setattr(delivery, "_this_minute", lambda minute=minute: minute // 60 * 60)
        delivery.flush()
    found = series.read(period, now=now)
    assert found.whole == total_of(slot.whole for slot in found.slots)
    assert found.whole.hits == sum(2 + each for each in range(1, number + 1))


def test_a_planted_duration_of_ages_is_passed_over(redis_server: redis.Redis, total: str) -> None:
    redis_server.hset(total, "query:x", pack({"hit": 1, "network.99999999999": 1, "network.20": 1}))
    assert series.totals()["query:x"].latencies[Timed.NETWORK].count == 1


def test_large_counts_stay_exact(redis_server: redis.Redis, total: str) -> None:
    redis_server.hset(total, "query:x", pack({"bytes_read": 10**15 + 1}))
    stats.moved("query:x", read=1)
    delivery.flush()
    assert series.totals()["query:x"].bytes_read == 10**15 + 2


def test_no_sheet_has_more_fields_than_there_are_kinds(redis_server: redis.Redis, total: str) -> None:
    for bucket in range(200):
        stats.timed("query:x", Timed.NETWORK, 1e-6 * 2 ** (bucket / 8))
    for number in range(50):
        stats.record(f"query:{number}", Outcome.HIT)
    delivery.flush()
    assert redis_server.hlen(total) == 52, "and one field for all of them"
    assert series.totals()["query:x"].latencies[Timed.NETWORK].count == 200


def test_a_planted_string_gives_way(redis_server: redis.Redis, total: str) -> None:
    redis_server.set(total, "planted")
    assert series.totals() == {}
    stats.record("query:x", Outcome.HIT)
    delivery.flush()
    assert hits() == 1


def test_reading_is_one_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    call = wire.call
    monkeypatch.setattr(wire, "call", lambda *args, **options: calls.append(1) or call(*args, **options))
    assert len(series.read(Period.WEEK).slots) == 168
    assert len(calls) == 1


def _unavailable(*_: object) -> None:
    raise CacheUnavailable("gone")
