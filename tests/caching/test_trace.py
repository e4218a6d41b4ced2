"""Every decision of the cache is noted once in the trace of the work that asked for it, with the right reason."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from asgiref.sync import async_to_sync
from django.db import transaction

from caching import cache_db_query, db_cache_service, fresh, keys, policy, tags, trace
from caching.connection import wire
from caching.connection.wire import Command
from caching.near import copies, tracking
from caching.trace import Account, accounting
from platform_app.models import Persona, Scenario, User
from tests.caching.patience import await_posted
from tests.caching.tracing import closing, decided, only, traced

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "query:test_traced"


@cache_db_query("test_traced")
def titles(scenario_id: int) -> list[str]:
    return list(Scenario.objects.filter(pk=scenario_id).values_list("title", flat=True))


@cache_db_query("test_traced")
def nothing() -> int:
    return 7


@cache_db_query("test_outer")
def outer(scenario_id: int) -> list[str]:
    return titles(scenario_id)


@cache_db_query("test_async")
async def atitles(scenario_id: int) -> list[str]:
    return [each async for each in Scenario.objects.filter(pk=scenario_id).values_list("title", flat=True)]


@pytest.fixture
def kept(published_scenario: Scenario) -> int:
    """The scenario whose titles are in Redis, and in no copy of this process."""
    titles(published_scenario.pk)
    await_posted()
    copies.drop_all()
    return published_scenario.pk


def test_a_value_that_was_not_there_is_absent_and_computed(published_scenario: Scenario) -> None:
    with fresh(), traced() as noted:
        titles(published_scenario.pk)
    assert decided(noted, KIND) == [("absent", ""), ("computed", "")]
    absent, computed = only(noted, "absent"), only(noted, "computed")
    assert absent.key == computed.key != ""
    assert computed.took_us > 0 < absent.took_us
    assert computed.began_us >= absent.began_us


def test_a_hit_in_redis_and_then_near(kept: int) -> None:
    with fresh(), traced() as noted:
        titles(kept)
        titles(kept)
    assert decided(noted, KIND) == [("hit", ""), ("near", "")]
    assert only(noted, "near").key == only(noted, "hit").key
    assert noted.outcomes["near"] == noted.outcomes["hit"] == 1


def test_what_has_changed_is_named(kept: int) -> None:
    Scenario.objects.filter(pk=kept).update(title="Another")
    with fresh(), traced() as noted:
        titles(kept)
    (outdated, why), computed = decided(noted, KIND)
    assert (outdated, computed) == ("outdated", ("computed", ""))
    assert why.endswith(":platform_app_scenario:bulk")


def test_what_was_invalidated_by_hand_is_named(kept: int) -> None:
    db_cache_service.invalidate_query_cache("test_traced")
    with fresh(), traced() as noted:
        titles(kept)
    assert only(noted, "outdated").why == "query:test_traced"


def test_what_another_writer_is_about_to_change_is_named(kept: int) -> None:
    titles(kept)
    writer = tags.new_writer()
    tags.announce(writer, ["query:test_traced"])
    with fresh(), traced() as noted:
        titles(kept)
    tags.leave(writer, ["query:test_traced"])
    assert decided(noted, KIND) == [
        ("bypass", "query:test_traced"),
        ("computed", ""),
        ("unstored", "a writer is about to commit"),
    ]


def test_the_own_transaction_is_told_from_that_of_others(kept: int) -> None:
    with fresh(), traced() as noted, transaction.atomic():
        Scenario.objects.filter(pk=kept).update(title="Another")
        titles(kept)
    assert decided(noted, KIND) == [
        ("bypass", "this transaction has written it"),
        ("computed", ""),
        ("unstored", "this transaction has written what it reads"),
    ]


def test_what_cannot_be_read_is_no_hit(kept: int, redis_server: redis.Redis) -> None:
    with traced() as noted:
        titles(kept)
    redis_server.set(only(noted, "hit").key, b"garbage", ex=60)
    copies.drop_all()
    with fresh(), traced() as noted:
        titles(kept)
    assert [outcome for outcome, _ in decided(noted, KIND)] == ["undecodable", "computed"]


def test_why_a_result_is_not_kept() -> None:
    with fresh(), traced() as noted:
        nothing()
    assert decided(noted, KIND) == [
        ("absent", ""),
        ("computed", ""),
        ("unstored", "it read nothing from the database"),
    ]


def test_who_waits_for_another_is_told_so(published_scenario: Scenario) -> None:
    """The second caller arrives while the first one computes."""
    begun, go_on = threading.Event(), threading.Event()

    @cache_db_query("test_slow")
    def slow() -> int:
        begun.set()
        go_on.wait(30)
        return User.objects.count()

    def second() -> list[tuple[str, str]]:
        begun.wait(30)
        with fresh(), traced() as noted:
            threading.Timer(0.2, go_on.set).start()
            slow()
        return decided(noted, "query:test_slow")

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(closing(second))
        with fresh(), traced() as first:
            slow()
    assert [outcome for outcome, _ in decided(first, "query:test_slow")] == ["absent", "computed"]
    assert [outcome for outcome, _ in other.result()] == ["absent", "waited"]


def test_an_early_refresh_is_called_one(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "refresh_at", lambda *_: 0.0)
    with fresh(), traced() as noted:
        titles(kept)
    assert [outcome for outcome, _ in decided(noted, KIND)] == ["hit", "early", "computed"]


def test_what_a_computation_asks_for_stands_in_it(published_scenario: Scenario) -> None:
    with fresh(), traced() as noted:
        outer(published_scenario.pk)
    assert [(each.kind, each.outcome, each.depth) for each in noted.in_order() if "query" in each.kind] == [
        ("query:test_outer", "absent", 0),
        ("query:test_outer", "computed", 0),
        (KIND, "absent", 1),
        (KIND, "computed", 1),
    ]


def test_the_barrier_is_made_once_in_a_scope(kept: int) -> None:
    with fresh(), traced() as noted:
        for _ in range(3):
            titles(kept)
    assert [each.outcome for each in noted.in_order() if each.kind == "near_cache"] == ["barrier"]


def test_a_near_cache_that_is_off_is_said_to_be(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "barrier", lambda: False)
    with fresh(), traced() as noted:
        titles(kept)
    assert [each.outcome for each in noted.in_order() if each.kind == "near_cache"] == ["off"]


def test_what_is_written_is_announced_by_name(kept: int) -> None:
    with fresh(), traced() as noted:
        Scenario.objects.filter(pk=kept).update(title="Another")
    assert "platform_app_scenario:bulk" in only(noted, "announced").why


def test_values_kept_by_hand_are_traced() -> None:
    db_cache_service.cache_query_result("by_hand", [1])
    with traced() as noted:
        db_cache_service.get_cached_query_result("by_hand")
        db_cache_service.get_cached_query_result("by_hand", user_id=7)
    assert [outcome for outcome, _ in decided(noted, "query:by_hand")] == ["hit", "absent"]


def test_statements_round_trips_and_times_are_summed_up(published_scenario: Scenario) -> None:
    with fresh(), traced() as noted:
        titles(published_scenario.pk)
        Persona.objects.count()
    assert noted.statements == 2
    assert noted.round_trips >= 1
    assert noted.seconds[trace.CACHE] > 0
    assert noted.seconds[trace.DATABASE] > 0
    assert sum(noted.seconds.values()) <= noted.total_seconds()


def test_each_question_to_redis_is_one_round_trip(kept: int) -> None:
    with traced() as noted:
        wire.mget([keys.tag("", "a"), keys.tag("", "b")])
        wire.call([Command(("GET", keys.tag("", "a")))])  # type: ignore[operator]
    assert noted.round_trips == 2


def test_only_so_many_decisions_are_kept_and_the_others_counted(kept: int) -> None:
    with fresh(), traced(most=3) as noted:
        for _ in range(10):
            titles(kept)
    assert len(noted.decisions) == 3
    assert noted.more == 8  # of a barrier, a hit and nine near hits
    assert noted.outcomes["near"] == 9


def test_what_is_said_of_one_decision_is_bounded(published_scenario: Scenario) -> None:
    with traced() as noted:
        tags.announce(tags.new_writer(), [f"user:{number}" for number in range(1000)])
    assert len(only(noted, "announced").why) == 500


def test_threads_and_tasks_of_one_work_write_to_its_trace(published_scenario: Scenario) -> None:
    async def work() -> None:
        await atitles(published_scenario.pk)
        await asyncio.gather(*(asyncio.to_thread(closing(titles), published_scenario.pk) for _ in range(2)))

    with fresh(), traced() as noted:
        async_to_sync(work)()
    assert [outcome for outcome, _ in decided(noted, "query:test_async")] == ["absent", "computed"]
    assert noted.outcomes["computed"] == 2


def test_an_async_near_hit_is_traced(published_scenario: Scenario) -> None:
    async def work() -> None:
        for _ in range(3):
            await atitles(published_scenario.pk)

    with fresh(), traced() as noted:
        async_to_sync(work)()
    assert noted.outcomes["near"] == 1


def test_works_beside_one_another_do_not_mix(kept: int) -> None:
    """Each of them asks for something of its own, all at the same time."""
    start = threading.Barrier(4)

    def work(number: int) -> set[str]:
        start.wait(30)
        with fresh(), traced() as noted:
            for _ in range(20):
                db_cache_service.get_cached_query_result(f"mine_{number}")
        return {each.kind for each in noted.decisions}

    async def both() -> list[set[str]]:
        return await asyncio.gather(*(asyncio.to_thread(work, number) for number in range(4)))

    assert async_to_sync(both)() == [{f"query:mine_{number}"} for number in range(4)]


def test_nothing_is_noted_of_work_that_nobody_traces(kept: int) -> None:
    with traced() as noted, accounting(Account()):
        titles(kept)
    assert noted.decisions == []


def test_nobody_traces_when_the_last_one_has_ended(kept: int) -> None:
    assert trace.active == 0
    with traced(), traced():
        assert trace.active == 2
    assert trace.active == 0


def test_two_listeners_of_one_work_share_its_trace(kept: int) -> None:
    account = Account()
    timing = trace.begin(account, most=0)
    asked = trace.begin(account)
    assert timing is asked
    assert trace.active == 1
    with accounting(account):
        titles(kept)
    trace.end(account)
    assert account.trace is asked
    trace.end(account)
    assert (account.trace, trace.active) == (None, 0)
    assert asked.decisions


def test_an_account_counts_what_nobody_traces(kept: int) -> None:
    account = Account()
    with accounting(account), fresh():
        for _ in range(5):
            titles(kept)
        titles(kept + 1)
    assert account.near == 4
    assert account.outcomes == {"hit": 1, "absent": 1, "computed": 1}


def test_near_hits_outside_of_any_scope_are_counted_too(kept: int) -> None:
    account = Account()
    with accounting(account):
        titles(kept)
        titles(kept)
    assert (account.near, account.outcomes["hit"]) == (1, 1)


def test_a_function_carries_the_account_to_a_bare_thread(kept: int) -> None:
    account = Account()
    with accounting(account):
        carried: Callable[[int], list[str]] = trace.carried(titles)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(closing(carried), kept).result()
        assert pool.submit(trace.current).result() is None
    assert account.outcomes["hit"] == 1
