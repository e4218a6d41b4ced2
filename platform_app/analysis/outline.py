"""What is known of a scenario while it is drafted: as data of the run's events, and gathered from them for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from caching.events import Event
from platform_app.analysis.pictures import Picture
from platform_app.analysis.schema import CasePeople, SceneDraft
from platform_app.models import Persona, Scenario
from platform_app.scenarios.pictures import scene_image_url


@dataclass(frozen=True)
class Someone:
    name: str
    role: str

    @property
    def initials(self) -> str:
        return Persona(name=self.name).initials


@dataclass(frozen=True)
class Occasion:
    """A scene. `has_picture` is None until its picture is drawn or has failed; it can be looked at once it is saved."""

    title: str
    user_goal: str
    has_picture: bool | None = None
    picture_url: str = ""


@dataclass(frozen=True)
class Outline:
    """A part that is not known yet is empty."""

    title: str = ""
    challenge: str = ""
    student_role: str = ""
    people: tuple[Someone, ...] = ()
    scenes: tuple[Occasion, ...] = ()
    learning_outcomes: tuple[str, ...] = ()


def people_found(people: CasePeople) -> dict[str, Any]:
    return {
        "title": people.title,
        "challenge": people.challenge,
        "student_role": people.student_role,
        "people": [{"name": persona.name, "role": persona.role} for persona in people.personas],
    }


def scenes_found(scenes: Sequence[SceneDraft]) -> dict[str, Any]:
    return {"scenes": [{"title": scene.title, "user_goal": scene.user_goal} for scene in scenes]}


def outcomes_found(outcomes: Sequence[str]) -> dict[str, Any]:
    return {"learning_outcomes": [*outcomes]}


def picture_done(picture: Picture) -> dict[str, Any]:
    return {"position": picture.position, "drawn": picture.image is not None}


def gather(events: Iterable[Event]) -> Outline:
    """The outline after these events; other events say nothing about it."""
    outline = Outline()
    for event in events:
        outline = _with(outline, event)
    return outline


def of_scenario(scenario: Scenario) -> Outline:
    """The same of a scenario that has been saved."""
    return Outline(
        title=scenario.title,
        challenge=scenario.challenge,
        student_role=scenario.student_role,
        people=tuple(Someone(persona.name, persona.role) for persona in scenario.personas.all()),
        scenes=tuple(
            Occasion(scene.title, scene.user_goal, bool(scene.image), scene_image_url(scene))
            for scene in scenario.scenes.all()
        ),
        learning_outcomes=tuple(outcome.text for outcome in scenario.learning_outcomes.all()),
    )


def _with(outline: Outline, event: Event) -> Outline:
    match event.name, event.data:
        case "people", {"people": people, **brief}:
            return replace(outline, people=tuple(Someone(**one) for one in people), **brief)
        case "scenes", {"scenes": scenes}:
            return replace(outline, scenes=tuple(Occasion(**one) for one in scenes))
        case "outcomes", {"learning_outcomes": outcomes}:
            return replace(outline, learning_outcomes=tuple(outcomes))
        case "picture", {"position": int(position), "drawn": bool(drawn)}:
            scenes = [*outline.scenes]
            scenes[position] = replace(scenes[position], has_picture=drawn)
            return replace(outline, scenes=tuple(scenes))
    return outline
