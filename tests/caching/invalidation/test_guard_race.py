"""A row is moved to another foreign key while somebody saves it as he had loaded it: the readers of both are told."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from django.db import connection

from caching import tags
from platform_app.models import Persona
from tests.caching.invalidation.conftest import World
from tests.caching.invalidation.witness import bulk_of, row_of

ROUNDS = 120


@dataclass(frozen=True)
class Stored:
    """What a reader would keep in the cache: the personas of one scenario, under the stamps from before reading."""

    scenario: int
    stamps: tags.Stamps
    personas: list[tuple[int, str]]

    def is_stale(self) -> bool:
        counts = tags.stamps(self.stamps.keys()) == self.stamps
        return counts and self.personas != personas_of(self.scenario)


def personas_of(scenario: int) -> list[tuple[int, str]]:
    return list(Persona.objects.filter(scenario_id=scenario).order_by("pk").values_list("pk", "name"))


def read(scenario: int) -> Stored | None:
    stamps = tags.stamps({row_of(Persona, "scenario_id", scenario), bulk_of(Persona)})
    busy = any(map(tags.is_busy, stamps.values()))
    return None if busy else Stored(scenario, stamps, personas_of(scenario))


class Mover(threading.Thread):
    """Moves the row, and reads both scenarios right afterwards, when told to."""

    def __init__(self, pk: int, scenarios: tuple[int, int]) -> None:
        super().__init__()
        self._pk = pk
        self._scenarios = scenarios
        self.go = threading.Barrier(2, timeout=20)
        self.done = threading.Barrier(2, timeout=20)
        self.stored: list[Stored] = []

    def run(self) -> None:
        for _ in range(ROUNDS):
            self.go.wait()
            (here,) = Persona.objects.filter(pk=self._pk).values_list("scenario_id", flat=True)
            (elsewhere,) = set(self._scenarios) - {here}
            Persona.objects.filter(pk=self._pk).update(scenario_id=elsewhere)
            self.stored = [found for found in map(read, self._scenarios) if found]
            self.done.wait()
        connection.close()


def test_a_row_that_was_moved_meanwhile_is_missed_by_no_reader(world: World) -> None:
    pk = world.mine.personas[0].pk
    mover = Mover(pk, (world.mine.scenario.pk, world.other.scenario.pk))
    mover.start()
    stale = 0
    for number in range(ROUNDS):
        loaded = Persona.objects.get(pk=pk)
        loaded.name = f"Round {number}"
        mover.go.wait()
        if number % 2:  # every other time the reader has certainly read in between
            mover.done.wait()
            loaded.save()
        else:
            loaded.save()
            mover.done.wait()
        stale += sum(stored.is_stale() for stored in mover.stored)
    mover.join(timeout=20)
    assert stale == 0
