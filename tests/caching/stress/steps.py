"""What the state machine of `test_model` does to the database: cached readings, and writes of every kind."""

from typing import Any

from django.db import connection
from django.db.models import F

from caching import cache_db_query, fresh
from platform_app.models import Persona, Scenario
from tests.factories import PersonaFactory, ScenarioFactory


@cache_db_query("model_titles")
def titles() -> list[tuple[int, str]]:
    return list(Scenario.objects.order_by("pk").values_list("pk", "title"))


@cache_db_query("model_title")
def title(pk: int) -> str | None:
    return Scenario.objects.filter(pk=pk).values_list("title", flat=True).first()


@cache_db_query("model_personas")
def personas_of(scenario: int) -> list[tuple[int, int]]:
    return list(Persona.objects.filter(scenario=scenario).order_by("pk").values_list("pk", "analytical"))


@cache_db_query("model_count")
def count_of(scenario: int) -> int:
    return Persona.objects.filter(scenario=scenario).count()


@cache_db_query("model_exists")
def exists(persona: int) -> bool:
    return Persona.objects.filter(pk=persona).exists()


@cache_db_query("model_joined")
def joined(persona: int) -> tuple[int, str] | None:
    return Persona.objects.filter(pk=persona).values_list("analytical", "scenario__title").first()


@cache_db_query("model_nested")
def nested(scenario: int) -> tuple[str | None, int, list[tuple[int, int]]]:
    """Rests on what other cached functions rest on, and on a reading of its own."""
    own = Persona.objects.filter(scenario=scenario).count()
    return title(scenario), own, personas_of(scenario)


def see(scenario: int, persona: int, *, in_scope: bool) -> dict[str, Any]:
    if in_scope:
        with fresh():
            return see(scenario, persona, in_scope=False)
    return {
        "titles": titles(),
        "title": title(scenario),
        "personas": personas_of(scenario),
        "count": count_of(scenario),
        "exists": exists(persona),
        "joined": joined(persona),
        "nested": nested(scenario),
    }


def write_scenario(owner: int, pk: int, text: str, how: str) -> None:
    match how:
        case "create":
            ScenarioFactory.create(pk=pk, owner_id=owner, owner=None, title=text)
        case "save":
            scenario = Scenario.objects.get(pk=pk)
            scenario.title = text
            scenario.save(update_fields=["title"])
        case "update":
            Scenario.objects.filter(pk=pk).update(title=text)
        case "bulk":
            Scenario.objects.bulk_update([Scenario(pk=pk, title=text)], ["title"])
        case "raw":
            _run("UPDATE platform_app_scenario SET title = %s WHERE id = %s", text, pk)


def write_persona(pk: int, scenario: int, level: int, how: str) -> None:
    match how:
        case "create":
            PersonaFactory.create(pk=pk, scenario_id=scenario, scenario=None, analytical=level)
        case "save":
            persona = Persona.objects.get(pk=pk)
            persona.scenario_id, persona.analytical = scenario, level
            persona.save()
        case "update":
            Persona.objects.filter(pk=pk).update(scenario=scenario, analytical=level)
        case "bulk":
            Persona.objects.bulk_update(
                [Persona(pk=pk, scenario_id=scenario, analytical=level)], ["scenario", "analytical"]
            )
        case "raw":
            _run(
                "UPDATE platform_app_persona SET scenario_id = %s, analytical = %s WHERE id = %s",
                scenario,
                level,
                pk,
            )
        case "expression":
            Persona.objects.filter(pk=pk).update(scenario=scenario, analytical=F("analytical") * 0 + level)


def _run(sql: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
