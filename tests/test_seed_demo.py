"""`manage.py seed_demo`: what a newcomer finds, made once, at no cost."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from pytest_django import Settings

from caching.ai import ai
from platform_app.models import Role, Scenario, Scene, User
from platform_app.scenarios import pictures
from platform_app.scenarios.completeness import missing_parts
from platform_app.scenarios.openings import by_persona

pytestmark = pytest.mark.django_db
LOGINS = {
    "admin@example.com": Role.ADMIN,
    "professor@example.com": Role.PROFESSOR,
    "student@example.com": Role.STUDENT,
    "student2@example.com": Role.STUDENT,
}


@pytest.fixture(autouse=True)
def debug(settings: Settings) -> None:
    settings.DEBUG = True


@pytest.fixture(autouse=True)
def no_ai(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo must not spend anybody's money."""

    def refused(*arguments: object, **options: object) -> None:
        pytest.fail("The AI was called.")

    for door in ("chat", "stream", "structured", "embed", "image"):
        monkeypatch.setattr(ai, door, refused)


def everything() -> list[object]:
    users = User.objects.order_by("pk").values_list("pk", "email", "password")
    scenarios = Scenario.objects.order_by("pk").values_list("pk", "title", "updated_at")
    return [*users, *scenarios, *Scene.objects.order_by("pk").values_list("pk", "image")]


def stored(scene: Scene) -> bytes:
    with default_storage.open(str(scene.image.name)) as file:
        return bytes(file.read())


def test_the_logins_work_with_the_public_password() -> None:
    call_command("seed_demo")

    assert dict(User.objects.values_list("email", "role")) == LOGINS
    for email in LOGINS:
        assert Client().login(username=email, password="demo-password")


def test_two_complete_scenarios_are_published() -> None:
    call_command("seed_demo")

    scenarios = list(Scenario.objects.all())
    assert len(scenarios) == 2
    for scenario in scenarios:
        assert scenario.is_published
        assert scenario.owner.email == "professor@example.com"
        assert missing_parts(scenario) == []
        assert scenario.case_text


def test_everybody_can_be_asked_something_to_begin_with() -> None:
    call_command("seed_demo")

    for scene in Scene.objects.all():
        asked = by_persona(scene.opening_questions.all())
        assert asked.keys() == {persona.pk for persona in scene.personas.all()}
        assert all(2 <= len(texts) <= 3 for texts in asked.values())


@pytest.mark.django_db(transaction=True)
def test_no_answers_are_prepared_as_that_could_cost_money(work_off_queue: Callable[[], None]) -> None:
    call_command("seed_demo")
    work_off_queue()  # would call the AI


def test_every_scene_has_a_picture_of_its_own_and_the_start_page_shows_the_first_ones() -> None:
    call_command("seed_demo")

    scenes = list(Scene.objects.all())
    contents = {stored(scene) for scene in scenes}
    assert len(contents) == len(scenes) == 6
    assert all(Image.open(BytesIO(content)).size == (1024, 1024) for content in contents)
    page = Client().get("/").content.decode()
    for scenario in Scenario.objects.all():
        assert pictures.scene_image_url(scenario.scenes.all()[0]) in page


def test_running_it_again_changes_nothing() -> None:
    call_command("seed_demo")
    before = everything()
    call_command("seed_demo")

    assert everything() == before


def test_what_somebody_made_of_the_demo_stays() -> None:
    call_command("seed_demo")
    User.objects.filter(email="student@example.com").update(name="Somebody else")
    scene = Scene.objects.all()[0]
    pictures.remove_picture(scene)
    call_command("seed_demo")

    scene.refresh_from_db()
    assert not scene.image
    assert User.objects.get(email="student@example.com").name == "Somebody else"


def test_it_refuses_where_debug_is_off(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="public password"):
        call_command("seed_demo")

    assert not User.objects.exists()
