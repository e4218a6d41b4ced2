"""Grades are made once, by the rubric, from what the student said."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from platform_app.models import Grade, GradeStatus, Role, Scenario, Simulation, User
from platform_app.progress.actions import request_grade, retry_grading
from platform_app.progress.grading import grade_simulation
from platform_app.progress.schema import assessment_for
from platform_app.progress.tasks import grade as grade_task
from tests.factories import UserFactory
from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.progress.conftest import CARELESS, play


def graded(simulation: Simulation) -> Grade:
    grade = Grade.objects.create(simulation=simulation)
    grade_simulation(grade)
    grade.refresh_from_db()
    return grade


def test_every_scene_is_graded_by_every_criterion(finished: Simulation) -> None:
    grade = graded(finished)
    assert grade.status == GradeStatus.READY
    assert [scene.scene_title for scene in grade.scene_grades.all()] == ["The board room", "The plant"]
    for scene in grade.scene_grades.all():
        assert [c["name"] for c in scene.criteria] == [c["name"] for c in finished.scenario.rubric]
        assert all(criterion["reason"] for criterion in scene.criteria)


def test_the_overall_score_is_the_mean_of_the_scenes(finished: Simulation) -> None:
    grade = graded(finished)
    scores = [scene.score for scene in grade.scene_grades.all()]
    assert grade.score == grade.ai_score == int(sum(scores) / len(scores) + 0.5)


def test_quotes_are_the_students_own_words(finished: Simulation) -> None:
    said = "\n".join(finished.messages.filter(author="student").values_list("text", flat=True))
    quotes = [c["quote"] for scene in graded(finished).scene_grades.all() for c in scene.criteria]
    assert any(quotes)
    assert all(quote in said for quote in quotes)


def test_thought_scores_higher_than_carelessness(published_scenario: Scenario, student: User) -> None:
    careless = play(published_scenario, UserFactory.create(role=Role.STUDENT), CARELESS)
    assert graded(play(published_scenario, student)).score > graded(careless).score + 20


def test_a_scene_nobody_played_is_zero_and_says_so(finished: Simulation) -> None:
    last = finished.scenario.scenes.last()
    finished.messages.filter(scene=last).delete()
    grade = graded(finished)
    assert grade.scene_grades.last().score == 0
    assert grade.scene_grades.last().summary == "You did not play this scene."


def test_a_grade_is_stored_once(finished: Simulation) -> None:
    grade = graded(finished)
    Grade.objects.filter(pk=grade.pk).update(score=1, ai_score=1)
    grade_task.call(grade.pk)
    grade_simulation(grade)
    grade.refresh_from_db()
    assert (grade.score, grade.scene_grades.count()) == (1, 2)


def test_completing_a_simulation_asks_for_its_grade(
    finished: Simulation, django_capture_on_commit_callbacks: object, work_off_queue: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_grade(finished.pk)
    assert finished.grade.status == GradeStatus.PENDING
    work_off_queue()
    finished.grade.refresh_from_db()
    assert finished.grade.status == GradeStatus.READY


def test_a_failing_provider_is_told_and_can_be_tried_again(
    finished: Simulation, provider_server: LoopbackOpenAI, django_capture_on_commit_callbacks: object
) -> None:
    provider_server.always(Reply(status=400))
    grade = Grade.objects.create(simulation=finished)
    grade_task.call(grade.pk)
    grade.refresh_from_db()
    assert grade.status == GradeStatus.FAILED
    assert grade.error
    assert not grade.scene_grades.exists()
    with django_capture_on_commit_callbacks() as callbacks:
        retry_grading(finished.pk)
    assert len(callbacks) == 1
    grade.refresh_from_db()
    assert grade.status == GradeStatus.PENDING


def test_invented_quotes_are_dropped() -> None:
    schema = assessment_for(["Depth"], ["We should ask  the “customers” first."])
    criterion = {"name": "Depth", "level": 3, "reason": "Because."}
    invented = schema.model_validate(
        {"criteria": [{**criterion, "quote": "I am great"}], "summary": "", "strengths": [], "advice": []}
    )
    real = schema.model_validate(
        {
            "criteria": [{**criterion, "quote": "ask the customers first"}],
            "summary": "",
            "strengths": [],
            "advice": [],
        }
    )
    assert invented.criteria[0].quote == ""
    assert real.criteria[0].quote == "ask the customers first"


def test_foreign_criteria_are_refused() -> None:
    with pytest.raises(ValidationError, match="must be exactly"):
        assessment_for(["Depth"], []).model_validate(
            {
                "criteria": [{"name": "Beauty", "level": 4, "reason": "x", "quote": ""}],
                "summary": "",
                "strengths": [],
                "advice": [],
            }
        )
