"""A change of scenarios, documents and accounts is seen at once on every page that was seen before; what others have seen
costs them no query still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_app.analysis.run import Run
from platform_app.models import TRAITS, Stage, User
from tests.analysis.conftest import make_document
from tests.desks import OWN_ANSWERS, OWN_PAGES, ClientFor, Desk, colleague, desk, media
from tests.scenarios.images import picture

__all__ = ["colleague", "desk", "media"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)

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


@contextmanager
def undisturbed(desk: Desk, *paths: str) -> Iterator[None]:
    """What has been seen of this desk can be seen again without a query after the block."""
    for path in paths:
        desk.view(path)
    yield
    assert {path: sent for path in paths if (sent := desk.view(path))} == {}


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


def test_who_begins_to_play_goes_on_from_the_page_that_he_had_seen(
    desk: Desk, colleague: Desk, student: User, client_for: ClientFor
) -> None:
    browser, page = client_for(student), desk.address(DETAIL)
    assert "Go on playing" not in browser.get(page).text
    assert desk.shows(DETAIL, "No student has played it yet.")

    with undisturbed(colleague, *OWN_PAGES, *OWN_ANSWERS):
        browser.post(desk.address("/scenarios/{scenario}/play/"))

    assert "Go on playing" in browser.get(page).text
    assert desk.shows(DETAIL, "1 student has played it.")
