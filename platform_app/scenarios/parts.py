"""Personas, scenes and learning outcomes: adding, changing, moving, deleting. Every change runs inside `editing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Max

from platform_app.errors import Conflict, FieldError, InvalidInput, NotFound
from platform_app.models import LearningOutcome, Message, Persona, Scenario, Scene, SceneProgress
from platform_app.scenarios.editing import ATTENTION, assign, checked_lines, editing
from platform_app.scenarios.fields import MOST_PERSONAS, MOST_SCENES, PERSONA_FIELDS, SCENE_COLUMNS
from platform_app.scenarios.openings import OPENINGS, drop_questions_to_the_absent, set_opening_questions
from platform_app.scenarios.pictures import discard_file
from platform_app.scenarios.versions import outcomes_version, persona_version, refuse_overwrite, scene_version

OUTCOME_LENGTH = 500

Part = TypeVar("Part", Persona, Scene)


def add_persona(scenario: Scenario, values: Mapping[str, Any]) -> Persona:
    """A persona at the end of the list. `values` are PERSONA_FIELDS; only the name is a must."""
    with editing(scenario) as locked:
        _refuse_too_many(locked.personas.count(), MOST_PERSONAS, "personas")
        persona = Persona(scenario=locked, position=_next_position(locked.personas))
        _write_persona(persona, values)
        return persona


def update_persona(persona: Persona, changes: Mapping[str, Any], *, seen: str = "") -> Persona:
    """Changes the fields given. Raises Conflict if `seen` is not the persona's present version."""
    with editing(persona.scenario):
        current = _locked(persona)
        refuse_overwrite(seen, persona_version(current))
        _write_persona(current, changes)
        return current


def delete_persona(persona: Persona) -> None:
    """What the persona said to students stays in their conversations, under the name it had."""
    with editing(persona.scenario):
        _locked(persona).delete()


def add_scene(scenario: Scenario, values: Mapping[str, Any]) -> Scene:
    """A scene at the end. `values` are SCENE_COLUMNS, `personas`, a list of Persona, and `opening_questions`, lists of
    texts by the ids of personas; only the title is a must."""
    with editing(scenario) as locked:
        _refuse_too_many(locked.scenes.count(), MOST_SCENES, "scenes")
        scene = Scene(scenario=locked, position=_next_position(locked.scenes))
        _write_scene(scene, values)
        return scene


def update_scene(scene: Scene, changes: Mapping[str, Any], *, seen: str = "") -> Scene:
    """Changes the fields given; `personas` replaces those present, and the opening questions to others go;
    `opening_questions` replaces all of them. Raises Conflict like `update_persona`."""
    with editing(scene.scenario):
        current = _locked(scene)
        refuse_overwrite(seen, scene_version(current))
        _write_scene(current, changes)
        return current


def delete_scene(scene: Scene) -> None:
    """Raises Conflict if students have played the scene: their conversations would go with it."""
    with editing(scene.scenario) as scenario:
        current = _locked(scene)
        # The lock on the scene keeps a first message from slipping in after this look.
        if _has_been_played(current, scenario):
            raise Conflict(
                f"Students have played “{current.title}”, and deleting it would delete what they said. "
                "You can still change it; or archive this scenario and go on with a copy."
            )
        discard_file(current.image.name)
        current.delete()


def move_persona(persona: Persona, steps: int) -> None:
    with editing(persona.scenario) as scenario:
        _move(list(scenario.personas.all()), persona.pk, steps)


def move_scene(scene: Scene, steps: int) -> None:
    with editing(scene.scenario) as scenario:
        _move(list(scenario.scenes.all()), scene.pk, steps)


def set_learning_outcomes(scenario: Scenario, texts: Sequence[str], *, seen: str = "") -> None:
    """Replaces the whole list, in this order."""
    with editing(scenario) as locked:
        refuse_overwrite(seen, outcomes_version(locked))
        if errors := checked_lines("learning_outcomes", texts, longest=OUTCOME_LENGTH):
            raise InvalidInput(ATTENTION, errors=errors)
        locked.learning_outcomes.all().delete()
        LearningOutcome.objects.bulk_create(
            LearningOutcome(scenario=locked, position=position, text=text.strip())
            for position, text in enumerate(texts, start=1)
        )


def _write_persona(persona: Persona, values: Mapping[str, Any]) -> None:
    assign(persona, values, PERSONA_FIELDS)
    persona.name = " ".join(persona.name.split())
    others = Persona.objects.filter(scenario=persona.scenario).exclude(pk=persona.pk)
    if persona.name.casefold() in {name.casefold() for name in others.values_list("name", flat=True)}:
        detail = "Another persona of this scenario has this name."
        raise InvalidInput(ATTENTION, errors=[FieldError("name", "unique", detail)])
    persona.save()


def _write_scene(scene: Scene, values: Mapping[str, Any]) -> None:
    columns = {name: value for name, value in values.items() if name not in ("personas", OPENINGS)}
    assign(scene, columns, SCENE_COLUMNS)
    scene.save()
    if "personas" in values:
        present = values["personas"]
        if any(persona.scenario_id != scene.scenario_id for persona in present):
            detail = "Only personas of this scenario can be present."
            raise InvalidInput(ATTENTION, errors=[FieldError("personas", "invalid", detail)])
        scene.personas.set(present)
        drop_questions_to_the_absent(scene)
    if OPENINGS in values:
        set_opening_questions(scene, values[OPENINGS])


def _has_been_played(scene: Scene, scenario: Scenario) -> bool:
    """By students: what the owner said in test runs of his own may go."""
    by_owner = {"simulation__student_id": scenario.owner_id}
    return (
        Message.objects.filter(scene=scene).exclude(**by_owner).exists()
        or SceneProgress.objects.filter(scene=scene).exclude(**by_owner).exists()
    )


def _locked(part: Part) -> Part:
    found = type(part).objects.select_for_update().filter(pk=part.pk).first()
    if found is None:
        raise NotFound("This has been deleted in the meantime.")
    return found


def _next_position(parts: Any) -> int:
    return (parts.aggregate(last=Max("position"))["last"] or 0) + 1


def _move(parts: list[Part], pk: int, steps: int) -> None:
    """Moves one by some places, as far as the list goes, and numbers all of them from 1."""
    place = next((index for index, part in enumerate(parts) if part.pk == pk), None)
    if place is None:
        raise NotFound("This has been deleted in the meantime.")
    moved = parts.pop(place)
    parts.insert(max(0, place + steps), moved)
    for position, part in enumerate(parts, start=1):
        part.position = position
    type(moved).objects.bulk_update(parts, ["position"])


def _refuse_too_many(count: int, most: int, things: str) -> None:
    if count >= most:
        raise Conflict(f"A scenario can have at most {most} {things}.")
