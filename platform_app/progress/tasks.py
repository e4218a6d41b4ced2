"""Grading in the worker. What goes wrong is written into the grade, in the student's words."""

from __future__ import annotations

import logging

from django_tasks import task

from caching.errors import AIError, CacheUnavailable
from platform_app.models import Grade, GradeStatus
from platform_app.progress.grading import grade_simulation

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side while grading. Your conversation is safe; please try again."
MEMORY_AWAY = (
    "The platform's memory did not answer while grading. Your conversation is safe; please try again."
)


@task()
def grade(grade_id: int) -> None:
    """Grade once. Running it twice does no harm: a finished grade is left alone."""
    waiting = Grade.objects.select_related("simulation__scenario").filter(pk=grade_id).first()
    if waiting is None or waiting.status == GradeStatus.READY:
        return
    try:
        grade_simulation(waiting)
    except AIError as error:
        _fail(grade_id, error.user_message)
    except CacheUnavailable:
        _fail(grade_id, MEMORY_AWAY)
    except Exception:
        log.exception("grading %s failed", grade_id)
        _fail(grade_id, OUR_FAULT)


def _fail(grade_id: int, sentence: str) -> None:
    Grade.objects.filter(pk=grade_id, status=GradeStatus.PENDING).update(
        status=GradeStatus.FAILED, error=sentence
    )
