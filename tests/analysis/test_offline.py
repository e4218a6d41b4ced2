"""Without a provider: the offline engine analyses a case on the very same way, through SDK, cache and ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caching.ai import ai
from platform_app.models import Document, User
from platform_app.scenarios.completeness import missing_parts
from tests.analysis.files import a_docx, a_pdf
from tests.analysis.reading import pdfs

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
Work = Callable[[], None]
MARKDOWN = "\n\n".join(
    ["# Brightwater Foods", pdfs.FOUNDING, "## The offer", pdfs.OFFER, pdfs.PEOPLE, pdfs.QUESTION]
)


@pytest.fixture
def upload(professor: User, client_for: ClientFor, work_off_queue: Work) -> Callable[[str, bytes], Document]:
    """`upload(name, data)`: in the browser, and the worker does its work."""

    def uploaded(name: str, data: bytes) -> Document:
        client_for(professor).post("/documents/", {"file": SimpleUploadedFile(name, data)})
        work_off_queue()
        return Document.objects.latest("pk")

    return uploaded


@pytest.mark.parametrize(
    ("name", "data"),
    [("case.pdf", a_pdf), ("case.docx", a_docx), ("case.md", MARKDOWN.encode), ("case.txt", MARKDOWN.encode)],
)
def test_a_case_becomes_a_scenario_that_lacks_nothing(
    name: str, data: Callable[[], bytes], upload: Callable[[str, bytes], Document]
) -> None:
    document = upload(name, data())
    assert (document.status, document.error, document.notes) == ("done", "", [])
    scenario = document.scenario
    assert scenario is not None
    assert missing_parts(scenario) == []
    names = {persona.name for persona in scenario.personas.all()}
    assert "Sören Kjærgård" in names
    for scene in scenario.scenes.all():
        assert scene.personas.exists()
        assert scene.image
    assert "Brightwater" in scenario.title


def test_the_same_file_a_second_time_asks_nothing(
    upload: Callable[[str, bytes], Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    structured, seen = ai.structured, []

    def watched(*args: Any, **kwargs: Any) -> Any:
        answer = structured(*args, **kwargs)
        seen.append(answer.from_cache)
        return answer

    monkeypatch.setattr(ai, "structured", watched)
    first, second = upload("case.pdf", a_pdf()), upload("again.pdf", a_pdf())
    assert (first.status, second.status) == ("done", "done")
    assert first.digest == second.digest
    assert first.scenario_id != second.scenario_id
    assert seen == [False] * 3 + [True] * 3


def test_a_text_without_people_is_refused_with_advice(upload: Callable[[str, bytes], Document]) -> None:
    document = upload("recipe.txt", b"Boil the water. Add salt. Add the rice and wait for twenty minutes.")
    assert (document.status, document.scenario) == ("failed", None)
    assert "names people, or at least their roles" in document.error
