"""Opening questions for scenarios of tests."""

from __future__ import annotations

from platform_app.models import Persona, Scene
from platform_app.scenarios.parts import update_scene


def ask_in(scene: Scene, *questions: tuple[Persona, str]) -> None:
    """These become the scene's opening questions."""
    texts: dict[int, list[str]] = {}
    for persona, text in questions:
        texts.setdefault(persona.pk, []).append(text)
    update_scene(scene, {"opening_questions": texts})


def asked_in(scene: Scene) -> list[tuple[str, str]]:
    """Whom one can ask what, in order."""
    found = scene.opening_questions.select_related("persona").order_by("position")
    return [(question.persona.name, question.text) for question in found]
