"""Sessions on real Redis, each test with keys of its own."""

import pytest
import redis
from pytest_django import Settings

from sessions_ext import keys, session_manager


@pytest.fixture
def session_id(db: None) -> str:
    """A running session of one persona."""
    return session_manager.create_agent_session_sync(123, "persona_agent", "7", {"temperature": 0.7})


@pytest.fixture
def no_copies(settings: Settings) -> None:
    settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}


class Stored:
    """What lies in Redis for a session."""

    def __init__(self, server: redis.Redis) -> None:
        self.server = server

    def ttls(self, session_id: str) -> tuple[int, int]:
        state, transcript = keys.agent_session(session_id), keys.agent_transcript(session_id)
        return self.server.pttl(state), self.server.pttl(transcript)

    def shorten(self, session_id: str, ms: int) -> None:
        """As if time had passed."""
        for key in (keys.agent_session(session_id), keys.agent_transcript(session_id)):
            self.server.pexpire(key, ms)

    def lose(self, session_id: str) -> None:
        """As an eviction or FLUSHALL would."""
        self.server.delete(keys.agent_session(session_id))
        self.server.delete(keys.agent_transcript(session_id))

    def all_keys(self, prefix: str) -> list[bytes]:
        return list(self.server.scan_iter(match=f"{prefix}agent_session:*", count=1000))


@pytest.fixture
def stored(redis_server: redis.Redis) -> Stored:
    return Stored(redis_server)
