"""The overview says what was counted, of the time that was asked for, and that it is Redis when it is Redis."""

import time

import msgspec
import pytest
import redis
from pytest_django import Settings

from caching import keys, stats
from caching.ai import ledger
from caching.ai.ledger.accounts import Outcome as Posted
from caching.ai.usage import Usage
from caching.errors import CacheUnavailable
from caching.inspection.figures import figures
from caching.inspection.overview import PERIODS, overview
from caching.stats import Outcome, delivery
from caching.stats.cells import MOST_KINDS, OTHER
from caching.stats.series import Period
from tests.caching.inspection.counted import CHAT, LIST, count_some

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("period", list(PERIODS.values()), ids=list(PERIODS))
def test_it_says_what_was_counted(period: Period | None) -> None:
    count_some()
    shown = figures(overview(period))
    assert (shown.total.requests, shown.total.hits, shown.total.hit_ratio) == (20, 15, 0.75)
    assert [(kind.kind, kind.requests, kind.hit_ratio) for kind in shown.kinds] == [
        (LIST, 16, 0.75),
        (CHAT, 4, 0.75),
    ]
    first = shown.kinds[0]
    assert (first.near_hits, first.network_hits) == (10, 2)
    assert (first.misses, first.absent, first.outdated, first.undecodable) == (3, 2, 1, 0)
    assert (first.bypasses, first.computed, first.waited, first.avoided) == (1, 3, 1, 13)
    assert (first.bytes_read, first.bytes_written) == (3000, 1500)
    assert first.latencies["network"].count == 1
    assert first.latencies["network"].p95_seconds == pytest.approx(0.001, rel=0.25)
    assert shown.total.latencies["ai"].p50_seconds == pytest.approx(1.5, rel=0.25)


def test_the_total_is_the_sum_of_the_kinds() -> None:
    count_some()
    shown = figures(overview(Period.DAY))
    for name in ("requests", "hits", "misses", "bypasses", "computed", "waited", "avoided", "bytes_read"):
        assert getattr(shown.total, name) == sum(getattr(kind, name) for kind in shown.kinds), name


def test_very_many_kinds_do_not_make_a_very_long_page(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    """No process counts so many, but somebody may have planted them."""
    count_some()
    one_hit = msgspec.msgpack.encode({"hit": 1})
    planted = {f"query:planted_{number}": one_hit for number in range(5000)}
    redis_server.hset(keys.count_sheet(redis_key_prefix, "total"), mapping=planted)
    shown = figures(overview(None))
    assert [kind.kind for kind in shown.kinds[:2]] == [LIST, CHAT]
    assert len(shown.kinds) == MOST_KINDS + 1
    assert (shown.kinds[-1].kind, shown.kinds[-1].hits) == (OTHER, 5000 + 2 - MOST_KINDS)
    assert shown.total.requests == 5020


def test_where_nothing_was_read_there_is_no_ratio() -> None:
    shown = figures(overview(Period.HOUR))
    assert (shown.total.requests, shown.total.hit_ratio, shown.kinds) == (0, None, ())


def test_the_slots_of_a_period_add_up_to_it() -> None:
    count_some()
    seen = overview(Period.HOUR)
    assert sum(slot.whole.requests for slot in seen.slots) == 20
    assert overview(None).slots == ()


def test_what_is_older_than_the_period_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stats.reset()
    stats.record(LIST, Outcome.HIT, 5)
    two_hours_ago = int(time.time()) // 60 * 60 - 7200
    monkeypatch.setattr(delivery, "_this_minute", lambda: two_hours_ago)
    delivery.flush()
    assert figures(overview(Period.HOUR)).total.hits == 0
    assert figures(overview(Period.DAY)).total.hits == 5
    assert figures(overview(None)).total.hits == 5


@pytest.mark.parametrize(
    ("period", "days"), [(Period.HOUR, 1), (Period.DAY, 1), (Period.WEEK, 7), (None, 30)], ids=list(PERIODS)
)
def test_tokens_and_money_are_those_of_whole_days(period: Period | None, days: int) -> None:
    ledger.record("reply", "chat", "gpt-5-mini", (), Posted.HIT, Usage(1000, 200, 400))
    ai = figures(overview(period)).ai
    assert (ai.days, ai.saved_tokens, str(ai.saved_usd)) == (days, 1200, "0.000560")


def test_money_of_an_unknown_price_is_unknown() -> None:
    ledger.record("reply", "chat", "smollm2", (), Posted.HIT, Usage(1000, 200, 0))
    ai = figures(overview(Period.HOUR)).ai
    assert (ai.saved_usd, ai.spent_usd, ai.unpriced_requests) == (None, None, 1)


def test_without_redis_it_is_an_error(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CacheUnavailable):
        overview(Period.HOUR)
