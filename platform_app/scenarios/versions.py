"""Two tabs on one scenario: a form carries the fingerprint of what it showed, and a save on top of something newer is
refused. A fingerprint covers just the fields of its form, so that saving a persona does not spoil an open overview."""

from __future__ import annotations

import json
from hashlib import sha256

from platform_app.errors import Conflict
from platform_app.models import Persona, Scenario, Scene
from platform_app.scenarios.fields import OVERVIEW_FIELDS, PERSONA_FIELDS, SCENE_FIELDS


def overview_version(scenario: Scenario) -> str:
    return _fingerprint([getattr(scenario, name) for name in OVERVIEW_FIELDS])


def rubric_version(scenario: Scenario) -> str:
    return _fingerprint(scenario.rubric)


def outcomes_version(scenario: Scenario) -> str:
    return _fingerprint([outcome.text for outcome in scenario.learning_outcomes.all()])


def persona_version(persona: Persona) -> str:
    return _fingerprint([getattr(persona, name) for name in PERSONA_FIELDS])


def scene_version(scene: Scene) -> str:
    present = sorted(persona.pk for persona in scene.personas.all())
    openings = [[question.persona_id, question.text] for question in scene.opening_questions.all()]
    return _fingerprint([present, openings, *(getattr(scene, name) for name in SCENE_FIELDS)])


def refuse_overwrite(seen: str, current: str) -> None:
    """Raises Conflict if a save saw something older. An empty `seen` is a caller that takes no part in this."""
    if seen and seen != current:
        raise Conflict(
            "This was changed in another window since you opened it. Nothing has been overwritten, and what you typed "
            "is still here: save again to replace the other text with yours, or reload to see it."
        )


def _fingerprint(values: object) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:24]
