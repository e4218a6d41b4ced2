"""Scenarios as they look in a list. A card is a plain value: what is cached of it needs no copying."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from platform_app.accounts.selectors import names_of
from platform_app.models import Difficulty, Persona, Scenario, ScenarioStatus, Scene
from platform_app.scenarios.pictures import image_url

COLUMNS = (
    "id",
    "title",
    "description",
    "industry",
    "difficulty",
    "estimated_minutes",
    "student_role",
    "status",
    "owner_id",
    "published_at",
    "updated_at",
)


@dataclass(frozen=True)
class ScenarioCard:
    id: int
    title: str
    description: str
    industry: str
    difficulty: str
    estimated_minutes: int
    student_role: str
    status: str
    owner_id: int
    owner_name: str
    scene_count: int
    persona_count: int
    cover_scene_id: int | None
    cover_name: str
    published_at: datetime | None
    updated_at: datetime

    @property
    def cover_url(self) -> str:
        return image_url(self.cover_scene_id, self.cover_name) if self.cover_scene_id else ""

    @property
    def tone(self) -> int:
        """Which of the six colours stands in for a missing picture."""
        return self.id % 6

    @property
    def is_published(self) -> bool:
        return self.status == ScenarioStatus.PUBLISHED

    @property
    def difficulty_label(self) -> str:
        return str(Difficulty(self.difficulty).label)

    @property
    def status_label(self) -> str:
        return str(ScenarioStatus(self.status).label)


def read_cards(scenarios: QuerySet[Scenario]) -> tuple[ScenarioCard, ...]:
    """In four queries, however many. Each asks one table by its keys: a list of few scenarios of one owner, cached by
    who asks for it, then rests on these rows, and not on everybody's.
    """
    rows = list(scenarios.values(*COLUMNS))
    ids = [row["id"] for row in rows]
    names = names_of(row["owner_id"] for row in rows)
    personas = Persona.objects.filter(scenario_id__in=ids).order_by()
    persona_counts = Counter(personas.values_list("scenario_id", flat=True))
    scenes = list(
        Scene.objects.filter(scenario_id__in=ids)
        .order_by("position", "pk")
        .values_list("scenario_id", "pk", "image")
    )
    scene_counts = Counter(scenario_id for scenario_id, _, _ in scenes)
    # Backwards, so that the first picture is what stays.
    covers = {scenario_id: (pk, image) for scenario_id, pk, image in reversed(scenes) if image}

    def card(row: dict[str, Any]) -> ScenarioCard:
        pk = row["id"]
        cover_scene_id, cover_name = covers.get(pk, (None, ""))
        return ScenarioCard(
            **row,
            owner_name=names.get(row["owner_id"], ""),
            scene_count=scene_counts[pk],
            persona_count=persona_counts[pk],
            cover_scene_id=cover_scene_id,
            cover_name=cover_name,
        )

    return tuple(map(card, rows))
