"""How far simulations have come, as plain values: for lists, results and exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Prefetch, QuerySet

from platform_app.models import (
    Grade,
    GradeStatus,
    Scenario,
    Scene,
    SceneOutcome,
    SceneProgress,
    Simulation,
    SimulationStatus,
    User,
)

ROWS_A_CHUNK = 500


@dataclass(frozen=True)
class Progress:
    """One simulation. `scene_title` is "" when no scene is being played; without a grade `grade_status` is "" and there are
    no scores.
    """

    id: int
    scenario_id: int
    scenario_title: str
    owner_id: int
    scene_title: str
    student_id: int
    student_name: str
    student_email: str
    status: str
    scenes_done: int
    scenes_total: int
    grade_status: str
    score: int | None
    ai_score: int | None
    started_at: datetime
    completed_at: datetime | None
    updated_at: datetime

    @property
    def is_completed(self) -> bool:
        return self.status == SimulationStatus.COMPLETED

    @property
    def status_label(self) -> str:
        return str(SimulationStatus(self.status).label)

    @property
    def is_overridden(self) -> bool:
        return self.score != self.ai_score

    @property
    def grade_status_label(self) -> str:
        return str(GradeStatus(self.grade_status).label) if self.grade_status else "Not graded"


def rows(simulations: QuerySet[Simulation]) -> tuple[Progress, ...]:
    """One query for each table.

    Joins would make a result depend on everything that is played and on everybody who signs in. So it depends on the rows
    that are looked for, as long as these are few.
    """
    found = simulations.prefetch_related(
        Prefetch("scene_progress", SceneProgress.objects.only("simulation", "outcome")),
        Prefetch("grade", Grade.objects.only("simulation", "status", "score", "ai_score")),
    )
    scenes = Prefetch("scenes", Scene.objects.only("scenario", "title"))
    known = Scenario.objects.only("title", "owner").prefetch_related(scenes)
    # Not prefetched: by its key each row is asked for in a way that the cache can tell from the whole table.
    scenarios = known.in_bulk({one.scenario_id for one in found})
    students = User.objects.only("name", "email").in_bulk({one.student_id for one in found})
    # Whoever was deleted between two of the queries took his simulations with him.
    return tuple(
        _row(one, scenarios[one.scenario_id], students[one.student_id])
        for one in found
        if one.scenario_id in scenarios and one.student_id in students
    )


def streamed(simulations: QuerySet[Simulation]) -> Iterator[Progress]:
    """For lists of any length: read piece by piece."""
    keys = simulations.values_list("pk", flat=True).iterator()
    while chunk := list(islice(keys, ROWS_A_CHUNK)):
        yield from rows(simulations.filter(pk__in=chunk))


def _row(simulation: Simulation, scenario: Scenario, student: User) -> Progress:
    scenes = {scene.pk: scene.title for scene in scenario.scenes.all()}
    outcomes = [progress.outcome for progress in simulation.scene_progress.all()]
    grade = getattr(simulation, "grade", None)
    return Progress(
        id=simulation.pk,
        scenario_id=scenario.pk,
        scenario_title=scenario.title,
        owner_id=scenario.owner_id,
        scene_title=scenes.get(simulation.current_scene_id or 0, ""),
        student_id=student.pk,
        student_name=student.name,
        student_email=student.email,
        status=simulation.status,
        scenes_done=sum(outcome != SceneOutcome.RUNNING for outcome in outcomes),
        scenes_total=len(scenes),
        grade_status=grade.status if grade else "",
        score=grade.score if grade else None,
        ai_score=grade.ai_score if grade else None,
        started_at=simulation.started_at,
        completed_at=simulation.completed_at,
        updated_at=simulation.updated_at,
    )
