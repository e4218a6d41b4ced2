"""Professors with all that scenarios, documents and accounts show, for tests of what was seen before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import Settings

from platform_app.accounts import actions as accounts
from platform_app.models import ContextFile, Scenario, User
from platform_app.scenarios import pictures
from tests.analysis.conftest import make_document
from tests.factories import make_scenario
from tests.scenarios.images import picture
from tests.second_views import view

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
