"""The original comes back as it was, under its own name, to its owner, and is never shown by the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from platform_app.models import ContextFile, Document, User
from tests.analysis.answers import CASE
from tests.analysis.conftest import make_document

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


def assert_is_a_download(response: HttpResponse, content_type: str) -> None:
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


def test_the_owner_gets_the_original_back(document: Document, professor: User, client_for: ClientFor) -> None:
    response = client_for(professor).get(f"/documents/{document.pk}/file/")
    assert_is_a_download(response, "text/plain; charset=utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="harbour.txt"'
    assert response.content == CASE.encode()


def test_a_foreign_name_survives(professor: User, client_for: ClientFor) -> None:
    document = make_document(professor, filename='Fall "Größe" 漢字.md')
    response = client_for(professor).get(f"/documents/{document.pk}/file/")
    assert_is_a_download(response, "text/markdown; charset=utf-8")
    assert (
        "filename*=utf-8''Fall%20%22Gr%C3%B6%C3%9Fe%22%20%E6%BC%A2%E5%AD%97.md"
        in response["Content-Disposition"]
    )


def test_context_files_come_back_too(document: Document, professor: User, client_for: ClientFor) -> None:
    exhibit = ContextFile(document=document, filename="exhibit.pdf", size=4)
    exhibit.file.save("stored.pdf", ContentFile(b"%PDF"))
    response = client_for(professor).get(f"/documents/{document.pk}/context/{exhibit.pk}/")
    assert_is_a_download(response, "application/pdf")
    assert response.content == b"%PDF"


def test_a_context_file_belongs_to_its_document(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    other = make_document(professor)
    exhibit = ContextFile(document=other, filename="exhibit.pdf", size=4)
    exhibit.file.save("stored.pdf", ContentFile(b"%PDF"))
    assert client_for(professor).get(f"/documents/{document.pk}/context/{exhibit.pk}/").status_code == 404


def test_files_have_no_public_address(document: Document, client: Client) -> None:
    for path in (document.file.name, f"media/{document.file.name}", f"static/{document.file.name}"):
        assert client.get(f"/{path}").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_found(
    document: Document, professor: User, client_for: ClientFor
) -> None:
    document.file.storage.delete(document.file.name)
    response = client_for(professor).get(f"/documents/{document.pk}/file/")
    assert response.status_code == 404
    assert "no longer stored" in response.content.decode()


def test_a_student_gets_no_file(document: Document, student: User, client_for: ClientFor) -> None:
    assert client_for(student).get(f"/documents/{document.pk}/file/").status_code == 403
