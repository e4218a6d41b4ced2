"""After every kind of write, nobody is given what was true before it; and precise writes leave the others alone."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from platform_app.models import Message, Persona, Scenario, Scene, Simulation
from tests.caching.invalidation.conftest import Case, World
from tests.caching.invalidation.kinds import KINDS, Kind
from tests.caching.invalidation.witness import Witness, bulk_of, row_of

HERE = [kind for kind in KINDS if kind.only in ("", connection.vendor)]
THROUGH_ATOMIC = [kind for kind in HERE if not kind.alone]


def belonging_to(case: Case) -> set[str]:
    """What readers of this scenario's objects rest on."""
    scenario = case.scenario.pk
    return {
        row_of(Scenario, "id", scenario),
        row_of(Scene, "id", case.scene.pk),
        row_of(Scene, "scenario_id", scenario),
        row_of(Persona, "scenario_id", scenario),
        row_of(Simulation, "scenario_id", scenario),
        row_of(Simulation, "student_id", case.student.pk),
        row_of(Message, "simulation_id", case.simulation.pk),
        *(row_of(Persona, "id", persona.pk) for persona in case.personas),
    } | {bulk_of(model) for model in (Scenario, Scene, Scene.personas.through, Persona, Simulation, Message)}


def assert_told(before: Witness, world: World, *, precise: bool) -> None:
    assert before.changed_rows(), "this write should change something"
    assert before.missed() == []
    assert before.busy() == set()
    if precise:
        assert before.renewed().isdisjoint(belonging_to(world.other))


@pytest.mark.parametrize("kind", HERE, ids=lambda kind: kind.name)
def test_a_write_in_autocommit_is_told(world: World, kind: Kind) -> None:
    before = Witness()
    kind.write(world)
    assert_told(before, world, precise=kind.precise)


@pytest.mark.parametrize("kind", THROUGH_ATOMIC, ids=lambda kind: kind.name)
def test_a_write_in_a_transaction_is_told_at_its_commit(world: World, kind: Kind) -> None:
    before = Witness()
    with transaction.atomic():
        kind.write(world)
    assert_told(before, world, precise=kind.precise_in_transaction)


@pytest.mark.parametrize("kind", THROUGH_ATOMIC, ids=lambda kind: kind.name)
def test_a_write_that_is_rolled_back_is_told_to_nobody(world: World, kind: Kind) -> None:
    before = Witness()
    with transaction.atomic():
        kind.write(world)
        transaction.set_rollback(True)
    assert before.renewed() == set()
    assert before.changed_rows() == []
