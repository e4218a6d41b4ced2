"""Sentinel: what is read is what the primary has, and a session that was ended stays dead when a replica takes over."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching.errors import CacheUnavailable
from platform_app.models import User
from sessions_ext import devices
from sessions_ext.engine import SessionStore
from tests.caching.conftest import sentinels as sentinels
from tests.caching.conftest import use_redis as use_redis
from tests.sessions_ext.test_races import signed_in
from tests.topologies import SentinelServers

PATIENCE_SECONDS = 30.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _on_sentinels(sentinels: SentinelServers, use_redis: Callable[[str], None]) -> None:
    use_redis(sentinels.url)


def values(session_key: str) -> dict[str, object]:
    """As soon as somebody can tell."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return dict(SessionStore(session_key))
        except CacheUnavailable:
            assert time.monotonic() < give_up_at
            time.sleep(0.1)


def test_everybody_reads_what_was_just_written() -> None:
    def write_and_read(_: int) -> bool:
        session = SessionStore()
        session["large"] = "x" * 20_000
        session.save()
        return "large" in SessionStore(session.session_key)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(write_and_read, range(800)))


@pytest.mark.parametrize("backup", [True, False])
def test_what_was_ended_just_before_the_primary_died_stays_dead(
    backup: bool, sentinels: SentinelServers, student: User, settings
) -> None:
    settings.SESSIONS = {"BACKUP": backup}
    ended = [str(signed_in(student).session_key) for _ in range(20)]
    assert devices.end_sessions_of(student.pk) == 20
    os.kill(sentinels.primary.process.pid, signal.SIGKILL)
    sentinels.primary.process.wait()
    assert [values(session_key) for session_key in ended] == [{}] * 20


def test_who_was_signed_in_when_the_primary_died_still_is(sentinels: SentinelServers, student: User) -> None:
    alive = [str(signed_in(student).session_key) for _ in range(20)]
    os.kill(sentinels.primary.process.pid, signal.SIGKILL)
    sentinels.primary.process.wait()
    assert all(values(session_key)["_auth_user_id"] == str(student.pk) for session_key in alive)
