"""A student sees his own results, a professor those of his students, nobody else anything."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from platform_app.models import Grade, GradeStatus, Scenario, Simulation, User
from tests.factories import UserFactory
from tests.progress.conftest import play

ClientFor = Callable[[User], Client]
ApiFor = Callable[[User], APIClient]


def test_the_student_and_the_owner_see_the_results(
    finished: Simulation, student: User, professor: User, client_for: ClientFor
) -> None:
    for person in (student, professor):
        assert client_for(person).get(reverse("progress:results", args=[finished.pk])).status_code == 200


def test_everybody_else_gets_404(
    finished: Simulation, other_student: User, other_professor: User, client_for: ClientFor, api_for: ApiFor
) -> None:
    for person in (other_student, other_professor):
        assert client_for(person).get(reverse("progress:results", args=[finished.pk])).status_code == 404
        assert api_for(person).get(f"/api/simulations/{finished.pk}/grade/").status_code == 404


def test_strangers_are_asked_to_sign_in(finished: Simulation, client: Client) -> None:
    answer = client.get(reverse("progress:results", args=[finished.pk]))
    assert answer.status_code == 302
    assert client.get("/api/progress/").status_code == 401


def test_the_api_gives_the_stored_grade(finished: Simulation, student: User, api_for: ApiFor) -> None:
    api = api_for(student)
    assert api.get(f"/api/simulations/{finished.pk}/grade/").status_code == 404
    Grade.objects.create(simulation=finished, status=GradeStatus.READY, score=70, ai_score=60)
    body = api.get(f"/api/simulations/{finished.pk}/grade/").json()
    assert (body["status"], body["score"], body["ai_score"]) == ("ready", 70, 60)


def test_lists_show_each_what_is_his(
    finished: Simulation,
    published_scenario: Scenario,
    student: User,
    professor: User,
    other_student: User,
    other_professor: User,
    api_for: ApiFor,
) -> None:
    play(published_scenario, other_student)
    play(published_scenario, professor)  # a test run of one's own is nobody's progress
    counts = {
        person: api_for(person).get("/api/progress/").json()["count"]
        for person in (student, other_student, professor, other_professor)
    }
    assert counts == {student: 1, other_student: 1, professor: 2, other_professor: 0}


def test_the_professor_can_search_and_filter(
    finished: Simulation,
    professor: User,
    other_student: User,
    published_scenario: Scenario,
    client_for: ClientFor,
) -> None:
    play(published_scenario, other_student)
    client = client_for(professor)
    found = client.get(reverse("progress:overview"), {"q": "stina"})
    assert "Stina Student" in found.text
    assert "Olaf Other" not in found.text
    for nonsense in ("nonsense", "-1", "9" * 30):
        answer = client.get(reverse("progress:overview"), {"scenario": nonsense, "q": "x" * 500})
        assert answer.status_code == 200


def test_the_csv_holds_the_grades_and_no_formulas(
    finished: Simulation, published_scenario: Scenario, professor: User, client_for: ClientFor
) -> None:
    Grade.objects.create(simulation=finished, status=GradeStatus.READY, score=70, ai_score=60)
    play(published_scenario, UserFactory.create(name='=HYPERLINK("http://evil.example")'))
    answer = client_for(professor).get(reverse("progress:export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = {row["student"]: row for row in csv.DictReader(StringIO(text))}
    assert rows["Stina Student"]["score"] == "70"
    assert rows["Stina Student"]["overridden"] == "yes"
    assert any(name.startswith("'=HYPERLINK") for name in rows)


def test_a_longer_list_needs_no_more_queries(
    published_scenario: Scenario,
    professor: User,
    client_for: ClientFor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(8):
        Grade.objects.create(simulation=play(published_scenario, UserFactory.create()))
    client = client_for(professor)
    with django_assert_max_num_queries(10):
        assert client.get(reverse("progress:overview")).status_code == 200


@pytest.mark.parametrize("status", ["pending", "failed", "ready"])
def test_every_state_of_a_grade_has_its_page(
    finished: Simulation, student: User, client_for: ClientFor, status: str
) -> None:
    Grade.objects.create(
        simulation=finished, status=status, error="The provider is away.", score=50, ai_score=50
    )
    text = client_for(student).get(reverse("progress:results", args=[finished.pk])).text
    expected = {"pending": "is being graded", "failed": "The provider is away.", "ready": "50"}[status]
    assert expected in text
