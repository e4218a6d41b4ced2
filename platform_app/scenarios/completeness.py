"""What a scenario needs before students may play it. `attr` of a gap names its place: "title", "personas.12.goals"."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import prefetch_related_objects

from platform_app.errors import FieldError, Incomplete
from platform_app.models import Persona, Scenario, Scene
from platform_app.scenarios.rubric import rubric_gaps

_OVERVIEW = {
    "title": "The scenario has no title.",
    "description": "The scenario has no description.",
    "challenge": "The scenario has no challenge: the decision or problem that the student faces.",
    "student_role": "It is not said whom the student plays.",
}
_PERSONA = {
    "role": "{name} has no role.",
    "background": "{name} has no background.",
    "goals": "{name} has no goals.",
}
_SCENE = {
    "description": "Scene “{title}” has no description.",
    "user_goal": "Scene “{title}” has no goal for the student.",
    "success_criteria": "Scene “{title}” does not say how one sees that the goal is reached.",
    "turn_limit": "Scene “{title}” has no turn limit.",
}


def missing_parts(scenario: Scenario) -> list[FieldError]:
    """Everything that is missing, in the order of the editor; empty for a scenario that may be published."""
    prefetch_related_objects([scenario], "personas", "scenes__personas", "learning_outcomes")
    return [
        *_gaps(scenario, _OVERVIEW, ""),
        *_persona_gaps(list(scenario.personas.all())),
        *_scene_gaps(list(scenario.scenes.all())),
        *_outcome_gaps(scenario),
        *rubric_gaps(scenario.rubric),
    ]


def refuse_if_incomplete(scenario: Scenario, detail: str) -> None:
    """Raises Incomplete with everything that is missing."""
    if missing := missing_parts(scenario):
        raise Incomplete(detail, errors=missing)


def _persona_gaps(personas: list[Persona]) -> Iterator[FieldError]:
    if not personas:
        yield FieldError("personas", "missing", "There is no persona to talk to.")
    for persona in personas:
        at = f"personas.{persona.pk}."
        if not persona.name.strip():
            yield FieldError(f"{at}name", "missing", "A persona has no name.")
        yield from _gaps(persona, _PERSONA, at, name=persona.name)


def _scene_gaps(scenes: list[Scene]) -> Iterator[FieldError]:
    if not scenes:
        yield FieldError("scenes", "missing", "There is no scene to play.")
    for scene in scenes:
        at = f"scenes.{scene.pk}."
        if not scene.title.strip():
            yield FieldError(f"{at}title", "missing", "A scene has no title.")
        yield from _gaps(scene, _SCENE, at, title=scene.title)
        if not scene.personas.all():
            yield FieldError(f"{at}personas", "missing", f"Nobody is present in scene “{scene.title}”.")


def _outcome_gaps(scenario: Scenario) -> Iterator[FieldError]:
    if not any(outcome.text.strip() for outcome in scenario.learning_outcomes.all()):
        yield FieldError("learning_outcomes", "missing", "It is not said what students are to learn.")


def _gaps(
    part: Scenario | Persona | Scene, sentences: dict[str, str], at: str, **names: str
) -> Iterator[FieldError]:
    for field, sentence in sentences.items():
        value = getattr(part, field)
        if not (value.strip() if isinstance(value, str) else value):
            yield FieldError(f"{at}{field}", "missing", sentence.format(**names))
