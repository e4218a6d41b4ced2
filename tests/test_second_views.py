"""Pages and API answers of scenarios, documents and accounts: seen for the second time, they cost no query but the one that
says who is there; after a change they show it; and what others have seen costs them nothing still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from platform_app.accounts import actions as accounts
from platform_app.analysis.run import Run
from platform_app.models import TRAITS, ContextFile, Scenario, Stage, User
from platform_app.scenarios import pictures
from tests.analysis.conftest import make_document
from tests.factories import make_scenario
from tests.scenarios.images import picture
from tests.second_views import view

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]

OWN_PAGES = [
    "/scenarios/{scenario}/",
    "/scenarios/{scenario}/edit/",
    "/scenarios/{scenario}/edit/personas/",
    "/scenarios/{scenario}/edit/scenes/",
    "/scenarios/{scenario}/edit/outcomes/",
    "/scenarios/{scenario}/edit/rubric/",
    "/scenarios/{scenario}/edit/publish/",
    "/scenarios/{scenario}/delete/",
    "/scenarios/personas/{persona}/delete/",
    "/scenarios/scenes/{scene}/delete/",
    "/scenarios/scenes/{scene}/image/",
    "/documents/",
    "/documents/{document}/",
    "/documents/{document}/file/",
    "/documents/{document}/context/{exhibit}/",
    "/account/",
]
OWN_ANSWERS = ["/api/scenarios/?mine=true", "/api/scenarios/{scenario}/", "/api/documents/{document}/"]
SHARED_PAGES = ["/", "/scenarios/", "/scenarios/?mine=1", "/scenarios/?search=harbour+soup&industry=Food"]
SHARED_ANSWERS = ["/api/scenarios/", "/api/me/"]
OVERVIEW = {
    "title": "Salt and Snow",
    "description": "So far.",
    "challenge": "Decide.",
    "student_role": "Adviser",
    "industry": "Salt",
    "difficulty": "advanced",
    "estimated_minutes": "30",
}
PERSONA = {
    "name": "Ada Lovelace",
    "role": "Analyst",
    "background": "She computes.",
    "goals": "Be right.",
    "knowledge": "",
    "communication_style": "",
    **dict.fromkeys(TRAITS, "7"),
}
SCENE = {
    "title": "The salt works",
    "description": "You enter.",
    "user_goal": "Ask.",
    "success_criteria": "Asked.",
    "turn_limit": "9",
}


@dataclass(frozen=True)
class Desk:
    """What a professor has: a browser, a published scenario, and the document that it was made from."""

    owner: User
    browser: Client
    scenario: Scenario
    ids: Mapping[str, int]

    def address(self, path: str) -> str:
        return path.format(**self.ids)

    def post(self, path: str, data: object = None) -> None:
        response = self.browser.post(self.address(path), data or {})
        assert response.status_code in (200, 302), f"{path}: {response.status_code}"

    def view(self, path: str) -> list[str]:
        return view(self.browser, self.address(path))

    def shows(self, path: str, words: str) -> bool:
        return words in self.browser.get(self.address(path)).content.decode()


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(professor: User, client_for: ClientFor) -> Desk:
    return make_desk(professor, client_for, "Fish in Figures")


@pytest.fixture
def colleague(other_professor: User, client_for: ClientFor) -> Desk:
    return make_desk(other_professor, client_for, "Night Shift")


def make_desk(owner: User, client_for: ClientFor, title: str) -> Desk:
    scenario = make_scenario(owner=owner, title=title)
    pictures.set_picture(scenario.scenes.all()[0], picture())
    document = make_document(owner, status="done", scenario=scenario)
    exhibit = ContextFile(document=document, filename="exhibit.txt", size=4)
    exhibit.file.save("exhibit.txt", ContentFile(b"text"))
    accounts.issue_token(owner)
    persona, scene = scenario.personas.all()[0], scenario.scenes.all()[0]
    named = {
        "persona": persona,
        "scene": scene,
        "scenario": scenario,
        "document": document,
        "exhibit": exhibit,
    }
    return Desk(owner, client_for(owner), scenario, {name: one.pk for name, one in named.items()})


@contextmanager
def undisturbed(desk: Desk, *paths: str) -> Iterator[None]:
    """What has been seen of this desk can be seen again without a query after the block."""
    for path in paths:
        desk.view(path)
    yield
    assert {path: sent for path in paths if (sent := desk.view(path))} == {}


class TestSecondViews:
    @pytest.mark.parametrize("path", [*SHARED_PAGES, *OWN_PAGES])
    def test_of_a_page_asks_only_who_is_there(self, desk: Desk, path: str) -> None:
        assert desk.view(path)
        assert desk.view(path) == []

    @pytest.mark.parametrize("path", [*SHARED_ANSWERS, *OWN_ANSWERS])
    def test_of_an_answer_asks_only_whose_token_it_is(self, desk: Desk, path: str) -> None:
        program = APIClient()
        secret = accounts.issue_token(desk.owner).secret
        program.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        view(program, desk.address(path))
        assert view(program, desk.address(path)) == []

    @pytest.mark.parametrize(
        "path", [*SHARED_PAGES, "/scenarios/{scenario}/", "/scenarios/scenes/{scene}/image/"]
    )
    def test_by_a_student_ask_only_who_is_there(
        self, desk: Desk, student: User, client_for: ClientFor, path: str
    ) -> None:
        browser = client_for(student)
        assert view(browser, desk.address(path))
        assert view(browser, desk.address(path)) == []

    def test_by_nobody_in_particular_ask_nothing(self, desk: Desk) -> None:
        for path in ("/", desk.address("/scenarios/scenes/{scene}/image/")):
            view(Client(), path)
            assert view(Client(), path) == []

    def test_of_the_published_ones_are_the_first_for_most(
        self, desk: Desk, student: User, other_student: User, client_for: ClientFor
    ) -> None:
        view(client_for(student), "/scenarios/")
        [own_industries] = view(client_for(other_student), "/scenarios/")
        assert "DISTINCT" in own_industries


@dataclass(frozen=True)
class Change:
    """`shown` and `gone`: pages, and words that they have now or no longer. `disturbing`: what others cannot be spared, as
    the database itself takes back what points to a deleted object, and does not say where from.
    """

    make: Callable[[Desk], object]
    shown: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    disturbing: frozenset[str] = frozenset()


def posting(path: str, data: object = None) -> Callable[[Desk], None]:
    return lambda desk: desk.post(path, data)


def upload_picture(desk: Desk) -> None:
    desk.post("/scenarios/scenes/{scene}/picture/", {"picture": SimpleUploadedFile("new.png", picture())})


def analyse(desk: Desk) -> None:
    """Another case study goes half the way of an analysis, with a beat of its worker's heart."""
    document = make_document(desk.owner, filename="second.txt")
    run = Run.claim(document.pk)
    assert run is not None
    run.enter(Stage.READING)
    run.beat()
    run.fail("The second could not be read.")


DETAIL = "/scenarios/{scenario}/"
TITLE = OVERVIEW["title"]
CHANGES = {
    "overview": Change(
        posting("/scenarios/{scenario}/edit/", OVERVIEW),
        shown=tuple(
            (path, TITLE) for path in ("/", "/scenarios/", "/scenarios/?mine=1", DETAIL, "/documents/")
        ),
        gone=((DETAIL, "Fish in Figures</h1>"),),
    ),
    "persona": Change(
        posting("/scenarios/personas/{persona}/", PERSONA),
        shown=((DETAIL, "Ada Lovelace"), ("/scenarios/{scenario}/edit/scenes/", "Ada Lovelace")),
        gone=((DETAIL, "Ingrid Solberg"),),
    ),
    "another persona": Change(
        posting("/scenarios/{scenario}/edit/personas/", PERSONA),
        shown=((DETAIL, "Ada Lovelace"), ("/scenarios/", "3 people")),
    ),
    "no persona": Change(
        posting("/scenarios/personas/{persona}/delete/"),
        gone=((DETAIL, "Ingrid Solberg"), ("/documents/{document}/", "Ingrid Solberg")),
    ),
    "persona moved": Change(posting("/scenarios/personas/{persona}/move/", {"direction": "down"})),
    "scene": Change(
        lambda desk: desk.post(
            "/scenarios/scenes/{scene}/", {**SCENE, "personas": [desk.scenario.personas.all()[1].pk]}
        ),
        shown=((DETAIL, "The salt works"), ("/documents/{document}/", "The salt works")),
        gone=((DETAIL, "The board room"),),
    ),
    "no scene": Change(
        posting("/scenarios/scenes/{scene}/delete/"),
        shown=(("/scenarios/", "1 scene "),),
        gone=((DETAIL, "The board room"),),
        disturbing=frozenset({DETAIL, "/scenarios/{scenario}/delete/"}),
    ),
    "scene moved": Change(posting("/scenarios/scenes/{scene}/move/", {"direction": "down"})),
    "outcomes": Change(
        posting("/scenarios/{scenario}/edit/outcomes/", {"learning_outcomes": "Weigh salt."}),
        shown=((DETAIL, "Weigh salt."),),
        gone=((DETAIL, "Weigh growth"),),
    ),
    "picture": Change(upload_picture),
    "copy": Change(
        posting("/scenarios/{scenario}/duplicate/"),
        shown=(("/", "Fish in Figures (copy)"), ("/scenarios/?mine=1", "Fish in Figures (copy)")),
    ),
    "draft again": Change(
        posting("/scenarios/{scenario}/unpublish/"),
        shown=((DETAIL, "Draft</span>"),),
        gone=(("/scenarios/", "Fish in Figures"),),
    ),
    "archived": Change(
        posting("/scenarios/{scenario}/archive/"),
        shown=((DETAIL, "Archived</span>"),),
        gone=(
            ("/scenarios/", "Fish in Figures"),
            ("/scenarios/?mine=1", "Fish in Figures"),
            ("/", "Fish in Figures"),
        ),
    ),
    "deleted": Change(
        posting("/scenarios/{scenario}/delete/"),
        shown=(("/documents/{document}/", "has been deleted"),),
        gone=(("/scenarios/", "Fish in Figures"), ("/documents/", "Fish in Figures")),
        disturbing=frozenset({*OWN_PAGES, *OWN_ANSWERS} - {"/account/", "/api/scenarios/?mine=true"}),
    ),
    "name": Change(
        posting("/account/", {"name": "Paula Newname"}),
        shown=(("/scenarios/", "by Paula Newname"), (DETAIL, "by Paula Newname")),
        gone=((DETAIL, "Paula Professor"),),
    ),
    "token": Change(posting("/account/tokens/")),
    "analysis": Change(
        analyse, shown=(("/documents/", "second.txt"), ("/documents/", "Failed</span>"), ("/", "second.txt"))
    ),
    "no document": Change(
        posting("/documents/{document}/delete/"),
        gone=(("/documents/", "harbour.txt"), (DETAIL, "harbour.txt")),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_seen_at_once_and_concerns_nobody_else(
    desk: Desk, colleague: Desk, change: Change
) -> None:
    for path, words in (*change.shown, *change.gone):
        assert desk.shows(path, words) is ((path, words) in change.gone), (path, words)

    with undisturbed(colleague, *{*OWN_PAGES, *OWN_ANSWERS} - change.disturbing):
        change.make(desk)
    desk.shows("/account/", "the message of what was done, which has words too")

    for path, words in (*change.shown, *change.gone):
        assert desk.shows(path, words) is ((path, words) in change.shown), (path, words)
