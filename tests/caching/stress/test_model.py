"""Reads, writes, transactions, savepoints and evictions in any order, compared after each step with plain dicts.

Two actors, each with a database connection of its own: what one of them has not committed, the other one must not see.
"""

import queue
import threading
import zlib
from collections import ChainMap, Counter
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import redis
from django.db import connection, transaction
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings

from caching import stats
from caching.stats import Outcome
from platform_app.models import Persona, Scenario, User
from tests.caching.stress.arena import SCALE
from tests.caching.stress.steps import see, write_persona, write_scenario

T = TypeVar("T")
ACTORS = st.integers(0, 1)
LEVELS = st.integers(0, 9)
# Even ones are written by actor 0, odd ones by actor 1.
SCENARIOS = st.integers(1, 4)
PERSONAS = st.integers(1, 8)


class Actor:
    """A thread that does one thing after another on its own database connection."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
        connection.close()

    def do(self, deed: Callable[[], T]) -> T:
        results: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def task() -> None:
            try:
                results.put((deed(), None))
            except BaseException as error:  # raised again where it was asked for
                results.put((None, error))

        self._tasks.put(task)
        result, error = results.get(timeout=60)
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    def end(self) -> None:
        self._tasks.put(None)
        self._thread.join(timeout=60)


class RollBack(Exception):
    pass


Rows = dict[tuple[str, int], Any]
"""("scenario", key) to its title, ("persona", key) to its scenario and level; None when it is absent."""


class Model:
    """The committed rows, and for each actor what each of its open atomic blocks has changed."""

    def __init__(self) -> None:
        self.committed: Rows = {}
        self.blocks: tuple[list[Rows], list[Rows]] = ([], [])

    def seen_by(self, actor: int) -> dict[tuple[str, int], Any]:
        rows = ChainMap(*reversed(self.blocks[actor]), self.committed)
        return {key: value for key, value in rows.items() if value is not None}

    def set(self, actor: int, key: tuple[str, int], value: Any) -> None:
        (self.blocks[actor] or [self.committed])[-1][key] = value

    def leave_block(self, actor: int, *, keep: bool) -> None:
        changed = self.blocks[actor].pop()
        if keep:
            (self.blocks[actor] or [self.committed])[-1].update(changed)


class CacheAgainstModel(RuleBasedStateMachine):
    settings: Settings
    server: redis.Redis
    owner: User

    @initialize()
    def begin(self) -> None:
        Scenario.objects.all().delete()
        self.evict_everything()
        self.switch_near_cache(on=True)
        self.steps = 0
        self.model = Model()
        self.actors = (Actor(), Actor())
        self.atomics: tuple[list[transaction.Atomic], list[transaction.Atomic]] = ([], [])
        self.look_past_the_cache()

    def look_past_the_cache(self) -> None:
        """What is cached is written in a transaction, read in it, and taken back: chance does not do so in every run."""
        self.both_see_what_they_should()
        self.enter_atomic(actor=0)
        self.write_scenario(actor=0, half=1, level=1, how="save")
        self.both_see_what_they_should()
        self.leave_atomic(actor=0, keep=False)

    def teardown(self) -> None:
        for number, actor in enumerate(self.actors):
            while self.atomics[number]:
                self._leave(number, keep=False)
            actor.end()

    # --- Reading ----------------------------------------------------------------------------------------------------

    @rule(actor=ACTORS, scenario=SCENARIOS, persona=PERSONAS, in_scope=st.booleans())
    def read(self, actor: int, scenario: int, persona: int, in_scope: bool) -> None:
        expected = self._expected(actor, scenario, persona)
        seen = self.actors[actor].do(lambda: see(scenario, persona, in_scope=in_scope))
        assert seen == expected

    @invariant()
    def both_see_what_they_should(self) -> None:
        """After every step, so that what the next one changes has been cached before."""
        self.steps += 1
        for actor in range(2):
            self.read(actor, self.steps % 2 + 1, self.steps % 3 + 1, in_scope=True)

    def _expected(self, actor: int, scenario: int, persona: int) -> dict[str, Any]:
        rows = self.model.seen_by(actor)
        all_titles = sorted((pk, value) for (kind, pk), value in rows.items() if kind == "scenario")
        inside = sorted(
            (pk, v[1]) for (kind, pk), v in rows.items() if kind == "persona" and v[0] == scenario
        )
        found = rows.get(("persona", persona))
        own_title = rows.get(("scenario", scenario))
        return {
            "titles": all_titles,
            "title": own_title,
            "personas": inside,
            "count": len(inside),
            "exists": found is not None,
            "joined": found and (found[1], rows["scenario", found[0]]),
            "nested": (own_title, len(inside), inside),
        }

    # --- Transactions -------------------------------------------------------------------------------------------------

    @rule(actor=ACTORS)
    def enter_atomic(self, actor: int) -> None:
        if self._may_write(actor) and len(self.atomics[actor]) < 3:
            atomic = transaction.atomic()
            self.actors[actor].do(atomic.__enter__)
            self.atomics[actor].append(atomic)
            self.model.blocks[actor].append({})

    @rule(actor=ACTORS, keep=st.booleans())
    def leave_atomic(self, actor: int, keep: bool) -> None:
        if self.atomics[actor]:
            self._leave(actor, keep=keep)

    def _leave(self, actor: int, *, keep: bool) -> None:
        atomic = self.atomics[actor].pop()
        error = None if keep else RollBack()
        self.actors[actor].do(lambda: atomic.__exit__(error and RollBack, error, None))
        self.model.leave_block(actor, keep=keep)

    def _may_write(self, actor: int) -> bool:
        """SQLite has one writer at a time: another one would wait."""
        return connection.vendor != "sqlite" or not self.atomics[1 - actor]

    # --- Writing ------------------------------------------------------------------------------------------------------

    @rule(
        actor=ACTORS,
        half=st.integers(1, 2),
        level=LEVELS,
        how=st.sampled_from(["save", "update", "raw", "bulk"]),
    )
    def write_scenario(self, actor: int, half: int, level: int, how: str) -> None:
        pk, text = 2 * half - actor, f"Title {level}"
        if self._may_write(actor):
            is_new = ("scenario", pk) not in self.model.seen_by(actor)
            self.actors[actor].do(
                lambda: write_scenario(self.owner.pk, pk, text, "create" if is_new else how)
            )
            self.model.set(actor, ("scenario", pk), text)

    @rule(
        actor=ACTORS,
        half=st.integers(1, 4),
        to=st.integers(1, 2),
        level=LEVELS,
        how=st.sampled_from(["save", "update", "raw", "bulk", "expression"]),
    )
    def write_persona(self, actor: int, half: int, to: int, level: int, how: str) -> None:
        """Made, changed, or moved from one scenario to another."""
        pk, scenario = 2 * half - actor, 2 * to - actor
        rows = self.model.seen_by(actor)
        if self._may_write(actor) and ("scenario", scenario) in rows:
            is_new = ("persona", pk) not in rows
            self.actors[actor].do(lambda: write_persona(pk, scenario, level, "create" if is_new else how))
            self.model.set(actor, ("persona", pk), (scenario, level))

    @rule(actor=ACTORS, half=st.integers(1, 4), by_query=st.booleans())
    def delete_persona(self, actor: int, half: int, by_query: bool) -> None:
        pk = 2 * half - actor
        if self._may_write(actor) and ("persona", pk) in self.model.seen_by(actor):
            found = Persona.objects.filter(pk=pk)
            self.actors[actor].do(found.delete if by_query else lambda: found.get().delete())
            self.model.set(actor, ("persona", pk), None)

    @rule(actor=ACTORS, half=st.integers(1, 2))
    def delete_scenario_with_its_personas(self, actor: int, half: int) -> None:
        pk, rows = 2 * half - actor, self.model.seen_by(actor)
        if self._may_write(actor) and ("scenario", pk) in rows:
            self.actors[actor].do(lambda: Scenario.objects.get(pk=pk).delete())
            self.model.set(actor, ("scenario", pk), None)
            for (kind, persona), value in rows.items():
                if kind == "persona" and value[0] == pk:
                    self.model.set(actor, (kind, persona), None)

    # --- The cache ----------------------------------------------------------------------------------------------------

    @rule(family=st.sampled_from(["tag:", "db_query:", "flight:", ""]), part=st.integers(0, 3))
    def evict(self, family: str, part: int) -> None:
        """A quarter of the keys, always the same one."""
        prefix = self.settings.REDIS_KEY_PREFIX
        for key in self._keys(family):
            if zlib.crc32(key.removeprefix(prefix.encode())) % 4 == part:
                self.server.unlink(key)

    @rule()
    def evict_everything(self) -> None:
        for key in self._keys(""):
            self.server.unlink(key)

    def _keys(self, family: str) -> list[bytes]:
        return list(self.server.scan_iter(match=f"{self.settings.REDIS_KEY_PREFIX}{family}*", count=1000))

    @rule(on=st.booleans())
    def switch_near_cache(self, on: bool) -> None:
        self.settings.CACHING = {**self.settings.CACHING, "NEAR_CACHE": on}


@pytest.fixture
def machine(professor: User, settings: Settings, redis_server: redis.Redis) -> type[CacheAgainstModel]:
    attributes = {"settings": settings, "server": redis_server, "owner": professor}
    return type("CacheAgainstModel", (CacheAgainstModel,), attributes)


@pytest.mark.django_db(transaction=True)
def test_every_reading_is_what_a_plain_dict_says(machine: type[CacheAgainstModel]) -> None:
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=15 * SCALE, stateful_step_count=25, deadline=None, suppress_health_check=[]
        ),
    )
    answers: Counter[str] = Counter()
    for (_, outcome), times in stats.total().items():
        answers[outcome] += times
    # Else the readings would not have come from the cache.
    assert min(answers[outcome] for outcome in (Outcome.NEAR, Outcome.HIT, Outcome.BYPASS)) > 0, answers
