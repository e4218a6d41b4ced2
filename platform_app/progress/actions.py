"""What changes a grade: asking for it, asking again after a failure, a professor's override. All of them read the grade anew:
what a page has shown may come from the cache.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from caching.connection import raising_cache_unavailable
from platform_app.errors import Conflict, FieldError, InvalidInput
from platform_app.models import Grade, GradeChange, GradeStatus, Simulation, User
from platform_app.progress.tasks import grade as grade_task
from platform_app.simulations.signals import simulation_completed


@receiver(simulation_completed)
def grade_completed_simulation(sender: Any, simulation: Simulation, **kwargs: Any) -> None:
    request_grade(simulation.pk)


def request_grade(simulation_id: int) -> Grade:
    """The grade of a completed simulation, made by the worker if there is none yet."""
    simulation = Simulation.objects.get(pk=simulation_id)
    if not simulation.is_completed:
        raise Conflict("The simulation is not over yet, so it cannot be graded.")
    grade, created = Grade.objects.get_or_create(simulation=simulation)
    if created:
        _enqueue(grade)
    return grade


@transaction.atomic
def retry_grading(simulation_id: int) -> Grade:
    """Try again what failed or got lost on its way to the worker. A finished grade stays as it is."""
    grade = request_grade(simulation_id)
    if grade.status == GradeStatus.FAILED or grade.is_overdue:
        # Unless the worker has finished it since it was read.
        unfinished = Grade.objects.filter(pk=grade.pk).exclude(status=GradeStatus.READY)
        unfinished.update(status=GradeStatus.PENDING, error="", created_at=timezone.now())
        _enqueue(grade)
    return grade


def _enqueue(grade: Grade) -> None:
    """Hand the grade to the worker after the commit. With Redis away the grade waits, and `retry_grading` mends it."""

    def enqueue() -> None:
        with raising_cache_unavailable():
            grade_task.enqueue(grade.pk)

    transaction.on_commit(enqueue)


@transaction.atomic
def override_grade(grade_id: int, *, changed_by: User, new_score: int, reason: str) -> GradeChange:
    """Replace the score that counts. The AI's score stays; who changed what, when and why is kept for good.

    The caller has checked that `changed_by` owns the scenario.
    """
    if not 0 <= new_score <= 100:
        raise InvalidInput(
            "The score must lie between 0 and 100.", errors=[_error("new_score", "Between 0 and 100.")]
        )
    if not reason.strip():
        raise InvalidInput(
            "Please give a reason; the student sees it.", errors=[_error("reason", "A reason is needed.")]
        )
    locked = Grade.objects.select_for_update().get(pk=grade_id)
    if locked.status != GradeStatus.READY:
        raise Conflict("There is no grade to change yet.")
    change = GradeChange.objects.create(
        grade=locked,
        changed_by=changed_by,
        old_score=locked.score,
        new_score=new_score,
        reason=reason.strip(),
    )
    locked.score = new_score
    locked.save(update_fields=["score"])
    return change


def _error(attr: str, detail: str) -> FieldError:
    return FieldError(attr=attr, code="invalid", detail=detail)
