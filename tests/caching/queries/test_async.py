"""Coroutine functions are cached as functions are, and share everything but the way of waiting."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from caching import CacheUnavailable, cache_db_query, cache_user_query, fresh, near, stats
from caching.stats import Outcome
from platform_app.models import Scenario, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["near", "network"], autouse=True)
def near_and_network(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.CACHING = settings.CACHING | {"NEAR_CACHE": request.param == "near"}
    return str(request.param)


@cache_user_query("test_async_name")
async def name_of(user_id: int) -> str:
    return (await User.objects.aget(pk=user_id)).name


@cache_db_query("test_async_titles")
async def titles(owner_id: int) -> list[dict[str, Any]]:
    return [
        row async for row in Scenario.objects.filter(owner_id=owner_id).order_by("pk").values("id", "title")
    ]


def test_the_second_call_asks_the_database_nothing(published_scenario: Scenario) -> None:
    async def twice() -> tuple[Any, Any, int]:
        async with fresh():
            first = await titles(published_scenario.owner_id)
            before = len(captured)
            await titles(published_scenario.owner_id)
            return first, await titles(owner_id=published_scenario.owner_id), len(captured) - before

    with CaptureQueriesContext(connection) as captured:
        first, second, queries = async_to_sync(twice)()
    assert first == second == [{"id": published_scenario.pk, "title": published_scenario.title}]
    assert queries == 0


def test_it_is_never_stale() -> None:
    user = UserFactory.create()

    async def changed(name: str) -> list[str]:
        await User.objects.filter(pk=user.pk).aupdate(name=name)
        return [await name_of(user.pk) for _ in range(3)]

    for name in ("One", "Two", "Three"):
        assert async_to_sync(changed)(name) == [name] * 3


def test_a_coroutine_inside_a_transaction_sees_what_it_has_written() -> None:
    user = UserFactory.create(name="before")
    for _ in range(2):
        assert async_to_sync(name_of)(user.pk) == "before"
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(name="inside")
        assert async_to_sync(name_of)(user.pk) == "inside"
        transaction.set_rollback(True)
    assert async_to_sync(name_of)(user.pk) == "before"


def test_many_at_once_compute_once() -> None:
    user = UserFactory.create()
    began = 0

    @cache_db_query("test_async_slow")
    async def slow(user_id: int) -> str:
        nonlocal began
        began += 1
        name = (await User.objects.aget(pk=user_id)).name
        await asyncio.sleep(0.05)
        return name

    async def all_at_once() -> list[str]:
        return await asyncio.gather(*(slow(user.pk) for _ in range(50)))

    assert async_to_sync(all_at_once)() == [user.name] * 50
    assert began == 1


def test_statements_of_gathered_tasks_and_of_threads_count() -> None:
    user, other = UserFactory.create(name="a"), UserFactory.create(name="b")

    @cache_db_query("test_async_gathered")
    async def both() -> list[str]:
        one, two = await asyncio.gather(
            User.objects.aget(pk=user.pk), sync_to_async(lambda: User.objects.get(pk=other.pk))()
        )
        return [one.name, two.name]

    for expected in (["a", "b"], ["a", "c"], ["d", "c"]):
        User.objects.filter(pk=user.pk).update(name=expected[0])
        User.objects.filter(pk=other.pk).update(name=expected[1])
        assert async_to_sync(both)() == expected
        assert async_to_sync(both)() == expected


def test_an_error_reaches_everybody_who_waited() -> None:
    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(name_of(404) for _ in range(10)), return_exceptions=True)

    errors = async_to_sync(all_at_once)()
    assert {type(error) for error in errors} == {User.DoesNotExist}


def test_a_near_hit_needs_no_thread(near_and_network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory.create()

    async def hits() -> int:
        async with fresh():
            await name_of(user.pk)
            await name_of(user.pk)
            monkeypatch.setattr(asyncio, "to_thread", None)
            for _ in range(5):
                await name_of(user.pk)
        return stats.count("query:test_async_name", Outcome.NEAR)

    if near_and_network == "near":
        assert async_to_sync(hits)() >= 5
    else:
        assert near.position() is None


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_it_is_an_error() -> None:
    with pytest.raises(CacheUnavailable):
        async_to_sync(name_of)(1)
