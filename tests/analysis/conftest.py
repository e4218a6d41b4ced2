"""A provider that knows the case of these tests, a media folder of one's own, and documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from platform_app.models import Document, User
from tests.analysis.answers import CASE, whole_analysis
from tests.loopback_openai import LoopbackOpenAI


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Where files are stored; empty at the beginning."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def stored_files(media: Path) -> Callable[[], list[Path]]:
    """`stored_files()`: what lies in the media folder now."""
    return lambda: sorted(path for path in media.rglob("*") if path.is_file())


@pytest.fixture
def analyst(provider_server: LoopbackOpenAI) -> LoopbackOpenAI:
    """A provider that answers one analysis well."""
    provider_server.script(*whole_analysis())
    return provider_server


@pytest.fixture
def document(professor: User) -> Document:
    """A case study that was uploaded and waits for its analysis."""
    return make_document(professor)


def make_document(owner: User, text: str = CASE, filename: str = "harbour.txt", **fields: object) -> Document:
    document = Document(owner=owner, filename=filename, size=len(text.encode()), digest="0" * 64, **fields)
    document.file.save("stored.txt", ContentFile(text.encode()))
    return document
