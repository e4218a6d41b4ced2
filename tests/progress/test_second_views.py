"""Lists and results that somebody has seen before cost no query, and what has changed since is seen at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.contrib.auth.hashers import make_password
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from platform_app.models import Grade, GradeStatus, Scenario, Simulation, User
from platform_app.progress.actions import override_grade
from platform_app.progress.tasks import grade as grade_task
from tests.caching.patience import await_posted
from tests.factories import SceneFactory, UserFactory, make_scenario
from tests.looks import Look
from tests.progress.conftest import play

pytestmark = pytest.mark.django_db(transaction=True)
ClientFor = Callable[[User], Client]
ApiFor = Callable[[User], APIClient]
ViewsOf = Callable[[User], dict[str, Look]]


@pytest.fixture(params=["near", "network"])
def near_and_network(request: pytest.FixtureRequest, settings: Settings) -> None:
    """The same must hold with the copy in this process and without it."""
    settings.CACHING = settings.CACHING | {"NEAR_CACHE": request.param == "near"}


@pytest.fixture
def grade(finished: Simulation) -> Grade:
    return Grade.objects.create(simulation=finished, status=GradeStatus.READY, ai_score=61, score=61)


@pytest.fixture
def views_of(client_for: ClientFor, api_for: ApiFor, grade: Grade) -> ViewsOf:
    """`views_of(user)`: all that somebody who has to do with the graded simulation can look at."""

    def views(user: User) -> dict[str, Look]:
        client, htmx, api = client_for(user), client_for(user), api_for(user)
        htmx.defaults["HTTP_HX_REQUEST"] = "true"
        results = f"/simulations/{grade.simulation_id}/results/"
        return {
            "home": Look(client, "/"),
            "overview": Look(client, "/progress/"),
            "searched": Look(client, "/progress/?q=stina&page=1"),
            "rows": Look(htmx, "/progress/"),
            "results": Look(client, results),
            "polled": Look(htmx, results),
            "api list": Look(api, "/api/progress/"),
            "api grade": Look(api, f"/api/simulations/{grade.simulation_id}/grade/"),
        }

    return views


VIEWS = ["home", "overview", "searched", "rows", "results", "polled", "api list", "api grade"]


@pytest.mark.usefixtures("near_and_network")
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("who", ["student", "professor"])
def test_the_second_view_asks_the_database_nothing(
    views_of: ViewsOf, request: pytest.FixtureRequest, who: str, name: str
) -> None:
    view = views_of(request.getfixturevalue(who))[name]
    assert view().status_code == 200
    assert view.statements() == []


def test_what_is_cached_is_judged_anew_for_everybody(
    views_of: ViewsOf, student: User, professor: User, other_student: User, other_professor: User
) -> None:
    for insider in (student, professor):
        for view in views_of(insider).values():
            assert view().status_code == 200
    for stranger in (other_student, other_professor):
        views = views_of(stranger)
        assert {views[name]().status_code for name in ("results", "polled", "api grade")} == {404}
        assert views["api list"]().json()["count"] == 0
        assert "Stina Student" not in views["overview"]().text


def test_a_professor_is_a_student_elsewhere_and_sees_two_different_lists(
    views_of: ViewsOf, professor: User, other_professor: User
) -> None:
    play(make_scenario(owner=other_professor), professor)
    views = views_of(professor)
    assert views["api list"]().json()["count"] == 1
    professor.role = "student"
    professor.save()
    assert [row["student_name"] for row in views["api list"]().json()["results"]] == ["Paula Professor"]


def test_what_others_do_leaves_what_a_student_sees_cached(
    views_of: ViewsOf,
    client_for: ClientFor,
    student: User,
    other_student: User,
    professor: User,
    published_scenario: Scenario,
) -> None:
    play(make_scenario(owner=professor), student)
    views = views_of(student)
    del views["home"]  # it shows what is new with the owners' names: a sign-in may be a change of those
    for view in views.values():
        view()
    client_for(professor), client_for(other_student)
    theirs = play(published_scenario, other_student)
    other = Grade.objects.create(simulation=theirs, status=GradeStatus.READY, ai_score=50, score=50)
    override_grade(other.pk, changed_by=professor, new_score=55, reason="Why not.")
    assert [view.statements() for view in views.values()] == [[]] * len(views)


def test_a_new_simulation_is_in_the_lists(
    views_of: ViewsOf, professor: User, other_student: User, published_scenario: Scenario
) -> None:
    views = views_of(professor)
    assert "Olaf Other" not in views["overview"]().text
    play(published_scenario, other_student, completed=False)
    assert "Olaf Other" in views["overview"]().text
    assert views["api list"]().json()["count"] == 2


def test_scenes_that_end_are_counted(
    client_for: ClientFor, student: User, professor: User, published_scenario: Scenario
) -> None:
    running = play(published_scenario, student, completed=False)
    progress = running.scene_progress.first()
    assert progress is not None
    progress.outcome = "running"
    progress.save()
    pages = [client_for(person) for person in (student, professor)]
    assert "1 of 2 scenes" in pages[0].get("/progress/").text
    assert "1 / 2" in pages[1].get("/progress/").text
    progress.outcome = "reached"
    progress.save(update_fields=["outcome"])
    assert "2 of 2 scenes" in pages[0].get("/progress/").text
    assert "2 / 2" in pages[1].get("/progress/").text
    SceneFactory.create(scenario=published_scenario, position=3)
    assert "2 of 3 scenes" in pages[0].get("/progress/").text


def test_a_grade_that_becomes_ready_is_shown(
    client_for: ClientFor, finished: Simulation, student: User, professor: User
) -> None:
    pages = [client_for(person) for person in (student, professor)]
    path = f"/simulations/{finished.pk}/results/"
    assert all("There is no grade yet." in page.get(path).text for page in pages)
    pending = Grade.objects.create(simulation=finished)
    assert all("is being graded" in page.get(path).text for page in pages)
    assert all("Being graded" in page.get("/progress/").text for page in pages)
    grade_task.call(pending.pk)
    assert all("Scene by scene" in page.get(path).text for page in pages)
    assert all("Being graded" not in page.get("/progress/").text for page in pages)


def test_an_override_is_shown_to_both_at_once(
    views_of: ViewsOf, client_for: ClientFor, grade: Grade, student: User, professor: User
) -> None:
    views = [views_of(student), views_of(professor)]
    for each in views:
        for view in each.values():
            view()
    client_for(professor).post(
        f"/simulations/{grade.simulation_id}/results/override/", {"new_score": 93, "reason": "Strong close."}
    )
    for each in views:
        assert "61 → 93" in each["results"]().text
        assert "93" in each["overview"]().text
        assert "93" in each["home"]().text
        assert each["api grade"]().json()["score"] == 93
        assert each["api list"]().json()["results"][0]["score"] == 93


def test_an_override_goes_by_the_grade_as_it_is_and_not_as_it_was_seen(
    views_of: ViewsOf, grade: Grade, professor: User
) -> None:
    views_of(professor)["results"]()
    Grade.objects.filter(pk=grade.pk).update(score=70, summary="Written meanwhile.")
    change = override_grade(grade.pk, changed_by=professor, new_score=80, reason="Better still.")
    assert change.old_score == 70
    grade.refresh_from_db()
    assert (grade.score, grade.summary) == (80, "Written meanwhile.")


def test_an_edited_scenario_and_a_new_name_are_shown(
    views_of: ViewsOf, student: User, professor: User, published_scenario: Scenario
) -> None:
    mine, theirs = views_of(student), views_of(professor)
    for view in (*mine.values(), *theirs.values()):
        view()
    published_scenario.title = "Harbour Changed"
    published_scenario.save()
    student.name = "Stina Changed"
    student.save()
    for views in (mine, theirs):
        assert "Harbour Changed" in views["overview"]().text
        assert "Harbour Changed" in views["home"]().text
        assert "Harbour Changed" in views["results"]().text
    assert "Stina Changed" in theirs["overview"]().text
    assert "Stina Changed" in theirs["results"]().text


def test_a_page_that_there_is_not_is_the_last_one_and_in_the_api_none(
    views_of: ViewsOf, client_for: ClientFor, api_for: ApiFor, professor: User, published_scenario: Scenario
) -> None:
    for _ in range(25):
        play(published_scenario, UserFactory.create())
    for page in ("2", "99"):
        assert "Page 2 of 2" in client_for(professor).get(f"/progress/?q=&page={page}").text
    assert "Page 1 of 2" in client_for(professor).get("/progress/?page=nonsense").text
    api = api_for(professor)
    first = api.get("/api/progress/").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (26, 20, None)
    assert len(api.get(first["next"]).json()["results"]) == 6
    assert api.get("/api/progress/?page=3").status_code == 404


def test_no_password_hash_is_kept_in_redis(
    views_of: ViewsOf, grade: Grade, professor: User, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    professor.password = make_password("a-long-test-password")
    professor.save()
    override_grade(grade.pk, changed_by=professor, new_score=70, reason="Good second half.")
    for view in views_of(professor).values():
        view()
    await_posted()
    stored = [
        redis_server.get(key) or b""
        for key in redis_server.scan_iter(match=f"{redis_key_prefix}*")
        if redis_server.type(key) == b"string"
    ]
    assert any(b"Good second half." in value for value in stored)
    assert not any(b"md5$" in value for value in stored)


def test_a_grade_that_failed_and_its_retry_are_shown(
    client_for: ClientFor, finished: Simulation, student: User
) -> None:
    page, path = client_for(student), f"/simulations/{finished.pk}/results/"
    page.get(path)
    Grade.objects.create(simulation=finished, status=GradeStatus.FAILED, error="The provider is away.")
    assert "The provider is away." in page.get(path).text
    assert "is being graded" in page.post(f"{path}retry/", follow=True).text
