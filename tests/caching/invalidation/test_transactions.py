"""What a transaction costs in round trips, what a rollback leaves behind, and what its own reads are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
import redis
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction

from caching import pending
from caching.connection.link import Command, Link
from caching.connection.urls import Address
from platform_app.models import Message, Persona, Scene, User
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.witness import Witness, any_of, bulk_of, row_of
from tests.factories import UserFactory


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch, world: World) -> Callable[[], int]:
    """`round_trips()`: how often this process has spoken to Redis since it was asked last. The nodes of a cluster are
    spoken to at once."""
    sent: Counter[Address] = Counter()
    send = Link.send

    def count(self: Link, commands: Sequence[Command]) -> None:
        sent[self.address] += 1
        send(self, commands)

    rename(world)  # connects, and loads the scripts
    monkeypatch.setattr(Link, "send", count)

    def since() -> int:
        number = max(sent.values(), default=0)
        sent.clear()
        return number

    return since


def rename(world: World) -> None:
    world.mine.personas[0].name += "!"
    world.mine.personas[0].save()


Servers = tuple[redis.Redis, ...]


def commands(servers: Servers) -> int:
    """All that the servers have done, but for this question and what they tell one another."""
    return sum(
        stat["calls"]
        for server in servers
        for name, stat in server.info("commandstats").items()
        if name not in {"cmdstat_info", "cmdstat_ping", "cmdstat_publish", "cmdstat_replconf"}
    )


def test_an_update_in_autocommit_makes_two_round_trips(world: World, round_trips: Callable[[], int]) -> None:
    Persona.objects.filter(pk=world.mine.personas[0].pk).update(name="Renamed")
    assert round_trips() == 2


def test_a_save_in_autocommit_makes_two_round_trips(world: World, round_trips: Callable[[], int]) -> None:
    rename(world)
    assert round_trips() == 2


def test_a_transaction_makes_two_round_trips_however_much_it_writes(
    world: World, round_trips: Callable[[], int]
) -> None:
    with transaction.atomic():
        rename(world)
        Scene.objects.update(title="Another")
        world.mine.scene.delete()
        assert round_trips() == 0
    assert round_trips() == 2


def test_reading_makes_no_round_trip(world: World, round_trips: Callable[[], int]) -> None:
    with transaction.atomic():
        list(Persona.objects.select_related("scenario"))
    Persona.objects.count()
    assert round_trips() == 0


def test_a_rollback_sends_nothing_to_redis(world: World, redis_servers: Servers) -> None:
    before = commands(redis_servers)
    with transaction.atomic():
        rename(world)
        Scene.objects.all().delete()
        transaction.set_rollback(True)
    assert commands(redis_servers) == before


def test_a_connection_that_closes_within_a_transaction_sends_nothing(
    world: World, redis_servers: Servers
) -> None:
    before = commands(redis_servers)
    with transaction.atomic():
        rename(world)
        connection.close()
    assert pending.thread.transactions == 0
    assert commands(redis_servers) == before
    assert Persona.objects.get(pk=world.mine.personas[0].pk).name != world.mine.personas[0].name


def test_a_constraint_that_fails_in_autocommit_leaves_no_mark(world: World) -> None:
    before = Witness()
    twin = Persona(scenario=world.mine.scenario, name=world.mine.personas[0].name)
    with pytest.raises(Exception, match=r"(?i)unique"):
        twin.save()
    assert before.busy() == set()


def test_an_open_transaction_tells_its_thread_what_it_has_written(world: World) -> None:
    assert pending.thread.transactions == 0
    with transaction.atomic():
        assert pending.thread.transactions == 0
        rename(world)
        assert pending.thread.transactions == 1
        assert row_of(Persona, "id", world.mine.personas[0].pk) in pending.written()
        with transaction.atomic():
            User.objects.update(name="Nobody")
        assert pending.thread.transactions == 1
        assert any_of(User) in pending.written()
    assert pending.thread.transactions == 0
    assert pending.written() == set()


def test_what_one_thread_has_written_is_not_pending_in_another(world: World) -> None:
    seen: list[int] = []
    with transaction.atomic():
        rename(world)
        other = threading.Thread(target=lambda: seen.append(pending.thread.transactions))
        other.start()
        other.join()
    assert seen == [0]


def test_a_coroutine_inside_a_transaction_knows_what_it_has_written(world: World) -> None:
    async def look() -> set[str]:
        return set(pending.context_written())

    with transaction.atomic():
        assert any_of(Persona) not in async_to_sync(look)()
        rename(world)
        assert any_of(Persona) in async_to_sync(look)()
    assert async_to_sync(look)() == set()


def test_a_coroutine_knows_what_it_wrote_in_a_thread_within_the_transaction(world: World) -> None:
    async def write_and_look() -> set[str]:
        await sync_to_async(rename)(world)
        return set(pending.context_written())

    with transaction.atomic():
        assert any_of(Persona) in async_to_sync(write_and_look)()
    assert pending.context_written() == set()


def test_two_databases_are_pending_side_by_side() -> None:
    first, second = pending.begin(frozenset({"a:t:any"})), pending.begin(frozenset({"b:t:any"}))
    assert pending.thread.transactions == 2
    pending.end(first)
    assert pending.written() == {"b:t:any"}
    pending.end(second)
    assert pending.thread.transactions == 0


def test_a_transaction_that_ends_on_another_thread_is_noticed() -> None:
    transaction_of_this_thread = pending.begin(frozenset({"a:t:any"}))
    other = threading.Thread(target=pending.end, args=[transaction_of_this_thread])
    other.start()
    other.join()
    assert pending.written() == set()
    assert pending.thread.transactions == 0


def test_a_transaction_with_very_many_rows_invalidates_the_table(world: World) -> None:
    before = Witness()
    with transaction.atomic():
        for n in range(600):
            Persona(scenario=world.mine.scenario, name=f"N{n}", pk=10_000 + n).save(force_insert=True)
        assert len(connection.writes.uncommitted) < 600
    assert {any_of(Persona), bulk_of(Persona)} <= before.renewed()


def test_everything_works_with_a_debug_cursor(world: World) -> None:
    connection.force_debug_cursor = True
    try:
        before = Witness()
        rename(world)
        Message.objects.filter(simulation=world.mine.simulation).delete()
        UserFactory.create()
        assert before.missed() == []
    finally:
        connection.force_debug_cursor = False
