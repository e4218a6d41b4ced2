"""What Django really sends to read, on the database of this test run, and what it is taken for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count, Max, Q

from caching.sql import Dependencies, Statements
from platform_app.models import Persona, Scenario, Scene, User
from tests.factories import ScenarioFactory

from .sent import of_rows, of_tables, reading, scenario, sending, statements

__all__ = ["scenario", "statements"]
pytestmark = pytest.mark.django_db

THROUGH = Scene.personas.through
PERSONAS = Persona.objects.order_by()


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
