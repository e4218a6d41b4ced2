"""A scenario as plain values, before it is one: what an analysis, a demo or a copy hands over to `create_from_draft`.

Order is meaning: the first persona, scene and outcome of a tuple is the first on screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from platform_app.models import Difficulty


@dataclass(frozen=True)
class PersonaDraft:
    """Somebody to talk to. Traits go from 0 to 10."""

    name: str
    role: str = ""
    background: str = ""
    goals: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    communication_style: str = ""
    analytical: int = 5
    creative: int = 5
    assertive: int = 5
    collaborative: int = 5
    detail_oriented: int = 5


@dataclass(frozen=True)
class SceneDraft:
    """`personas` are names, as in the scenario's list of personas; letter case and spacing do not matter.
    `opening_questions` are lists of texts by such names, of people who are in the scene."""

    title: str
    description: str = ""
    user_goal: str = ""
    success_criteria: str = ""
    turn_limit: int = 15
    personas: tuple[str, ...] = ()
    image_prompt: str = ""
    opening_questions: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ScenarioDraft:
    """`rubric` is a list of {name, weight, description}; None means the default rubric."""

    title: str
    description: str = ""
    challenge: str = ""
    industry: str = ""
    student_role: str = ""
    difficulty: str = Difficulty.INTERMEDIATE
    estimated_minutes: int = 45
    personas: tuple[PersonaDraft, ...] = ()
    scenes: tuple[SceneDraft, ...] = ()
    learning_outcomes: tuple[str, ...] = ()
    rubric: tuple[Mapping[str, Any], ...] | None = None
