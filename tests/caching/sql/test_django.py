"""What Django really sends, on the database of this test run, and what it is taken for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Max, Q

from caching.sql import Changes, Dependencies, Kind, Params, Statement, Statements, read_schema
from platform_app.models import Persona, Scenario, Scene, Simulation, User
from tests.factories import PersonaFactory, ScenarioFactory, make_scenario

pytestmark = pytest.mark.django_db

Sent = list[tuple[Statement, Any, bool]]
THROUGH = Scene.personas.through
PERSONAS = Persona.objects.order_by()


@pytest.fixture(scope="module")
def statements(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Statements:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return Statements("db", connection.vendor, read_schema(connection))


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


@contextmanager
def sending(statements: Statements) -> Iterator[Sent]:
    """All statements with their parameters, savepoints left out."""
    sent: Sent = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = statements.analyse(sql)
        if statement.kind is not Kind.OTHER:
            sent.append((statement, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield sent


def reading(statements: Statements, read: Callable[[], object]) -> Dependencies:
    """Of the only query that this sends."""
    with sending(statements) as sent:
        read()
    ((statement, params, many),) = sent
    assert statement.kind is Kind.READ
    assert not many
    return statement.dependencies(params)


def writing(statements: Statements, write: Callable[[], object]) -> list[tuple[Statement, Params, Changes]]:
    with sending(statements) as sent:
        write()
    return [
        (statement, params, statement.changes(params))
        for statement, params, _ in sent
        if statement.kind is Kind.WRITE
    ]


def tag(model: Any, end: str) -> str:
    return f"db:{model._meta.db_table}:{end}"


def of_rows(model: Any, *ends: str) -> frozenset[str]:
    return frozenset({tag(model, "bulk"), *(tag(model, end) for end in ends)})


def of_tables(*models: Any) -> frozenset[str]:
    return frozenset(tag(model, "any") for model in models)


@pytest.mark.parametrize(
    "read",
    [
        lambda pk: Persona.objects.get(pk=pk),
        lambda pk: Persona.objects.filter(pk=pk).first(),
        lambda pk: Persona.objects.filter(pk=pk).exists(),
        lambda pk: Persona.objects.only("name").get(pk=pk),
        lambda pk: Persona(pk=pk).refresh_from_db(),
        lambda pk: list(Persona.objects.filter(pk__in=[pk]).values_list("name", flat=True)),
        lambda pk: list(
            Persona.objects.raw(f'SELECT * FROM "{Persona._meta.db_table}" p WHERE p.id = %s', [pk])
        ),
    ],
)
def test_one_row_by_its_key(
    statements: Statements, scenario: Scenario, read: Callable[[int], object]
) -> None:
    pk = scenario.personas.all()[0].pk
    found = reading(statements, lambda: read(pk))
    assert found == Dependencies(of_rows(Persona, f"id={pk}"), of_tables(Persona), 1)


@pytest.mark.parametrize(
    "read",
    [
        lambda scenario: list(scenario.personas.all()),
        lambda scenario: scenario.personas.count(),
        lambda scenario: scenario.personas.filter(name__startswith="x", position__gt=1).exists(),
        lambda scenario: scenario.personas.filter(Q(name="x") | Q(name="y")).order_by("name").first(),
        lambda scenario: scenario.personas.exclude(name="x").aggregate(Max("position")),
        lambda scenario: list(Persona.objects.filter(scenario_id__in=[scenario.pk]).distinct()),
        lambda scenario: list(Persona.objects.filter(Q(scenario=scenario) | Q(scenario=scenario.pk))),
        lambda scenario: list(scenario.personas.values("name").annotate(n=Count("id"))),
        lambda scenario: list(scenario.personas.select_for_update()),
        lambda scenario: list(scenario.personas.iterator()),
    ],
)
def test_rows_that_point_to_one(
    statements: Statements, scenario: Scenario, read: Callable[[Scenario], object]
) -> None:
    found = reading(statements, lambda: read(scenario))
    assert found == Dependencies(of_rows(Persona, f"scenario_id={scenario.pk}"))


@pytest.mark.parametrize("count", [1, 2, 20, 40])
def test_a_page_with_the_row_that_each_points_to(statements: Statements, count: int) -> None:
    """Django asks for the owners in another way on each database."""
    scenarios = ScenarioFactory.create_batch(count)
    page = Scenario.objects.filter(pk__in=[one.pk for one in scenarios]).prefetch_related("owner")
    with sending(statements) as sent:
        assert len(list(page)) == count
    asked, owners = [statement.dependencies(params) for statement, params, _ in sent]
    assert asked == Dependencies(
        of_rows(Scenario, *(f"id={one.pk}" for one in scenarios)), of_tables(Scenario), count
    )
    assert owners == Dependencies(
        of_rows(User, *(f"id={one.owner_id}" for one in scenarios)), of_tables(User), count
    )


def test_a_page_that_is_too_long_rests_on_the_table(statements: Statements) -> None:
    ScenarioFactory.create_batch(41)
    with sending(statements) as sent:
        list(Scenario.objects.prefetch_related("owner", "personas"))
    _, owners, personas = [statement.dependencies(params) for statement, params, _ in sent]
    assert owners == Dependencies(of_tables(User))
    assert personas == Dependencies(of_tables(Persona))


def test_prefetches_of_any_length_are_analysed_once(statements: Statements) -> None:
    ScenarioFactory.create_batch(5)
    with sending(statements) as sent:
        for length in range(2, 6):
            list(Scenario.objects.prefetch_related("owner")[:length])
    assert len({id(statement._shape) for statement, _, _ in sent[1::2]}) == 1


@pytest.mark.parametrize(
    ("read", "models"),
    [
        (lambda: list(Persona.objects.all()), [Persona]),
        (lambda: Persona.objects.filter(name="x").count(), [Persona]),
        (lambda: list(Persona.objects.filter(Q(scenario=1) | Q(name="x"))), [Persona]),
        (lambda: list(Persona.objects.exclude(Q(scenario=1) | Q(scenario=2))), [Persona]),
        (lambda: list(Persona.objects.exclude(scenario=1)), [Persona]),
        (
            lambda: list(Persona.objects.filter(scenario__in=Scenario.objects.filter(pk=1))),
            [Persona, Scenario],
        ),
        (lambda: list(PERSONAS.filter(pk=1).union(PERSONAS.filter(pk=2))), [Persona]),
        (lambda: list(Scene.objects.filter(pk=1, pk__in=Scene.objects.values("pk"))), [Scene]),
        (lambda: Scenario.objects.filter(created_at__year=2024, owner__name="x").count(), [Scenario, User]),
    ],
)
def test_whole_tables(statements: Statements, read: Callable[[], object], models: list[Any]) -> None:
    assert reading(statements, read) == Dependencies(of_tables(*models))


def test_joins_prefetches_and_relations(statements: Statements, scenario: Scenario) -> None:
    persona = scenario.personas.all()[0]
    found = reading(statements, lambda: list(Persona.objects.filter(scenario__owner=scenario.owner)))
    assert found.tags == of_tables(Persona) | of_rows(Scenario, f"owner_id={scenario.owner_id}")
    found = reading(statements, lambda: Persona.objects.select_related("scenario").get(pk=persona.pk))
    assert found.tags == of_rows(Persona, f"id={persona.pk}") | of_tables(Scenario)
    scene = scenario.scenes.all()[0]
    found = reading(statements, lambda: list(scene.personas.all()))
    assert found.tags == of_rows(THROUGH, f"scene_id={scene.pk}") | of_tables(Persona)
    with sending(statements) as sent:
        list(Scenario.objects.filter(pk=scenario.pk).prefetch_related("personas", "scenes__personas"))
    scenario_tags, personas, scenes, cast = [statement.dependencies(params) for statement, params, _ in sent]
    assert scenario_tags.tags == of_rows(Scenario, f"id={scenario.pk}")
    assert personas.tags == of_rows(Persona, f"scenario_id={scenario.pk}")
    assert scenes.tags == of_rows(Scene, f"scenario_id={scenario.pk}")
    ids = [f"scene_id={scene.pk}" for scene in scenario.scenes.all()]
    assert cast.tags == of_tables(Persona) | of_rows(THROUGH, *ids)


def explained(model: Any, *ends: str) -> Changes:
    return Changes(of_tables(model) | {tag(model, end) for end in ends}, explained=True)


def bulk(model: Any) -> Changes:
    return Changes(of_rows(model, "any"), explained=False)


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


def test_lists_of_any_length_are_analysed_once(statements: Statements) -> None:
    with sending(statements) as sent:
        for length in range(2, 30):
            list(Persona.objects.filter(pk__in=range(length)))
    assert len({id(statement._shape) for statement, _, _ in sent}) == 1


def test_dates_times_and_functions_are_no_tables(statements: Statements) -> None:
    found = reading(statements, lambda: list(Scenario.objects.dates("created_at", "month")))
    assert found.tags == of_tables(Scenario)
    found = reading(statements, lambda: Scenario.objects.filter(personas__scenes__title="x").count())
    assert found.tags == of_tables(Scenario, Persona, THROUGH, Scene)
