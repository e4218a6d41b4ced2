"""Pages and API answers of scenarios, documents and accounts: seen for the second time, they cost no query but the one that
says who is there. They are nobody else's, and what depends on the time is told anew.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from platform_app.accounts import actions as accounts
from platform_app.accounts import selectors
from platform_app.analysis.run import Run
from platform_app.models import Stage, User
from tests.analysis.conftest import make_document
from tests.desks import (
    OWN_ANSWERS,
    OWN_PAGES,
    SHARED_ANSWERS,
    SHARED_PAGES,
    ClientFor,
    Desk,
    desk,
    media,
)
from tests.second_views import view

__all__ = ["desk", "media"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["near", "network"])
def near_and_network(request: pytest.FixtureRequest, settings: Settings) -> None:
    """The same holds with the copies in this process and without them."""
    settings.CACHING = {**settings.CACHING, "NEAR_CACHE": request.param == "near"}


@pytest.mark.usefixtures("near_and_network")
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


@pytest.mark.parametrize("path", [*OWN_PAGES, *OWN_ANSWERS])
def test_what_its_owner_has_seen_is_shown_to_nobody_else(
    desk: Desk, other_professor: User, student: User, client_for: ClientFor, path: str
) -> None:
    desk.post("/scenarios/{scenario}/unpublish/")
    page = desk.browser.get(desk.address(path))
    body = page.getvalue()
    for stranger in (other_professor, student):
        theirs = client_for(stranger).get(desk.address(path))
        if "{" in path:
            assert theirs.status_code in (403, 404)
        else:
            assert theirs.getvalue() != body
            assert b"Fish in Figures" not in theirs.getvalue()


def test_a_page_follows_a_running_analysis_step_by_step(desk: Desk) -> None:
    document = make_document(desk.owner, filename="second.txt")
    path = f"/documents/{document.pk}/progress/"
    assert desk.shows(path, "Waiting for its turn")
    run = Run.claim(document.pk)
    assert run is not None
    for stage in Stage:
        run.enter(stage)
        assert desk.shows(path, f'aria-current="step"><span>{stage.label}')
    assert desk.view(path) == []


def test_an_analysis_whose_worker_died_is_given_up_though_the_page_was_seen_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(desk.owner, filename="second.txt")
    assert Run.claim(document.pk)
    path = f"/documents/{document.pk}/"
    assert not desk.shows(path, "This did not work")
    monkeypatch.setattr("platform_app.analysis.run.SILENT_AFTER", timedelta(0))
    assert desk.shows(path, "This did not work")


def test_a_token_that_has_run_out_is_gone_though_the_page_was_seen_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.shows("/account/", "Revoke")
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("platform_app.accounts.selectors.timezone.now", lambda: later)
    assert not selectors.valid_tokens(desk.owner.pk)
