"""The live events of an analysis, as an EventSource gets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from platform_app.analysis.run import Run, event_log
from platform_app.analysis.tasks import analyze_document
from platform_app.models import Document, User
from tests.loopback_openai import LoopbackOpenAI

pytestmark = pytest.mark.django_db

APIFor = Callable[[User], APIClient]
BROWSER = {"Accept": "text/event-stream"}


def events_of(response: StreamingHttpResponse) -> list[dict[str, Any]]:
    async def collect() -> bytes:
        return b"".join([part async for part in response])

    frames = async_to_sync(collect)().decode().strip().split("\n\n")
    parsed = [
        dict(line.split(": ", 1) for line in frame.splitlines())
        for frame in frames
        if not frame.startswith(":")
    ]
    return [{**one, "data": json.loads(one["data"])} for one in parsed]


@pytest.fixture
def finished(document: Document, analyst: LoopbackOpenAI) -> Document:
    analyze_document.call(document.pk)
    document.refresh_from_db()
    return document


def test_the_stream_tells_the_whole_analysis_and_ends(
    finished: Document, professor: User, api_for: APIFor
) -> None:
    response = api_for(professor).get(f"/api/documents/{finished.pk}/events/", headers=BROWSER)
    assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
    events = events_of(response)
    assert {"state", "people", "scenes", "outcomes", "picture", "end"} == {one["event"] for one in events}
    assert events[-1]["event"] == "end"
    assert events[-1]["data"] == api_for(professor).get(f"/api/documents/{finished.pk}/").json()


def test_a_client_that_comes_back_gets_the_rest(finished: Document, professor: User, api_for: APIFor) -> None:
    api, path = api_for(professor), f"/api/documents/{finished.pk}/events/"
    everything = events_of(api.get(path, headers=BROWSER))
    seen = everything[4]["id"]
    assert events_of(api.get(path, headers={**BROWSER, "Last-Event-ID": seen})) == everything[5:]
    assert events_of(api.get(f"{path}?after={seen}", headers=BROWSER)) == everything[5:]


def test_of_an_analysis_long_past_only_the_end_is_left(
    finished: Document, professor: User, api_for: APIFor
) -> None:
    event_log(finished.pk).reset()
    events = events_of(api_for(professor).get(f"/api/documents/{finished.pk}/events/", headers=BROWSER))
    assert [one["event"] for one in events] == ["state", "end"]
    assert events[-1]["data"]["status"] == "done"


def test_a_failure_ends_the_stream_with_its_sentence(
    document: Document, professor: User, api_for: APIFor
) -> None:
    run = Run.claim(document.pk)
    assert run is not None
    run.fail("The AI declined to answer this.")
    events = events_of(api_for(professor).get(f"/api/documents/{document.pk}/events/", headers=BROWSER))
    assert events[-1]["data"]["error"] == "The AI declined to answer this."


@pytest.mark.parametrize("path", ["", "events/"])
def test_somebody_elses_document_does_not_exist(
    path: str, document: Document, other_professor: User, api_for: APIFor
) -> None:
    response = api_for(other_professor).get(f"/api/documents/{document.pk}/{path}", headers={"Accept": "*/*"})
    assert response.status_code == 404
    assert response.json()["title"] == "Not found"


def test_a_browser_that_asks_for_events_gets_refusals_as_problems(
    document: Document, other_professor: User, api_for: APIFor
) -> None:
    response = api_for(other_professor).get(f"/api/documents/{document.pk}/events/", headers=BROWSER)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_students_may_not_look(document: Document, student: User, api_for: APIFor) -> None:
    for path in ("", "events/"):
        assert api_for(student).get(f"/api/documents/{document.pk}/{path}").status_code == 403


def test_the_schema_describes_uploads_and_events() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    upload = paths["/api/documents/"]["post"]
    assert list(upload["requestBody"]["content"]) == ["multipart/form-data"]
    assert "202" in upload["responses"]
    assert "text/event-stream" in paths["/api/documents/{id}/events/"]["get"]["responses"]["200"]["content"]
