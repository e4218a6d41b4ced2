"""The page of one document in each of its states, and the part of it that htmx fetches while the analysis runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from platform_app.analysis.outline import outcomes_found, people_found, scenes_found
from platform_app.analysis.run import Run, event_log
from platform_app.analysis.schema import CasePeople, CaseScenes
from platform_app.analysis.tasks import analyze_document
from platform_app.models import Document, Stage, User
from tests.analysis.answers import OUTCOMES, PEOPLE, SCENES
from tests.analysis.conftest import make_document
from tests.loopback_openai import LoopbackOpenAI

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


@pytest.fixture
def run(document: Document) -> Run:
    """An analysis that has begun."""
    begun = Run.claim(document.pk)
    assert begun is not None
    return begun


def page_of(document: Document, client: Client, part: str = "") -> str:
    return client.get(f"/documents/{document.pk}/{part}").content.decode()


def test_a_waiting_document_says_so_and_reloads_without_javascript(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    page = page_of(document, client_for(professor))
    assert "Waiting for its turn" in page
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    assert f'sse-connect="/api/documents/{document.pk}/events/?after="' in page


def test_the_page_shows_the_scenario_grow(
    document: Document, run: Run, professor: User, client_for: ClientFor
) -> None:
    client = client_for(professor)
    run.enter(Stage.PEOPLE)
    page = page_of(document, client)
    assert "Drafting your scenario" in page
    assert 'aria-current="step"><span>Finding the people' in page
    assert "Ingrid Solberg" not in page
    people = CasePeople.model_validate(PEOPLE)
    run.found("people", people_found(people))
    assert "Ingrid Solberg" in page_of(document, client, "progress/")
    run.found("scenes", scenes_found(CaseScenes.model_validate(SCENES).scenes))
    run.found("outcomes", outcomes_found(OUTCOMES["learning_outcomes"]))
    run.found("picture", {"position": 1, "drawn": True})
    run.found("picture", {"position": 2, "drawn": False})
    fragment = page_of(document, client, "progress/")
    for words in ("The board room", "Weigh growth against reserves.", "To be drawn", "No picture", "Drawn"):
        assert words in fragment
    assert "<html" not in fragment


def test_a_page_goes_on_listening_after_what_it_shows(
    document: Document, run: Run, professor: User, client_for: ClientFor
) -> None:
    run.enter(Stage.READING)
    last = event_log(document.pk).read()[-1].id
    assert f"events/?after={last}" in page_of(document, client_for(professor))


def test_a_finished_document_leads_to_the_draft_and_asks_no_more(
    document: Document, professor: User, client_for: ClientFor, analyst: LoopbackOpenAI
) -> None:
    analyze_document.call(document.pk)
    document.refresh_from_db()
    client = client_for(professor)
    page = page_of(document, client)
    assert "Your scenario is ready" in page
    assert f'href="/scenarios/{document.scenario_id}/edit/"' in page
    assert "sse-connect" not in page
    assert 'http-equiv="refresh"' not in page
    fragment = client.get(f"/documents/{document.pk}/progress/")
    assert fragment.status_code == 286
    assert "Your scenario is ready" in fragment.content.decode()


def test_what_was_left_out_is_said_on_the_page(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    note = "There is no picture of the scene “The plant”."
    Document.objects.filter(pk=document.pk).update(status="done", notes=[note])
    assert note in page_of(document, client_for(professor))


def test_a_failed_document_says_why_and_what_to_do(
    document: Document, run: Run, professor: User, client_for: ClientFor
) -> None:
    run.enter(Stage.SCENES)
    run.fail("The AI declined <b>to answer</b>.")
    page = page_of(document, client_for(professor))
    assert "The AI declined &lt;b&gt;to answer&lt;/b&gt;." in page
    assert f'action="/documents/{document.pk}/retry/"' in page
    assert "Upload another file" in page
    assert '<li class="failed"' in page


def test_a_document_whose_scenario_was_deleted_says_so(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    Document.objects.filter(pk=document.pk).update(status="done")
    assert "has been deleted" in page_of(document, client_for(professor))


def test_the_list_shows_own_documents_only(
    document: Document, professor: User, other_professor: User, client_for: ClientFor
) -> None:
    make_document(other_professor, filename="theirs.txt")
    page = client_for(professor).get("/documents/").content.decode()
    assert "harbour.txt" in page
    assert "theirs.txt" not in page


def test_the_list_costs_the_same_however_long_it_is(
    professor: User, client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        make_document(professor, filename=f"{number}.txt")
    client = client_for(professor)
    with django_assert_max_num_queries(5):
        page = client.get("/documents/").content.decode()
    assert "Page 1 of 2" in page


@pytest.mark.parametrize("path", ["", "progress/", "file/", "context/1/"])
def test_somebody_elses_document_does_not_exist(
    path: str, document: Document, other_professor: User, admin_user: User, client_for: ClientFor
) -> None:
    for user in (other_professor, admin_user):
        assert client_for(user).get(f"/documents/{document.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["retry/", "delete/"])
def test_nobody_else_can_do_anything_to_it(
    path: str, document: Document, other_professor: User, student: User, client_for: ClientFor
) -> None:
    assert client_for(other_professor).post(f"/documents/{document.pk}/{path}").status_code == 404
    assert client_for(student).post(f"/documents/{document.pk}/{path}").status_code == 403
    assert Document.objects.filter(pk=document.pk).exists()


@pytest.mark.parametrize("path", ["retry/", "delete/"])
def test_a_link_changes_nothing(
    path: str, document: Document, professor: User, client_for: ClientFor
) -> None:
    assert client_for(professor).get(f"/documents/{document.pk}/{path}").status_code == 405
