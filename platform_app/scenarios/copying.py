"""A scenario as the draft of another: same content, own rows, own picture files; no students, no publication."""

from __future__ import annotations

from django.db import transaction

from platform_app.errors import NotFound
from platform_app.models import LearningOutcome, OpeningQuestion, Persona, Scenario, Scene
from platform_app.scenarios.fields import OVERVIEW_FIELDS, PERSONA_FIELDS, SCENE_COLUMNS
from platform_app.scenarios.pictures import copied_file, new_name

SUFFIX = " (copy)"
TITLE_LENGTH = 200


@transaction.atomic
def duplicate_scenario(scenario: Scenario) -> Scenario:
    """A copy that belongs to the same owner. The document stays with the original: it can have only one scenario. Raises
    NotFound if the original is gone.
    """
    # Locked and read anew: with the text of the case, and without an edit between one part and the next.
    original = Scenario.objects.select_for_update().filter(pk=scenario.pk).first()
    if original is None:
        raise NotFound
    copy = Scenario(owner_id=original.owner_id, case_text=original.case_text, rubric=original.rubric)
    for name in OVERVIEW_FIELDS:
        setattr(copy, name, getattr(original, name))
    copy.title = original.title[: TITLE_LENGTH - len(SUFFIX)] + SUFFIX
    copy.save()
    LearningOutcome.objects.bulk_create(
        LearningOutcome(scenario=copy, position=outcome.position, text=outcome.text)
        for outcome in original.learning_outcomes.all()
    )
    twins = {persona.pk: _copy_persona(persona, copy) for persona in original.personas.all()}
    for scene in original.scenes.prefetch_related("personas", "opening_questions"):
        _copy_scene(scene, copy, twins)
    return copy


def _copy_persona(persona: Persona, scenario: Scenario) -> Persona:
    values = {name: getattr(persona, name) for name in PERSONA_FIELDS}
    return Persona.objects.create(scenario=scenario, position=persona.position, **values)


def _copy_scene(scene: Scene, scenario: Scenario, twins: dict[int, Persona]) -> None:
    values = {name: getattr(scene, name) for name in SCENE_COLUMNS}
    copy = Scene(scenario=scenario, position=scene.position, **values)
    if scene.image.name:
        copy.image.save(new_name(), copied_file(scene.image.name), save=False)
    copy.save()
    copy.personas.set([twins[persona.pk] for persona in scene.personas.all()])
    OpeningQuestion.objects.bulk_create(
        OpeningQuestion(scene=copy, persona=twins[asked.persona_id], position=asked.position, text=asked.text)
        for asked in scene.opening_questions.all()
    )
