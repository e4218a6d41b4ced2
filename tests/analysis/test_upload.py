"""Uploading, through the page and through the API: what is taken, what is refused, and what a refusal leaves behind."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import django_rq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from caching.errors import CacheUnavailable
from platform_app.analysis import actions
from platform_app.errors import DocumentUnreadable
from platform_app.models import Document, User
from tests.analysis.answers import CASE
from tests.analysis.files import MEGABYTE, REFUSED, BadFile, as_upload, text_file

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
APIFor = Callable[[User], APIClient]
Stored = Callable[[], list[Path]]


@pytest.fixture(autouse=True)
def empty_queue(work_off_queue: object) -> None:
    """Only what a test itself enqueues."""


def queued() -> list[list[int]]:
    return [list(job.args) for job in django_rq.get_queue("default").jobs]


def upload_page(client: Client, file: object, context: Sequence[object] = ()) -> HttpResponse:
    return client.post("/documents/", {"file": file, "context_files": [*context]})


def upload_api(client: APIClient, file: object, context: Sequence[object] = ()) -> Response:
    return client.post("/api/documents/", {"file": file, "context_files": [*context]}, format="multipart")


def test_the_page_stores_the_file_and_queues_its_analysis(
    professor: User, client_for: ClientFor, stored_files: Stored
) -> None:
    response = upload_page(
        client_for(professor), text_file("Fall Größe.txt"), [text_file("exhibit.md", "# Figures")]
    )
    document = Document.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/documents/{document.pk}/")
    assert (document.owner, document.filename, document.size) == (
        professor,
        "Fall Größe.txt",
        len(CASE.encode()),
    )
    assert (document.status, document.progress, document.stage) == ("queued", 0, "")
    assert [piece.filename for piece in document.context_files.all()] == ["exhibit.md"]
    assert [path.read_bytes() for path in stored_files()].count(CASE.encode()) == 1
    assert queued() == [[document.pk]]


def test_a_stored_file_has_a_name_that_nobody_can_guess(
    professor: User, client_for: ClientFor, stored_files: Stored
) -> None:
    upload_page(client_for(professor), text_file("../../case.txt"))
    (stored,) = stored_files()
    assert stored.suffix == ".txt"
    assert len(stored.stem) == 32
    assert Document.objects.get().filename == "case.txt"


def test_the_api_answers_202_with_the_state(professor: User, api_for: APIFor) -> None:
    response = upload_api(api_for(professor), text_file(), [text_file("exhibit.txt"), text_file("note.md")])
    document = Document.objects.get()
    assert response.status_code == 202
    assert response.json() | {"created_at": ""} == {
        "id": document.pk,
        "filename": "harbour.txt",
        "status": "queued",
        "progress": 0,
        "stage": "",
        "error": "",
        "notes": [],
        "scenario": None,
        "created_at": "",
        "finished_at": None,
    }
    assert document.context_files.count() == 2
    assert queued() == [[document.pk]]


def test_an_admin_may_upload_too(admin_user: User, api_for: APIFor) -> None:
    assert upload_api(api_for(admin_user), text_file()).status_code == 202


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_the_page_refuses_a_bad_file_with_a_sentence_and_stores_nothing(
    bad: BadFile, professor: User, client_for: ClientFor, stored_files: Stored
) -> None:
    response = upload_page(client_for(professor), as_upload(bad))
    assert response.status_code == 422
    for words in bad.says:
        assert escape(words) in response.content.decode()
    assert_nothing_stored(stored_files)


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
def test_the_api_refuses_a_bad_file_with_a_problem_and_stores_nothing(
    bad: BadFile, professor: User, api_for: APIFor, stored_files: Stored
) -> None:
    response = upload_api(api_for(professor), as_upload(bad))
    problem = response.json()
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert [error["attr"] for error in problem["errors"]] == ["file"]
    for words in bad.says:
        assert words in problem["detail"]
    assert_nothing_stored(stored_files)


def assert_nothing_stored(stored_files: Stored) -> None:
    assert not Document.objects.exists()
    assert stored_files() == []
    assert queued() == []


def test_a_bad_context_file_refuses_the_whole_upload_and_is_named(
    professor: User, client_for: ClientFor, api_for: APIFor, stored_files: Stored
) -> None:
    def files() -> list[SimpleUploadedFile]:
        return [text_file("good.txt"), SimpleUploadedFile("figures.xlsx", b"PK\x03\x04xl/workbook")]

    page = upload_page(client_for(professor), text_file(), files())
    problem = upload_api(api_for(professor), text_file(), files()).json()
    assert page.status_code == problem["status"] == 422
    assert "“figures.xlsx”: Files of the type" in page.content.decode()
    assert [error["attr"] for error in problem["errors"]] == ["context_files"]
    assert_nothing_stored(stored_files)


def test_every_file_that_is_refused_is_named_at_once(professor: User, api_for: APIFor) -> None:
    problem = upload_api(
        api_for(professor), text_file("a.exe"), [text_file("b.exe"), text_file("c.exe")]
    ).json()
    assert [error["attr"] for error in problem["errors"]] == ["file", "context_files", "context_files"]


def test_eleven_context_files_are_too_many(
    professor: User, client_for: ClientFor, stored_files: Stored
) -> None:
    response = upload_page(client_for(professor), text_file(), [text_file(f"{n}.txt") for n in range(11)])
    assert response.status_code == 400
    assert "These are 11 context files; 10 are allowed." in response.content.decode()
    assert_nothing_stored(stored_files)


def test_context_files_have_a_limit_together(professor: User, api_for: APIFor, stored_files: Stored) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", b"x" * (14 * MEGABYTE)) for n in range(3)]
    response = upload_api(api_for(professor), text_file(), files)
    assert response.status_code == 400
    assert response.json()["detail"] == "The context files have 42.0 MB together; 40 MB are allowed."
    assert_nothing_stored(stored_files)


def test_a_file_over_the_limit_is_never_read_into_memory(professor: User, stored_files: Stored) -> None:
    class Unread(SimpleUploadedFile):
        def read(self, *args: object) -> bytes:
            raise AssertionError("it was read")

    large = Unread("large.pdf", b"%PDF-")
    large.size = 3 * 2**30
    with pytest.raises(DocumentUnreadable, match=r"3072\.0 MB"):
        actions.upload_document(professor, large)
    assert_nothing_stored(stored_files)


def test_no_file_at_all_is_a_sentence(professor: User, client_for: ClientFor, api_for: APIFor) -> None:
    page = client_for(professor).post("/documents/", {})
    problem = api_for(professor).post("/api/documents/", {}, format="multipart")
    assert page.status_code == problem.status_code == 400
    assert "Choose the file of a case study." in page.content.decode()
    assert problem.json()["errors"][0]["attr"] == "file"


def test_the_name_of_a_file_is_data(professor: User, client_for: ClientFor) -> None:
    client = client_for(professor)
    location = upload_page(client, text_file('<img src=x onerror="alert(1)">.txt'))["Location"]
    for path in (location, "/documents/"):
        page = client.get(path).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror" in page


def test_students_may_not_upload(
    student: User, client_for: ClientFor, api_for: APIFor, stored_files: Stored
) -> None:
    assert client_for(student).get("/documents/").status_code == 403
    assert upload_page(client_for(student), text_file()).status_code == 403
    assert upload_api(api_for(student), text_file()).status_code == 403
    assert_nothing_stored(stored_files)


def test_strangers_have_to_sign_in(client: Client, stored_files: Stored) -> None:
    assert upload_page(client, text_file())["Location"].startswith("/account/sign-in/")
    assert upload_api(APIClient(), text_file()).status_code == 401
    assert_nothing_stored(stored_files)


@pytest.fixture
def browser(client_for: ClientFor, professor: User) -> Client:
    """Signed in while Redis was well."""
    return client_for(professor)


@pytest.fixture(params=["memory", "queue"])
def dead_redis(request: pytest.FixtureRequest, settings: Settings, browser: Client) -> Iterator[None]:
    """Redis has died since the user signed in: either all of it, or between the log's first event and the queue."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{closed.getsockname()[1]}/0"
        if request.param == "memory":
            settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": url}}
            settings.REDIS_URL = url
        else:
            settings.RQ_QUEUES = {"default": {**settings.RQ_QUEUES["default"], "URL": url}}
        yield


@pytest.mark.usefixtures("dead_redis")
def test_with_redis_down_nothing_is_half_saved(professor: User, stored_files: Stored) -> None:
    with pytest.raises(CacheUnavailable):
        actions.upload_document(professor, text_file(), [text_file("exhibit.txt")])
    assert not Document.objects.exists()
    assert stored_files() == []


@pytest.mark.usefixtures("dead_redis")
def test_with_redis_down_the_user_is_told(
    professor: User, browser: Client, api_for: APIFor, stored_files: Stored
) -> None:
    page = upload_page(browser, text_file())
    problem = upload_api(api_for(professor), text_file())
    for response in (page, problem):
        assert response.status_code == 503
        assert response["Retry-After"]
    assert "Redis" in page.content.decode()
    assert not Document.objects.exists()
    assert stored_files() == []
