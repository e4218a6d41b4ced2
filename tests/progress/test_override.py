"""A professor may change a grade, with a reason; nothing that was said before is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from platform_app.errors import Conflict, InvalidInput
from platform_app.models import Grade, GradeStatus, Simulation, User
from platform_app.progress.actions import override_grade

ClientFor = Callable[[User], Client]


@pytest.fixture
def grade(finished: Simulation) -> Grade:
    return Grade.objects.create(simulation=finished, status=GradeStatus.READY, ai_score=60, score=60)


def test_the_new_score_counts_and_the_old_one_is_kept(grade: Grade, professor: User) -> None:
    override_grade(grade.pk, changed_by=professor, new_score=75, reason="Good second half.")
    override_grade(grade.pk, changed_by=professor, new_score=80, reason="Better still.")
    grade.refresh_from_db()
    assert (grade.score, grade.ai_score, grade.is_overridden) == (80, 60, True)
    assert [(change.old_score, change.new_score) for change in grade.changes.all()] == [(60, 75), (75, 80)]


@pytest.mark.parametrize(("score", "reason"), [(101, "x"), (-1, "x"), (70, "   ")])
def test_nonsense_is_refused(grade: Grade, professor: User, score: int, reason: str) -> None:
    with pytest.raises(InvalidInput):
        override_grade(grade.pk, changed_by=professor, new_score=score, reason=reason)
    assert not grade.changes.exists()


def test_a_grade_that_is_not_ready_cannot_be_changed(grade: Grade, professor: User) -> None:
    Grade.objects.update(status=GradeStatus.PENDING)
    with pytest.raises(Conflict):
        override_grade(grade.pk, changed_by=professor, new_score=70, reason="x")


def test_the_page_changes_it_and_shows_the_reason(
    grade: Grade, professor: User, client_for: ClientFor
) -> None:
    url = reverse("progress:override", args=[grade.simulation_id])
    answer = client_for(professor).post(url, {"new_score": 90, "reason": "<b>Strong</b> close."}, follow=True)
    assert "60 → 90" in answer.text
    assert "&lt;b&gt;Strong&lt;/b&gt; close." in answer.text


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(
    grade: Grade, professor: User, client_for: ClientFor
) -> None:
    url = reverse("progress:override", args=[grade.simulation_id])
    answer = client_for(professor).post(url, {"new_score": 900, "reason": "Typed with care"})
    assert answer.status_code == 400
    assert "Typed with care" in answer.text


def test_only_the_owner_of_the_scenario_may(
    grade: Grade, student: User, other_professor: User, client_for: ClientFor
) -> None:
    url = reverse("progress:override", args=[grade.simulation_id])
    for stranger in (student, other_professor):
        answer = client_for(stranger).post(url, {"new_score": 100, "reason": "please"})
        assert answer.status_code == 404
    grade.refresh_from_db()
    assert grade.score == 60
