"""The database has what Redis has, once, whoever copies it and how often, and keeps it when Redis loses it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import redis
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from caching import keys
from caching.ai import ledger
from caching.ai.ledger import days
from caching.ai.ledger.accounts import Counts, Outcome
from caching.models import AILedgerLine
from tests.caching.ai.ledger.conftest import TODAY

Post = Callable[..., None]

pytestmark = pytest.mark.django_db(transaction=True)


def stored(day: date = TODAY) -> Counts:
    return sum(days.in_database(day, day).values(), Counts())


def lose_redis(server: redis.Redis, prefix: str) -> None:
    server.unlink(keys.ai_sheet(prefix, TODAY))


def test_a_line_for_each_account(post: Post) -> None:
    post(Outcome.HIT, times=2)
    post(Outcome.FRESH)
    post(Outcome.FRESH, operation="goal_check")
    ledger.flush()
    assert days.persist() == 2
    line = AILedgerLine.objects.get(operation="persona_reply")
    assert (line.day, line.model, line.scenario) == (TODAY, "gpt-5-mini", "12")
    assert (line.hit_requests, line.fresh_requests) == (2, 1)
    assert (line.saved_input_tokens, line.saved_output_tokens) == (2000, 400)
    assert (line.spent_input_tokens, line.spent_cached_input_tokens) == (1000, 400)


def test_copying_again_changes_nothing_and_writes_nothing(
    post: Post, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post(Outcome.HIT)
    ledger.flush()
    assert days.persist() == 1
    with django_assert_num_queries(1):
        assert days.persist() == 0
    assert stored().hit_requests == 1


def test_a_line_grows(post: Post) -> None:
    for hits in (1, 2, 3):
        post(Outcome.HIT)
        ledger.flush()
        days.persist()
        assert stored().hit_requests == hits
    assert AILedgerLine.objects.count() == 1


def test_finished_days_are_copied_as_well(post: Post, clock: Callable[[datetime], None]) -> None:
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    for back in (39, 1, 0):
        clock(noon - timedelta(days=back))
        post(Outcome.HIT)
    ledger.flush()
    assert days.persist() == 3
    assert stored(TODAY - timedelta(days=39)).hit_requests == 1


def test_what_redis_loses_stays_and_what_comes_after_it_is_added(
    post: Post, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    post(Outcome.HIT, times=5)
    ledger.flush()
    days.persist()
    lose_redis(redis_server, redis_key_prefix)
    days.persist()
    assert stored().hit_requests == 5
    post(Outcome.HIT, times=2)
    ledger.flush()
    days.persist()
    assert stored().hit_requests == 7


def test_an_older_state_lowers_nothing(post: Post) -> None:
    post(Outcome.HIT)
    ledger.flush()
    older = days.in_redis([TODAY])
    post(Outcome.HIT)
    ledger.flush()
    days.persist()
    assert days._copy(older) == 0
    assert stored().hit_requests == 2


def test_many_who_copy_at_once_copy_it_once(post: Post) -> None:
    for scenario in range(20):
        post(Outcome.HIT, scopes=(f"scenario:{scenario}",))
    ledger.flush()
    start = threading.Barrier(4)

    def persist(_: int) -> None:
        start.wait(30)
        try:
            days.persist()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(persist, range(4)))
    assert stored().hit_requests == 20
    assert AILedgerLine.objects.count() == 20
