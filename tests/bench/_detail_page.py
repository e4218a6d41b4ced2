"""What is read: the detail page of a scenario, 1 scenario + 5 personas + 6 scenes, three queries, about 6.5 kB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pydoc_data.topics import topics
from typing import Any

PERSONAS = 5
SCENES = 6
# English that compresses as English does.
PROSE = " ".join(
    " ".join(topics[name].split())
    for name in ("exceptions", "dynamic-features", "atom-identifiers", "booleans", "calls")
)


@dataclass(frozen=True, slots=True)
class PersonaPart:
    id: int
    name: str
    role: str
    background: str
    communication_style: str
    analytical: int
    creative: int


@dataclass(frozen=True, slots=True)
class ScenePart:
    id: int
    position: int
    title: str
    description: str
    user_goal: str
    success_criteria: str
    turn_limit: int


@dataclass(frozen=True, slots=True)
class DetailPage:
    id: int
    title: str
    description: str
    challenge: str
    industry: str
    student_role: str
    estimated_minutes: int
    personas: tuple[PersonaPart, ...]
    scenes: tuple[ScenePart, ...]


def read(scenario_id: int, using: str = "default") -> DetailPage:
    from platform_app.models import Persona, Scenario, Scene

    scenario = Scenario.objects.using(using).get(pk=scenario_id)
    return DetailPage(
        **_fields(DetailPage, scenario),
        personas=tuple(
            PersonaPart(**_fields(PersonaPart, one))
            for one in Persona.objects.using(using).filter(scenario_id=scenario_id)
        ),
        scenes=tuple(
            ScenePart(**_fields(ScenePart, one))
            for one in Scene.objects.using(using).filter(scenario_id=scenario_id)
        ),
    )


def read_plain(scenario_id: int, using: str = "default") -> dict[str, Any]:
    """The same as dicts and lists, which is what users of other caches keep."""
    from platform_app.models import Persona, Scenario, Scene

    scenario = Scenario.objects.using(using).get(pk=scenario_id)
    personas = Persona.objects.using(using).filter(scenario_id=scenario_id)
    scenes = Scene.objects.using(using).filter(scenario_id=scenario_id)
    return {
        **_fields(DetailPage, scenario),
        "personas": [_fields(PersonaPart, one) for one in personas],
        "scenes": [_fields(ScenePart, one) for one in scenes],
    }


def make(using: str, dependents: Sequence[int]) -> list[int]:
    """The tables, the scenario of the page, and one more for each of these numbers; returns the ids."""
    from django.core.management import call_command

    from platform_app.models import Persona, Role, Scenario, Scene, User

    call_command("migrate", database=using, verbosity=0)
    owner = User(email="professor@example.org", name="Paula Professor", role=Role.PROFESSOR)
    owner.save(using=using)
    take = StringIO(PROSE).read
    scenario = Scenario.objects.using(using).create(
        owner=owner, title="Harbour Foods", description=take(400), challenge=take(200), industry="Food"
    )
    for number in range(PERSONAS):
        Persona.objects.using(using).create(
            scenario=scenario, position=number, name=f"Ingrid Solberg {number}", background=take(400)
        )
    for number in range(SCENES):
        Scene.objects.using(using).create(
            scenario=scenario,
            position=number,
            title=f"Meeting {number}",
            description=take(200),
            user_goal=take(120),
            success_criteria=take(90),
        )
    others = [
        Scenario.objects.using(using).create(owner=owner, title=f"{count} dependents") for count in dependents
    ]
    return [one.pk for one in (scenario, *others)]


def _fields(part: type, row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in part.__slots__ if name not in ("personas", "scenes")}
