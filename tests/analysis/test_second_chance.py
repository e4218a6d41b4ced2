"""What the owner can do after a failure, and how a lost analysis becomes one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from platform_app.analysis import actions
from platform_app.analysis.heartbeat import heartbeat
from platform_app.analysis.run import SILENT_AFTER, WAITED_TOO_LONG_AFTER, Run, event_log
from platform_app.errors import Conflict
from platform_app.models import ContextFile, Document, Scenario, Stage, User
from tests.analysis.answers import whole_analysis
from tests.loopback_openai import LoopbackOpenAI, Reply

ClientFor = Callable[[User], Client]
APIFor = Callable[[User], APIClient]
Work = Callable[[], None]


@pytest.mark.django_db(transaction=True)
def test_a_failed_analysis_can_be_started_again_and_succeeds(
    document: Document,
    professor: User,
    client_for: ClientFor,
    provider_server: LoopbackOpenAI,
    work_off_queue: Work,
) -> None:
    provider_server.script(Reply(status=500), *whole_analysis())
    failed(document)
    client = client_for(professor)
    client.post(f"/documents/{document.pk}/retry/")
    work_off_queue()
    document.refresh_from_db()
    assert document.status == "failed"
    response = client.post(f"/documents/{document.pk}/retry/")
    assert response["Location"] == f"/documents/{document.pk}/"
    document.refresh_from_db()
    assert (document.status, document.error, document.progress) == ("queued", "", 0)
    assert [event.data["status"] for event in event_log(document.pk).read()] == ["queued"]
    work_off_queue()
    document.refresh_from_db()
    assert (document.status, document.error) == ("done", "")


@pytest.mark.django_db(transaction=True)
def test_the_api_starts_again_what_has_failed_and_nothing_else(
    document: Document, professor: User, api_for: APIFor, work_off_queue: Work
) -> None:
    failed(document)
    api = api_for(professor)
    first, second = (api.post(f"/api/documents/{document.pk}/retry/") for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert (second.status_code, second.json()["title"]) == (409, "Not at this moment")


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["queued", "running", "done"])
def test_what_has_not_failed_cannot_be_started_again(document: Document, status: str) -> None:
    Document.objects.filter(pk=document.pk).update(status=status)
    with pytest.raises(Conflict):
        actions.retry(document)


def failed(document: Document, error: str = "Something failed.") -> None:
    run = Run.claim(document.pk)
    assert run is not None
    run.enter(Stage.PEOPLE)
    run.fail(error)
    document.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_deleting_removes_files_and_keeps_the_scenario(
    document: Document,
    professor: User,
    client_for: ClientFor,
    draft_scenario: Scenario,
    stored_files: Callable[[], list[Path]],
) -> None:
    exhibit = ContextFile(document=document, filename="exhibit.txt", size=4)
    exhibit.file.save("exhibit.txt", ContentFile(b"text"))
    Document.objects.filter(pk=document.pk).update(status="done", scenario=draft_scenario)
    response = client_for(professor).post(f"/documents/{document.pk}/delete/", follow=True)
    assert "“harbour.txt” has been removed." in response.content.decode()
    assert stored_files() == []
    assert not Document.objects.exists()
    assert Scenario.objects.filter(pk=draft_scenario.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_api_deletes(document: Document, professor: User, api_for: APIFor) -> None:
    assert api_for(professor).delete(f"/api/documents/{document.pk}/").status_code == 204
    assert api_for(professor).get(f"/api/documents/{document.pk}/").status_code == 404


@pytest.mark.django_db
def test_an_analysis_whose_worker_died_is_shown_as_failed(
    document: Document, professor: User, client_for: ClientFor, api_for: APIFor
) -> None:
    run = Run.claim(document.pk)
    assert run is not None
    run.enter(Stage.SCENES)
    silent_for(document, SILENT_AFTER + timedelta(seconds=1))
    page = client_for(professor).get(f"/documents/{document.pk}/").content.decode()
    assert actions.WORKER_LOST in page
    assert "Start the analysis again" in page
    state = api_for(professor).get(f"/api/documents/{document.pk}/").json()
    assert (state["status"], state["error"]) == ("failed", actions.WORKER_LOST)
    assert event_log(document.pk).read()[-1].last


@pytest.mark.django_db
def test_an_analysis_that_nobody_takes_up_fails_after_an_hour(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    silent_for(document, WAITED_TOO_LONG_AFTER - timedelta(minutes=1))
    assert "Waiting for its turn" in client_for(professor).get(f"/documents/{document.pk}/").content.decode()
    silent_for(document, WAITED_TOO_LONG_AFTER + timedelta(minutes=1))
    assert '<span class="chip bad">Failed</span>' in client_for(professor).get("/documents/").content.decode()
    document.refresh_from_db()
    assert (document.status, document.error) == ("failed", actions.NEVER_BEGUN)


def silent_for(document: Document, silence: timedelta) -> None:
    Document.objects.filter(pk=document.pk).update(heard_at=timezone.now() - silence)


@pytest.mark.django_db
def test_a_lost_analysis_may_be_taken_up_by_a_requeued_job_but_a_living_one_not(document: Document) -> None:
    first = Run.claim(document.pk)
    assert first is not None
    assert Run.claim(document.pk) is None
    silent_for(document, SILENT_AFTER + timedelta(seconds=1))
    assert Run.claim(document.pk) is not None


@pytest.mark.django_db(transaction=True)
def test_a_running_analysis_gives_signs_of_life_while_it_waits(document: Document) -> None:
    run = Run.claim(document.pk)
    assert run is not None
    silent_for(document, timedelta(hours=2))
    beaten = threading.Event()

    def beat() -> None:
        run.beat()
        beaten.set()

    with heartbeat(beat, every_seconds=0.01):
        assert beaten.wait(10)
    document.refresh_from_db()
    assert timezone.now() - document.heard_at < timedelta(minutes=1)
