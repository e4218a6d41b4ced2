"""What an operator invalidates is exactly that: the other users keep their results, their answers and their sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

import pytest
import redis
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from caching import ai_cache_service, stats
from caching.stats import Outcome
from platform_app.models import Scenario, Simulation, User
from platform_app.progress.selectors import played_page
from platform_app.scenarios.selectors import has_begun, scenario_with_parts
from sessions_ext import session_manager
from tests.devices import CHROME, FIREFOX, is_in, signed_in
from tests.factories import SimulationFactory, UserFactory, make_scenario

HIT = {Outcome.HIT, Outcome.NEAR}


@dataclass(frozen=True)
class Person:
    """A student with a scenario that she plays, in two browsers, with an agent who remembers her."""

    user: User
    simulation: Simulation
    browsers: tuple[Client, Client]
    agent_session: str

    @property
    def scenario(self) -> Scenario:
        return self.simulation.scenario

    def progress(self) -> object:
        return played_page(self.user.pk)

    def has_begun(self) -> bool:
        return has_begun(self.user.pk, self.scenario.pk)

    def answer(self) -> object:
        return ai_cache_service.get_cached_openai_response(
            operation="persona_reply", input_data="What worries you?", model="m", user_id=self.user.pk
        )


@pytest.fixture(autouse=True)
def _committing(transactional_db: None) -> None:
    """Results are kept only outside of a transaction that wrote what they rest on."""


@pytest.fixture
def people() -> list[Person]:
    """Seven, whose cached values are all there and counted as hits."""
    found = [_person() for _ in range(7)]
    for person in found:
        keep(person)
        assert outcomes(person) == [True, True, True]
    return found


def _person() -> Person:
    user = UserFactory.create()
    simulation = SimulationFactory.create(student=user, scenario=make_scenario())
    agent = session_manager.create_agent_session_sync(
        user_progress_id=simulation.pk, agent_type="persona_agent", session_config={"temperature": 0.7}
    )
    session_manager.append_message_sync(agent, {"role": "user", "text": f"I am {user.name}."})
    return Person(user, simulation, (signed_in(user, FIREFOX), signed_in(user, CHROME)), agent)


def keep(person: Person) -> None:
    person.progress()
    person.has_begun()
    scenario_with_parts(person.scenario.pk)
    ai_cache_service.cache_openai_response(
        operation="persona_reply",
        input_data="What worries you?",
        response=f"{person.user.name}, the sales.",
        model="m",
        user_id=person.user.pk,
    )


def outcomes(person: Person) -> list[bool]:
    """Whether progress, what was begun, and the answer come from the cache."""
    return [
        is_hit("query:played", person.progress),
        is_hit("query:has_begun", person.has_begun),
        person.answer() == f"{person.user.name}, the sales.",
    ]


def is_hit(kind: str, read: Callable[..., object], *arguments: object) -> bool:
    before = stats.count(kind, *HIT)
    read(*arguments)
    return stats.count(kind, *HIT) == before + 1


def sessions_are_whole(person: Person) -> bool:
    agent = session_manager.get_agent_session_sync(person.agent_session)
    return (
        all(map(is_in, person.browsers))
        and agent is not None
        and [message["text"] for message in agent["messages"]] == [f"I am {person.user.name}."]
    )


Invalidate = Callable[[str, int], None]


@pytest.fixture(params=["API", "command", "admin"])
def invalidate(
    request: pytest.FixtureRequest,
    admin_user: User,
    api_for: Callable[[User], APIClient],
    client_for: Callable[[User], Client],
) -> Invalidate:
    """`invalidate("user", 7)`, each way in which operators do it."""

    def by_api(kind: str, pk: int) -> None:
        answer = api_for(admin_user).post(f"/api/cache/invalidate/{kind}/{pk}")
        assert answer.status_code == 200

    def by_command(kind: str, pk: int) -> None:
        call_command("cache_invalidate", f"--{kind}", str(pk), stdout=StringIO())

    def in_admin(kind: str, pk: int) -> None:
        action = {"action": "invalidate_cache", "_selected_action": [pk]}
        answer = client_for(admin_user).post(f"/admin/platform_app/{kind}/", action, follow=True)
        assert "Invalidated" in answer.text

    ways: dict[str, Invalidate] = {"API": by_api, "command": by_command, "admin": in_admin}
    return ways[request.param]


@pytest.fixture
def bytes_in_redis(redis_server: redis.Redis, redis_key_prefix: str) -> Callable[[str], dict[bytes, bytes]]:
    """`bytes_in_redis("db_query:*")`: what lies there."""

    def read(pattern: str) -> dict[bytes, bytes]:
        found = redis_server.scan_iter(match=f"{redis_key_prefix}{pattern}", count=1000)
        return {key: redis_server.dump(key) for key in found}

    return read


def test_user_7_is_invalidated_and_users_1_to_6_are_whole(
    people: list[Person], invalidate: Invalidate
) -> None:
    *others, seventh = people
    invalidate("user", seventh.user.pk)
    assert outcomes(seventh) == [False, False, False]
    assert [outcomes(person) for person in others] == [[True, True, True]] * 6
    assert all(map(sessions_are_whole, people))


def test_what_is_computed_anew_for_user_7_is_right_and_kept(
    people: list[Person], invalidate: Invalidate
) -> None:
    seventh = people[-1]
    before = seventh.progress()
    invalidate("user", seventh.user.pk)
    assert seventh.progress() == before
    keep(seventh)
    assert outcomes(seventh) == [True, True, True]


def test_scenarios_outlive_the_invalidation_of_who_plays_them(
    people: list[Person], invalidate: Invalidate
) -> None:
    invalidate("user", people[-1].user.pk)
    for person in people:
        assert is_hit("query:scenario", scenario_with_parts, person.scenario.pk)


def test_a_scenario_is_invalidated_and_the_other_ones_are_whole(
    people: list[Person], invalidate: Invalidate
) -> None:
    *others, seventh = people
    invalidate("scenario", seventh.scenario.pk)
    assert not is_hit("query:scenario", scenario_with_parts, seventh.scenario.pk)
    for person in others:
        assert is_hit("query:scenario", scenario_with_parts, person.scenario.pk)
        assert outcomes(person) == [True, True, True]
    assert all(map(sessions_are_whole, people))


def test_ids_that_only_begin_alike_are_different_people(invalidate: Invalidate) -> None:
    """User 7 is neither user 71 nor user 17."""
    seven, *relatives = [UserFactory.create(pk=pk).pk for pk in (900_007, 9_000_071, 1_900_007, 90_000)]
    for pk in relatives:
        played_page(pk)
    invalidate("user", seven)
    for pk in relatives:
        assert is_hit("query:played", played_page, pk)


def test_nothing_of_the_others_changes_in_redis(
    people: list[Person], invalidate: Invalidate, bytes_in_redis: Callable[[str], dict[bytes, bytes]]
) -> None:
    patterns = ("session*", "agent_session:*", "db_query:*", "ai_cache:*", "oauth:*")
    before = {pattern: bytes_in_redis(pattern) for pattern in patterns}
    invalidate("user", people[-1].user.pk)
    for pattern, kept in before.items():
        assert kept.items() <= bytes_in_redis(pattern).items()
