"""Where a simulation stands and what was said, as pages and the API show it: values that nobody can change, so that all who
look may share them. What a turn has to know is in `stage`, read anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from platform_app.models import Author, SimulationStatus
from platform_app.scenarios.pictures import image_url

TONES = 6
"""How many colours there are for people."""


@dataclass(frozen=True)
class ShownMessage:
    id: int
    position: int
    scene_id: int
    author: str
    persona_id: int | None
    persona_name: str
    text: str
    is_command: bool
    model: str
    created_at: datetime

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.persona_name.split()[:2]).upper()

    @property
    def tone(self) -> int:
        return (self.persona_id or 0) % TONES

    @property
    def is_of_student(self) -> bool:
        return self.author == Author.STUDENT


@dataclass(frozen=True)
class PresentPersona:
    id: int
    name: str
    role: str
    initials: str

    @property
    def tone(self) -> int:
        return self.id % TONES


@dataclass(frozen=True)
class OpeningQuestion:
    """What the student can say first to somebody in the scene."""

    persona_id: int
    text: str


@dataclass(frozen=True)
class PlayedScene:
    """Scene `number` of `count`. How its goal is judged stays with the professor."""

    id: int
    title: str
    number: int
    count: int
    description: str
    user_goal: str
    image_name: str
    personas: tuple[PresentPersona, ...]

    @property
    def image(self) -> str:
        return image_url(self.id, self.image_name) if self.image_name else ""


@dataclass(frozen=True)
class LatestCheck:
    """What the latest goal check said; not `is_current`, the one after the latest turn could not be made."""

    reached: bool
    confidence: float
    reasoning: str
    next_action: str
    hint_available: bool
    is_current: bool


@dataclass(frozen=True)
class SceneGoal:
    """How one scene went; the `outcome` is None before it has begun."""

    scene: int
    title: str
    user_goal: str
    outcome: str | None
    turns_used: int
    turn_limit: int


@dataclass(frozen=True)
class PlayedScenario:
    id: int
    owner_id: int
    title: str
    student_role: str
    description: str
    challenge: str
    estimated_minutes: int


@dataclass(frozen=True)
class SimulationState:
    """`scene` is None when there is none left to play, `goal` before the first check of the scene. `opening_questions` are
    those of the scene, until the student has said something in it."""

    id: int
    student_id: int
    student_name: str
    scenario: PlayedScenario
    status: str
    scene: PlayedScene | None
    has_begun: bool
    turn: int
    turn_limit: int
    hints_used: int
    awaiting_answer: bool
    opening_questions: tuple[OpeningQuestion, ...]
    goal: LatestCheck | None
    goals: tuple[SceneGoal, ...]
    started_at: datetime
    completed_at: datetime | None

    @property
    def is_completed(self) -> bool:
        return self.status == SimulationStatus.COMPLETED

    @property
    def cast(self) -> tuple[PresentPersona, ...]:
        return self.scene.personas if self.scene else ()

    @property
    def openings(self) -> list[tuple[PresentPersona, list[str]]]:
        """The opening questions by person, in the order of the cast."""
        asked = {one: [q.text for q in self.opening_questions if q.persona_id == one.id] for one in self.cast}
        return [(one, texts) for one, texts in asked.items() if texts]
