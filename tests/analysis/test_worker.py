"""The whole way through the real queue and a real worker of RQ: what is uploaded ends as a scenario or as a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from platform_app.models import Document, Scenario, User
from tests.analysis.answers import whole_analysis
from tests.analysis.files import UNREADABLE, BadFile, as_upload, text_file
from tests.loopback_openai import LoopbackOpenAI

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User], Client]
Work = Callable[[], None]


def test_what_is_uploaded_in_the_browser_becomes_a_draft_to_edit(
    professor: User, client_for: ClientFor, analyst: LoopbackOpenAI, work_off_queue: Work
) -> None:
    client = client_for(professor)
    location = client.post("/documents/", {"file": text_file()})["Location"]
    assert "Waiting for its turn" in client.get(location).content.decode()
    work_off_queue()
    page = client.get(location).content.decode()
    scenario = Scenario.objects.get()
    assert "Your scenario is ready" in page
    assert f'href="/scenarios/{scenario.pk}/edit/"' in page
    assert "Harbour Foods: a second plant?" in page


@pytest.mark.parametrize("bad", UNREADABLE, ids=lambda bad: bad.name)
def test_an_unreadable_file_ends_as_a_sentence_and_the_worker_lives_on(
    bad: BadFile,
    professor: User,
    client_for: ClientFor,
    provider_server: LoopbackOpenAI,
    work_off_queue: Work,
) -> None:
    client = client_for(professor)
    location = client.post("/documents/", {"file": as_upload(bad)})["Location"]
    client.post("/documents/", {"file": text_file()})
    provider_server.script(*whole_analysis())
    work_off_queue()
    good, failed = Document.objects.order_by("-pk")
    assert (failed.status, failed.stage, failed.scenario) == ("failed", "reading", None)
    for words in bad.says:
        assert words in failed.error
    page = client.get(location).content.decode()
    assert "This did not work" in page
    assert "Start the analysis again" in page
    assert good.status == "done"


def test_an_unreadable_context_file_is_named(
    professor: User, client_for: ClientFor, provider_server: LoopbackOpenAI, work_off_queue: Work
) -> None:
    locked = next(bad for bad in UNREADABLE if bad.name == "locked.pdf")
    client_for(professor).post("/documents/", {"file": text_file(), "context_files": [as_upload(locked)]})
    work_off_queue()
    failed = Document.objects.get()
    assert failed.error.startswith("“locked.pdf”: This PDF is protected by a password.")
    assert provider_server.calls == []
