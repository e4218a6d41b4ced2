"""The Django admin: every list and form opens, its door is the platform's, evidence cannot be edited."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries

from platform_app.accounts import actions
from platform_app.models import (
    Author,
    Document,
    Grade,
    GradeStatus,
    Message,
    Scenario,
    SceneGrade,
    SceneProgress,
    Simulation,
    User,
)
from tests.factories import PASSWORD, SimulationFactory


@pytest.fixture
def site(client_for: Callable[[User], Client], admin_user: User) -> Client:
    return client_for(admin_user)


@pytest.fixture
def simulation(published_scenario: Scenario, student: User) -> Simulation:
    simulation = SimulationFactory.create(scenario=published_scenario, student=student)
    scene = published_scenario.scenes.first()
    SceneProgress.objects.create(simulation=simulation, scene=scene)
    text = "<script>alert(1)</script> Why did sales fall?"
    Message.objects.create(simulation=simulation, scene=scene, position=1, author=Author.STUDENT, text=text)
    grade = Grade.objects.create(simulation=simulation, status=GradeStatus.READY, ai_score=70, score=70)
    SceneGrade.objects.create(
        grade=grade, scene=scene, scene_title=scene.title, position=1, score=70, criteria=[]
    )
    return simulation


@pytest.fixture
def everything(simulation: Simulation, professor: User) -> None:
    actions.issue_token(professor)
    Document.objects.create(
        owner=professor, file="documents/x.pdf", filename="x.pdf", size=1, digest="0" * 64
    )


def objects() -> list[tuple[str, type]]:
    return [
        (model._meta.label, model) for model in admin.site._registry if model._meta.app_label != "django_rq"
    ]


def test_every_list_search_and_form_opens(site: Client, everything: None):
    for label, model in objects():
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert site.get(url).status_code == 200, label
        if admin.site._registry[model].search_fields:
            assert site.get(url, {"q": "x"}).status_code == 200, label
        for found in model._default_manager.all()[:1]:
            assert site.get(f"{url}{admin.utils.quote(found.pk)}/change/").status_code == 200, label


def test_the_models_of_the_platform_are_all_there(db: None):
    registered = {label for label, _ in objects()}
    assert registered >= {
        "platform_app.User",
        "platform_app.Scenario",
        "platform_app.Scene",
        "platform_app.Simulation",
        "platform_app.Message",
        "platform_app.Grade",
        "platform_app.Document",
        "knox.AuthToken",
    }


def test_lists_do_not_ask_for_every_row(
    site: Client, everything: None, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for _ in range(5):
        SimulationFactory.create()
    for name in ("scenario", "simulation", "message", "grade", "document"):
        with django_assert_max_num_queries(9):
            site.get(f"/admin/platform_app/{name}/")


def test_strangers_sign_in_on_the_page_that_is_throttled(admin_user: User):
    visitor = Client()
    first = visitor.get("/admin/platform_app/user/", follow=True)
    address, _ = first.redirect_chain[-1]
    assert address == "/account/sign-in/?next=/admin/platform_app/user/"
    data = {"email": "ADMIN@example.org", "password": PASSWORD, "next": "/admin/platform_app/user/"}
    arrived = visitor.post("/account/sign-in/", data, follow=True)
    assert arrived.redirect_chain == [("/admin/platform_app/user/", 302)]
    assert arrived.status_code == 200


def test_the_admin_takes_no_passwords_itself(admin_user: User):
    response = Client().post("/admin/login/", {"username": admin_user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert "sessionid" not in response.cookies


@pytest.mark.parametrize("who", ["student", "professor"])
@pytest.mark.parametrize("path", ["/admin/", "/admin/platform_app/user/", "/admin/django_rq/dashboard/"])
def test_nobody_else_gets_in(client_for: Callable[[User], Client], request, who: str, path: str):
    response = client_for(request.getfixturevalue(who)).get(path, follow=True)
    assert response.status_code == 403
    assert "for administrators" in response.text


def test_an_admin_makes_a_professor(site: Client):
    form = {
        "email": "New.Professor@Example.org",
        "name": "New",
        "role": "professor",
        "usable_password": "true",
        "password1": "a quite new password",
        "password2": "a quite new password",
    }
    assert site.post("/admin/platform_app/user/add/", form).status_code == 302
    user = User.objects.get(name="New")
    assert (user.email, user.role, user.is_staff) == ("new.professor@example.org", "professor", False)
    assert user.check_password("a quite new password")


def test_an_admin_changes_a_role_and_disables(site: Client, student: User):
    form = {"email": "STUDENT@example.org", "name": "S", "role": "professor"}
    assert site.post(f"/admin/platform_app/user/{student.pk}/change/", form).status_code == 302
    student.refresh_from_db()
    assert (student.email, student.role, student.is_active) == ("student@example.org", "professor", False)


def test_a_password_set_by_an_admin_ends_sessions_and_tokens(
    site: Client, client_for: Callable[[User], Client], student: User
):
    actions.issue_token(student)
    old = client_for(student)
    form = {
        "usable_password": "true",
        "password1": "a quite new password",
        "password2": "a quite new password",
    }
    assert site.post(f"/admin/platform_app/user/{student.pk}/password/", form).status_code == 302
    assert old.get("/account/").status_code == 302
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("name", ["simulation", "message", "grade", "document"])
def test_evidence_is_not_edited(site: Client, everything: None, name: str):
    url = f"/admin/platform_app/{name}/"
    assert site.get(f"{url}add/").status_code == 403
    model = next(model for _, model in objects() if model._meta.model_name == name)
    assert site.post(f"{url}{model.objects.get().pk}/change/", {"score": 100, "text": "x"}).status_code == 403


def test_what_students_wrote_is_shown_as_text(site: Client, simulation: Simulation):
    for url in (f"/admin/platform_app/simulation/{simulation.pk}/change/", "/admin/platform_app/message/"):
        page = site.get(url).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_a_scene_has_only_people_of_its_scenario(
    site: Client, published_scenario: Scenario, draft_scenario: Scenario
):
    scene = published_scenario.scenes.first()
    page = site.get(f"/admin/platform_app/scene/{scene.pk}/change/").text
    for persona in published_scenario.personas.all():
        assert f'<option value="{persona.pk}"' in page
    for persona in draft_scenario.personas.all():
        assert f'<option value="{persona.pk}"' not in page


def test_the_job_dashboard_is_for_superusers(
    site: Client, client_for: Callable[[User], Client], professor: User
):
    assert site.get("/admin/django_rq/dashboard/").status_code == 200
    professor.is_staff = True
    professor.save()
    professor.user_permissions.add(*Permission.objects.filter(content_type__app_label="platform_app"))
    staff = client_for(professor)
    for path in ("", "queues/0/", "workers/0/", "stats.json"):
        assert staff.get(f"/admin/django_rq/dashboard/{path}").status_code in (403, 404), path


@pytest.mark.parametrize("path", ["stats.json", "stats.json/", "stats.json/x", "metrics/"])
def test_the_numbers_of_the_queue_are_not_public(db: None, path: str):
    response = Client(raise_request_exception=False).get(f"/admin/django_rq/dashboard/{path}")
    assert response.status_code in (302, 401, 403, 404)


@pytest.mark.parametrize("path", ["", "queues/0/empty/", "queues/0/requeue-all/"])
def test_the_policy_allows_the_inline_styles_of_the_job_dashboard_and_no_more(site: Client, path: str):
    response = site.get(f"/admin/django_rq/dashboard/{path}")
    policy = response.headers["Content-Security-Policy"]
    styles = re.findall(r"<style[^>]*>(.*?)</style>", response.text, re.DOTALL)
    assert styles
    for style in styles:
        assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy
    assert "sha256" not in site.get("/admin/").headers["Content-Security-Policy"]
