"""When an analysis is done, the passages of a long case are known to the AI before a student asks for them."""

from __future__ import annotations

import pytest

from platform_app.analysis.run import event_log
from platform_app.analysis.tasks import analyze_document
from platform_app.models import Document, User
from platform_app.retrieval.passages import cut
from tests.analysis.answers import CASE, whole_analysis
from tests.analysis.conftest import make_document
from tests.loopback_openai import Call, LoopbackOpenAI, Reply

pytestmark = pytest.mark.django_db
LONG_CASE = "\n\n".join(
    [CASE, *(f"Exhibit {n} lists the catch of week {n}. {'Cod. ' * 12}" for n in range(400))]
)


def analyzed(document: Document) -> Document:
    analyze_document.call(document.pk)
    document.refresh_from_db()
    return document


def described(server: LoopbackOpenAI) -> list[str]:
    """All texts that vectors were asked for."""
    return [text for call in server.calls if is_about_vectors(call) for text in call.body["input"]]


def is_about_vectors(call: Call) -> bool:
    return call.path.endswith("/embeddings")


def test_the_passages_of_a_long_case_are_described_once_when_all_is_saved(
    professor: User, analyst: LoopbackOpenAI
) -> None:
    document = analyzed(make_document(professor, LONG_CASE))
    assert document.status == "done"
    assert document.scenario is not None
    assert sorted(described(analyst)) == sorted(set(cut(document.scenario.case_text)))
    assert is_about_vectors(analyst.calls[-1])


def test_a_short_case_needs_no_vectors(document: Document, analyst: LoopbackOpenAI) -> None:
    assert analyzed(document).status == "done"
    assert described(analyst) == []


def test_passages_that_cannot_be_described_leave_the_analysis_as_it_is(
    professor: User, provider_server: LoopbackOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    provider_server.script(*whole_analysis())
    provider_server.always(Reply(status=404))
    document = analyzed(make_document(professor, LONG_CASE))
    assert (document.status, document.error) == ("done", "")
    assert document.scenario is not None
    assert "could not be prepared" in caplog.text
    assert event_log(document.pk).read()[-1].name == "end"
