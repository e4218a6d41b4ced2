"""Asks the AI for the parts of a scenario and puts them together.

Nothing here is saved, and nothing is made up: without a draft that makes sense there is an AIError.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from caching.ai import ai
from caching.errors import AIAnswerUnusable
from platform_app.analysis import prompts
from platform_app.analysis.material import Material
from platform_app.analysis.schema import CaseOutcomes, CasePeople, PersonaDraft, SceneDraft, scenes_among
from platform_app.scenarios import drafts

OPERATION = "scenario_analysis"
# What the owner can do about an answer that nobody can use.
UNUSABLE = {
    "invalid": "The AI’s draft of the {what} made no sense, even after a second try. Start the analysis again.",
    "refusal": (
        "The AI declined to draft the {what}. Check that the text is a case study that names people, or at least their "
        "roles, and that it holds nothing that a provider refuses to work with."
    ),
    "length": "The AI’s draft of the {what} became too long and was cut off. Upload a shorter case study.",
}

M = TypeVar("M", bound=BaseModel)


def draft_people(material: Material) -> CasePeople:
    return _ask("people", prompts.about_people(material), CasePeople, prompts.PEOPLE_VERSION, material)


def draft_scenes(material: Material, people: CasePeople) -> list[SceneDraft]:
    names = [persona.name for persona in people.personas]
    asked, schema = prompts.about_scenes(material, people), scenes_among(names)
    return _ask("scenes", asked, schema, prompts.SCENES_VERSION, material).scenes


def draft_outcomes(material: Material, scenes: Sequence[SceneDraft]) -> list[str]:
    asked, version = prompts.about_outcomes(material, scenes), prompts.OUTCOMES_VERSION
    return _ask("learning outcomes", asked, CaseOutcomes, version, material).learning_outcomes


def assemble(
    people: CasePeople, scenes: Sequence[SceneDraft], outcomes: Sequence[str]
) -> drafts.ScenarioDraft:
    """The parts as what `scenarios` saves."""
    return drafts.ScenarioDraft(
        title=people.title,
        description=people.description,
        challenge=people.challenge,
        industry=people.industry,
        student_role=people.student_role,
        personas=tuple(_persona(persona) for persona in people.personas),
        scenes=tuple(_scene(scene) for scene in scenes),
        learning_outcomes=tuple(outcomes),
    )


def _ask(what: str, messages: prompts.Messages, schema: type[M], version: str, material: Material) -> M:
    """An answer that fits its schema; the door itself asks once more before it gives up."""
    try:
        return ai.structured(
            OPERATION, messages, schema, prompt_version=version, prompt_cache_key=_cache_key(material)
        ).value
    except AIAnswerUnusable as error:
        if error.reason not in UNUSABLE:
            raise
        raise AIAnswerUnusable(UNUSABLE[error.reason].format(what=what), reason=error.reason) from error


def _cache_key(material: Material) -> str:
    """What begins alike are requests about the same case: a second try, an analysis that is started again."""
    return f"case:{hashlib.sha256(material.case.encode()).hexdigest()[:24]}"


def _persona(person: PersonaDraft) -> drafts.PersonaDraft:
    return drafts.PersonaDraft(
        name=person.name,
        role=person.role,
        background=person.background,
        goals=tuple(person.goals),
        knowledge=tuple(person.knowledge),
        communication_style=person.communication_style,
        **person.traits.model_dump(),
    )


def _scene(scene: SceneDraft) -> drafts.SceneDraft:
    columns = scene.model_dump(exclude={"personas", "opening_questions"})
    openings: dict[str, list[str]] = {}
    for one in scene.opening_questions:
        openings.setdefault(one.persona, []).extend(one.questions)
    return drafts.SceneDraft(**columns, personas=tuple(scene.personas), opening_questions=openings)
