"""Settings under which sessions do not stay where they are put. What a server does to them is in tests/caching/doctor."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from caching.doctor import Level
from sessions_ext import doctor
from sessions_ext.checks import check_engine


def test_our_engine_keeps_them_apart_from_caches() -> None:
    assert doctor.engine().level is Level.OK
    assert check_engine() == []


@pytest.mark.parametrize("backend", ["cache", "cached_db"])
def test_a_cache_that_can_be_emptied_is_no_place_for_them(settings: Settings, backend: str) -> None:
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{backend}"
    verdict = doctor.engine()
    assert verdict.level is Level.FAIL
    assert "'default'" in verdict.said
    assert [message.id for message in check_engine()] == ["sessions_ext.E103"]


def test_without_copies_there_is_a_warning(settings: Settings) -> None:
    assert doctor.backup().level is Level.OK
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}
    assert doctor.backup().level is Level.WARN
