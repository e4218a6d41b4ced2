"""Analyses are limited by person and by address; a refused upload leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from platform_app.analysis.limits import ANALYSES_FROM_ADDRESS, count_analysis
from platform_app.models import Document, DocumentStatus, User
from tests.analysis.files import text_file
from tests.stopped_clock import stopped_clock as stopped_clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stopped_clock", "work_off_queue"),
]
ClientFor = Callable[[User], Client]
APIFor = Callable[[User], APIClient]
ADDRESS = "127.0.0.1"


@pytest.fixture
def busy(professor: User) -> None:
    """The professor has begun ten analyses just now."""
    for _ in range(10):
        count_analysis(professor, ADDRESS)


def test_ten_uploads_in_ten_minutes(professor: User, api_for: APIFor, stopped_clock) -> None:
    def upload() -> int:
        return (
            api_for(professor).post("/api/documents/", {"file": text_file()}, format="multipart").status_code
        )

    assert [upload() for _ in range(11)] == [202] * 10 + [429]
    stopped_clock(600)
    assert upload() == 202


def test_a_program_is_told_when_to_come_back(
    busy: None, professor: User, api_for: APIFor, stored_files: Callable[[], list[Path]]
) -> None:
    response = api_for(professor).post("/api/documents/", {"file": text_file()}, format="multipart")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Document.objects.exists()
    assert not stored_files()


def test_the_page_says_so_above_the_form(
    busy: None, professor: User, client_for: ClientFor, stored_files: Callable[[], list[Path]]
) -> None:
    response = client_for(professor).post("/documents/", {"file": text_file()})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    assert "Please wait 10 minutes" in response.text
    assert "data-upload" in response.text
    assert not Document.objects.exists()
    assert not stored_files()


@pytest.mark.parametrize("way", ["page", "api"])
def test_to_start_one_again_is_an_analysis_too(
    busy: None, professor: User, client_for: ClientFor, api_for: APIFor, way: str
) -> None:
    failed = Document.objects.create(owner=professor, filename="a.txt", size=1, status=DocumentStatus.FAILED)
    path = f"/documents/{failed.pk}/retry/"
    response = client_for(professor).post(path) if way == "page" else api_for(professor).post(f"/api{path}")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    failed.refresh_from_db()
    assert failed.status == DocumentStatus.FAILED


def test_colleagues_in_one_building_share_a_wider_limit(professor: User, api_for: APIFor) -> None:
    for _ in range(ANALYSES_FROM_ADDRESS.attempts):
        ANALYSES_FROM_ADDRESS.count_attempt(ADDRESS)
    api = api_for(professor)
    refused = api.post("/api/documents/", {"file": text_file()}, format="multipart")
    elsewhere = api.post(
        "/api/documents/", {"file": text_file()}, format="multipart", REMOTE_ADDR="198.51.100.7"
    )
    assert (refused.status_code, elsewhere.status_code) == (429, 202)


def test_a_student_who_may_not_upload_is_not_counted_but_refused(student: User, api_for: APIFor) -> None:
    codes = {api_for(student).post("/api/documents/", {}, format="multipart").status_code for _ in range(12)}
    assert codes == {403}
