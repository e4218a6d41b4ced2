"""What a miss asks Redis: the lease, the entry once more, and the stamps that this process does not know already."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import redis
from pytest_django import Settings

from caching import cache_db_query, codec, entries, fresh, keys, near, stats
from caching.entries import Entry
from caching.near import copies
from caching.queries import computation
from caching.stats import Outcome
from platform_app.models import Persona, Scenario
from tests.caching.patience import await_posted

pytestmark = pytest.mark.django_db(transaction=True)
Births = Callable[[], list[set[str]]]


@cache_db_query("test_names")
def names(scenario_id: int) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).values_list("name", flat=True))


@cache_db_query("test_roles")
def roles(scenario_id: int, number: int = 0) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).values_list("role", flat=True))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Births:
    """The tags whose stamps were asked for with a lease, by miss."""
    seen: list[set[str]] = []
    births = computation.Births

    def counting(asked_for: Any) -> Any:
        seen.append({name.rpartition(":")[2] for name in asked_for})
        return births(asked_for)

    monkeypatch.setattr(computation, "Births", counting)
    return lambda: seen


def settle(scenario_id: int) -> None:
    """Until a copy is near, and the births of its tags were heard."""
    for _ in range(3):
        with fresh():
            names(scenario_id)


def test_the_next_miss_does_not_ask_for_stamps_that_are_known_near(
    published_scenario: Scenario, asked: Births
) -> None:
    settle(published_scenario.pk)
    roles(published_scenario.pk, 1)
    asked().clear()
    with fresh():
        assert roles(published_scenario.pk, 2) == roles(published_scenario.pk, 1)
    assert asked() == [{"test_roles"}]


def test_where_all_are_known_near_only_the_entry_comes_with_the_lease(
    published_scenario: Scenario, asked: Births
) -> None:
    for _ in range(3):
        with fresh():
            roles(published_scenario.pk, 1)
    asked().clear()
    with fresh():
        assert roles(published_scenario.pk, 2) == roles(published_scenario.pk, 1)
        assert roles(published_scenario.pk, 2) == roles(published_scenario.pk, 1)
    assert asked() == [set()]
    assert stats.count("query:test_roles", Outcome.COMPUTED) == 2


def test_without_a_near_cache_all_of_them_come_with_the_lease(
    published_scenario: Scenario, asked: Births, settings: Settings
) -> None:
    settings.CACHING = settings.CACHING | {"NEAR_CACHE": False}
    settle(published_scenario.pk)
    roles(published_scenario.pk, 1)
    asked().clear()
    roles(published_scenario.pk, 2)
    (with_lease,) = asked()
    assert with_lease >= {"test_roles", f"scenario_id={published_scenario.pk}", "bulk", "queries"}


def test_a_stamp_that_has_changed_is_not_known_any_more(published_scenario: Scenario, asked: Births) -> None:
    settle(published_scenario.pk)
    roles(published_scenario.pk, 1)
    Persona.objects.create(scenario=published_scenario, name="New", role="Somebody new", position=99)
    asked().clear()
    with fresh():
        assert "Somebody new" in roles(published_scenario.pk, 2)
        assert "Somebody new" in roles(published_scenario.pk, 2)
    assert f"scenario_id={published_scenario.pk}" in asked()[0]
    assert stats.count("query:test_roles", Outcome.COMPUTED) == 2, "it was stored under stamps that hold"


def test_after_a_write_the_old_entry_is_looked_at_once(
    published_scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes with the lease once more, and is no newer than before."""
    for _ in range(3):
        with fresh():
            names(published_scenario.pk), roles(published_scenario.pk)
    Persona.objects.create(scenario=published_scenario, name="New", role="Somebody new", position=99)
    looks: list[object] = []
    gather = entries.wire.gather
    monkeypatch.setattr(entries.wire, "gather", lambda what: (looks.append(what), gather(what))[1])
    with fresh():
        assert "Somebody new" in roles(published_scenario.pk)
    assert len(looks) == 1


def test_an_entry_newer_than_what_is_known_near_is_found_and_not_computed_again(
    published_scenario: Scenario, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    """Somebody else has changed a row and stored the new result since this scope began."""
    settle(published_scenario.pk)
    roles(published_scenario.pk)
    await_posted()
    (key,) = (
        each.decode() for each in redis_server.scan_iter(match=f"{redis_key_prefix}db_query:test_roles:*")
    )
    with fresh():
        assert names(published_scenario.pk)
        assert stats.count("query:test_names", Outcome.NEAR) > 0
        changed = change_a_tag_and_store_under_it(redis_server, redis_key_prefix, key)
        assert near.stamps([changed]), "its push has not been applied"
        entries._questions.clear()
        roles(published_scenario.pk)
    assert stats.count("query:test_roles", Outcome.COMPUTED) == 1
    assert stats.count("query:test_roles", Outcome.HIT) == 1


def change_a_tag_and_store_under_it(server: redis.Redis, prefix: str, key: str) -> str:
    entry = codec.decode(entries._CODEC, server.get(key))  # type: ignore[arg-type]
    place, name = next(each for each in enumerate(entry.tags) if each[1].endswith(":bulk"))
    stamp = entry.stamps[place][:-4] + b"beef"
    server.set(keys.tag(prefix, name), stamp, ex=600)
    stamps = (*entry.stamps[:place], stamp, *entry.stamps[place + 1 :])
    newer: Entry = msgspec.structs.replace(entry, stamps=stamps)
    server.set(key, codec.encode(entries._CODEC, newer), ex=600)
    return name


def test_copies_tell_no_stamps_while_they_are_closed(published_scenario: Scenario) -> None:
    settle(published_scenario.pk)
    (entry,) = copies.cache._entries.values()
    assert near.stamps(entry.tags) == dict(zip(entry.tags, entry.stamps, strict=True))
    copies.cache.close()
    assert near.stamps(entry.tags) == {}
