"""The sums are right, wherever the lines lie at the moment: in this process, in Redis, in the database, or in all three."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis

from caching import keys
from caching.ai import ledger
from caching.ai.ledger import days
from caching.ai.ledger.accounts import Outcome
from caching.ai.ledger.report import MOST_DAYS, ledger_report
from caching.errors import CacheUnavailable
from tests.caching.ai.ledger.conftest import TODAY

Post = Callable[..., None]
Clock = Callable[[datetime], None]

pytestmark = pytest.mark.django_db


@pytest.fixture
def class_of_students(post: Post) -> None:
    """Of ten questions three were paid for."""
    post(Outcome.FRESH, times=2)
    post(Outcome.UNKEPT)
    post(Outcome.HIT, times=3)
    post(Outcome.NEAR, times=2)
    post(Outcome.JOINED)
    post(Outcome.STALE)


@pytest.mark.usefixtures("class_of_students")
def test_the_total_has_everything_once() -> None:
    total = ledger_report().total
    assert (total.requests, total.hits, total.hit_ratio) == (10, 7, 0.7)
    assert (total.near_hits, total.redis_hits, total.joined, total.stale) == (2, 3, 1, 1)
    assert (total.fresh, total.unkept, total.failed) == (2, 1, 0)
    assert total.fresh_tokens == 3 * (1000 - 400 + 200)
    assert total.provider_cached_tokens == 3 * 400
    assert total.saved_tokens == 7 * 1200
    one = (600 * Decimal("0.25") + 400 * Decimal("0.025") + 200 * 2) / 1_000_000
    assert (total.spent_usd, total.saved_usd) == (3 * one, 7 * one)
    assert total.provider_saved_usd == Decimal("0.00027")
    assert total.unpriced_requests == 0


@pytest.mark.usefixtures("class_of_students")
def test_copying_to_the_database_changes_no_sum(
    post: Post, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    before = ledger_report()
    days.persist()
    assert ledger_report() == before
    redis_server.unlink(keys.ai_sheet(redis_key_prefix, TODAY))
    assert ledger_report() == before
    post(Outcome.HIT)
    after = ledger_report()
    assert after.total.requests == 11
    days.persist()
    assert ledger_report() == after


def test_groups_and_their_order(post: Post) -> None:
    post(Outcome.HIT, operation="goal_check", scopes=())
    post(Outcome.HIT, times=2)
    post(Outcome.FRESH, model="gpt-5")
    shown = ledger_report()
    assert [(sums.name, sums.requests) for sums in shown.by_operation] == [
        ("persona_reply", 3),
        ("goal_check", 1),
    ]
    assert [(sums.name, sums.requests) for sums in shown.by_model] == [("gpt-5-mini", 3), ("gpt-5", 1)]
    assert [(sums.name, sums.requests) for sums in shown.by_scenario] == [("12", 3), ("", 1)]
    assert [(sums.name, sums.requests) for sums in shown.by_day] == [("2026-03-14", 4)]


def test_only_the_days_asked_for(post: Post, clock: Clock) -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    for back in (30, 29, 1, 0):
        clock(noon - timedelta(days=back))
        post(Outcome.HIT)
    assert ledger_report(1).total.requests == 1
    assert ledger_report(2).total.requests == 2
    month = ledger_report(30)
    assert month.total.requests == 3
    assert (month.first_day, month.last_day) == (date(2026, 2, 13), TODAY)
    assert [sums.name for sums in month.by_day] == ["2026-02-13", "2026-03-13", "2026-03-14"]


def test_days_that_redis_has_forgotten_count_as_well(
    post: Post, clock: Clock, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    clock(datetime(2026, 1, 1, tzinfo=UTC))
    post(Outcome.HIT)
    ledger.flush()
    days.persist()
    redis_server.unlink(keys.ai_sheet(redis_key_prefix, date(2026, 1, 1)))
    clock(datetime(2026, 3, 14, tzinfo=UTC))
    assert ledger_report(30).total.requests == 0
    assert ledger_report(90).total.requests == 1


class TestMoney:
    def test_of_an_unknown_model_is_none(self, post: Post) -> None:
        post(Outcome.FRESH, model="smollm2")
        shown = ledger_report()
        assert (shown.total.spent_usd, shown.total.saved_usd) == (None, None)
        assert shown.total.unpriced_requests == 1
        assert shown.unpriced_models == ("smollm2",)

    def test_beside_a_known_one_is_that_of_the_known(self, post: Post) -> None:
        post(Outcome.FRESH, model="smollm2")
        post(Outcome.FRESH)
        total = ledger_report().total
        assert total.spent_usd == Decimal("0.00056")
        assert total.unpriced_requests == 1

    def test_a_corrected_price_corrects_the_past(self, post: Post, settings: Any) -> None:
        post(Outcome.FRESH)
        ledger.flush()
        days.persist()
        settings.CACHING = settings.CACHING | {"AI_PRICES": {"gpt-5-mini": {"input_usd": 1000}}}
        assert ledger_report().total.spent_usd == 1

    def test_of_no_request_is_nothing(self) -> None:
        total = ledger_report().total
        assert (total.spent_usd, total.saved_usd, total.hit_ratio) == (0, 0, None)


@pytest.mark.parametrize("number", [0, -1, MOST_DAYS + 1])
def test_no_such_number_of_days(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 3660 days"):
        ledger_report(number)


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_it_says_so(post: Post) -> None:
    post(Outcome.HIT)
    with pytest.raises(CacheUnavailable):
        ledger_report()
