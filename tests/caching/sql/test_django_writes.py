"""What Django really sends to write, on the database of this test run, and what it is taken for."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import F

from caching.sql import Statements
from platform_app.models import Persona, Scenario, Scene, Simulation, User
from tests.factories import PersonaFactory, ScenarioFactory

from .sent import bulk, explained, of_rows, of_tables, scenario, statements, writing

__all__ = ["scenario", "statements"]
pytestmark = pytest.mark.django_db

THROUGH = Scene.personas.through


def personas_of(scenario: Scenario, count: int) -> list[Persona]:
    return [PersonaFactory.build(scenario=scenario, name=f"Extra {number}") for number in range(count)]


def test_new_rows(statements: Statements, scenario: Scenario) -> None:
    other = ScenarioFactory.create()
    expected = explained(Persona, f"scenario_id={scenario.pk}")
    for persona in personas_of(scenario, 1):
        ((_, _, changes),) = writing(statements, persona.save)
        assert changes == expected
    ((_, _, changes),) = writing(
        statements, lambda: Persona.objects.bulk_create([*personas_of(other, 3)], ignore_conflicts=True)
    )
    assert changes == explained(Persona, f"scenario_id={other.pk}")
    both = [PersonaFactory.build(scenario=owner, name=f"Two {owner.pk}") for owner in (scenario, other)]
    ((_, _, changes),) = writing(statements, lambda: Persona.objects.bulk_create(both))
    assert changes == explained(Persona, f"scenario_id={scenario.pk}", f"scenario_id={other.pk}")
    update = {"update_conflicts": True, "unique_fields": ["scenario", "name"], "update_fields": ["role"]}
    ((_, _, changes),) = writing(statements, lambda: Persona.objects.bulk_create(both, **update))
    assert changes == bulk(Persona)


def test_rows_between_two_others(statements: Statements, scenario: Scenario) -> None:
    scene, persona = scenario.scenes.all()[0], PersonaFactory.create(scenario=scenario, name="New")
    ((_, _, changes),) = writing(statements, lambda: scene.personas.add(persona))
    assert changes == explained(THROUGH, f"scene_id={scene.pk}", f"persona_id={persona.pk}")
    ((statement, params, changes),) = writing(statements, lambda: scene.personas.remove(persona))
    assert changes == bulk(THROUGH)
    aid = statement.returning
    assert aid is not None
    assert aid.tags(params, [(9, scene.pk, persona.pk)]) == explained(
        THROUGH, "id=9", f"{aid.columns[1]}={scene.pk}", f"{aid.columns[2]}={persona.pk}"
    )


def test_saving_a_loaded_row(statements: Statements, scenario: Scenario) -> None:
    persona = scenario.personas.all()[0]
    ((statement, params, changes),) = writing(statements, persona.save)
    aid = statement.by_key
    assert changes == bulk(Persona)
    assert aid is not None
    assert aid.key_value(params) == str(persona.pk)
    assert aid.new_foreign_keys(params) == {"scenario_id": scenario.pk}
    sql, values = aid.guarded(params, {"scenario_id": scenario.pk})
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount == 1
        cursor.execute(*aid.guarded(params, {"scenario_id": None}))
        assert cursor.rowcount == 0
    assert aid.tags(params, {"scenario_id": 99}) == explained(
        Persona, f"id={persona.pk}", f"scenario_id={scenario.pk}", "scenario_id=99"
    )


def test_a_user_points_nowhere(statements: Statements, student: User) -> None:
    ((_, _, changes),) = writing(statements, student.save)
    assert changes == explained(User, f"id={student.pk}")


@pytest.mark.parametrize(
    "write",
    [
        lambda scenario: scenario.personas.update(role="x"),
        lambda scenario: scenario.personas.filter(name="x").update(position=F("position") + 1),
        lambda scenario: Persona.objects.filter(pk__in=[p.pk for p in scenario.personas.all()]).update(
            role="x"
        ),
        lambda scenario: Persona.objects.filter(scenario=scenario)._raw_delete("default"),
    ],
)
def test_the_database_tells_which_rows_it_changed(
    statements: Statements, scenario: Scenario, write: Callable[[Scenario], object]
) -> None:
    expected = {persona.pk for persona in scenario.personas.all()}
    THROUGH.objects.all().delete()
    ((statement, params, changes),) = writing(statements, lambda: write(scenario))
    assert changes == bulk(Persona)
    aid = statement.returning
    assert aid is not None
    with connection.cursor() as cursor:
        cursor.execute(aid.sql(), params)
        rows = cursor.fetchall()
    assert {row[0] for row in rows} <= expected
    ends = {end for pk, owner in rows for end in (f"id={pk}", f"scenario_id={owner}")}
    assert aid.tags(params, rows) == explained(Persona, *ends)


@pytest.mark.parametrize(
    "write",
    [
        lambda: Persona.objects.update(role="x"),
        lambda: Persona.objects.filter(scenario__title="x").update(role="x"),
        lambda: Persona.objects.filter(scenario=-1).update(scenario=-2),
        lambda: Persona.objects.bulk_update(Persona.objects.all(), ["role"]),
    ],
)
def test_updates_of_any_row(statements: Statements, scenario: Scenario, write: Callable[[], object]) -> None:
    changed = writing(statements, write)
    for statement, _, changes in changed:
        assert of_rows(Persona, "any") <= changes.tags
        assert not changes.explained
        assert statement.by_key is None


def test_a_row_that_goes_is_taken_out_of_what_points_to_it(
    statements: Statements, scenario: Scenario
) -> None:
    """SET_NULL: what it was pinned to stands in the statement."""
    scene = scenario.scenes.all()[0]
    simulation = Simulation.objects.create(scenario=scenario, student=scenario.owner, current_scene=scene)
    scene_pk = scene.pk
    cleared = [
        (statement, params)
        for statement, params, _ in writing(statements, scene.delete)
        if statement.returning and statement.returning.columns[-1] == "current_scene_id"
    ]
    ((statement, params),) = cleared
    assert statement.changes(params) == bulk(Simulation)
    assert statement.returning is not None
    row = (simulation.pk, scenario.pk, scenario.owner_id, None)
    assert statement.returning.tags(params, [row]) == explained(
        Simulation,
        f"id={simulation.pk}",
        f"scenario_id={scenario.pk}",
        f"student_id={scenario.owner_id}",
        f"current_scene_id={scene_pk}",
    )


def test_rows_that_are_handed_from_one_to_another(statements: Statements, scenario: Scenario) -> None:
    target = ScenarioFactory.create()
    pk = Persona.objects.filter(scenario=scenario).values_list("pk", flat=True)[0]
    handed = Persona.objects.filter(scenario=scenario, pk=pk)
    ((statement, params, changes),) = writing(statements, lambda: handed.update(scenario=target))
    assert changes == bulk(Persona)
    assert statement.returning is not None
    assert statement.returning.tags(params, [(pk, target.pk)]) == explained(
        Persona, f"id={pk}", f"scenario_id={scenario.pk}", f"scenario_id={target.pk}"
    )
    by_key = Persona.objects.filter(pk=pk)
    ((statement, _, changes),) = writing(statements, lambda: by_key.update(scenario=scenario))
    assert changes == bulk(Persona)
    assert statement.returning is None


def test_a_cascade_changes_all_that_it_touches(statements: Statements, scenario: Scenario) -> None:
    changed = writing(statements, scenario.delete)
    tags = frozenset().union(*(changes.tags for _, _, changes in changed))
    assert of_tables(Scenario, Persona, Scene, THROUGH) <= tags
    assert of_tables(User).isdisjoint(tags)
