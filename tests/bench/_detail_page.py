"""What is read: the detail page of a scenario, 1 scenario + 5 personas + 6 scenes, three queries, about 6.5 kB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PERSONAS = 5
SCENES = 6
SENTENCES = (
    "Harbour Foods makes fish soup in Bergen, and sales fell by 12 per cent last year while the line ran at 95 per cent of "
    "its capacity. The board wants to know by Friday whether a second plant is worth its price, and who would run it. "
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


def make(using: str) -> int:
    """The tables and one scenario; returns its id."""
    from django.core.management import call_command

    from platform_app.models import Persona, Role, Scenario, Scene, User

    call_command("migrate", database=using, verbosity=0)
    owner = User(email="professor@example.org", name="Paula Professor", role=Role.PROFESSOR)
    owner.save(using=using)
    scenario = Scenario.objects.using(using).create(
        owner=owner, title="Harbour Foods", description=SENTENCES * 2, challenge=SENTENCES, industry="Food"
    )
    for number in range(PERSONAS):
        Persona.objects.using(using).create(
            scenario=scenario, position=number, name=f"Ingrid Solberg {number}", background=SENTENCES * 2
        )
    for number in range(SCENES):
        Scene.objects.using(using).create(
            scenario=scenario,
            position=number,
            title=f"Meeting {number}",
            description=SENTENCES,
            user_goal=SENTENCES[:120],
            success_criteria=SENTENCES[:90],
        )
    return int(scenario.pk)


def _fields(part: type, row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in part.__slots__ if name not in ("personas", "scenes")}
