"""What others put under our keys is absent: it never fails a request, and is never executed."""

import pickle
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import redis
from asgiref.sync import async_to_sync

from sessions_ext import keys, session_manager
from sessions_ext.agents.errors import AgentSessionGone
from tests.sessions_ext.agents.conftest import Stored
from tests.test_worker import Bomb

Plant = Callable[[redis.Redis, str], None]


def planted(**fields: bytes) -> Plant:
    return lambda server, key: server.hset(key, mapping=fields)


HASHES: dict[str, Plant] = {
    "a text": lambda server, key: server.set(key, b"x"),
    "a list": lambda server, key: server.rpush(key, b"x"),
    "a stream": lambda server, key: server.xadd(key, {"m": "{}"}),
    "a hash of others": planted(x=b"y"),
    "no number of messages": planted(said=b"x"),
    "not a number of messages": planted(said=b"nan"),
    "too many messages": planted(said=b"1e300"),
    "a negative number of messages": planted(said=b"-1"),
    "nothing about it": planted(said=b"0"),
    "bytes": planted(said=b"0", about=b"\xff\xfe"),
    "no JSON": planted(said=b"0", about=b"{"),
    "endless JSON": planted(said=b"0", about=b"[" * 100_000),
    "a list as JSON": planted(said=b"0", about=b"[1]"),
    "a stranger's session": planted(
        said=b"0",
        about=msgspec.json.encode(
            {"user_progress_id": 9, "agent_type": "tutor", "agent_id": "", "config": {}, "created_at": ""}
        ),
    ),
}
STREAMS: dict[str, Plant] = {
    "a text": lambda server, key: server.set(key, b"x"),
    "a list": lambda server, key: server.rpush(key, b"x"),
    "another field": lambda server, key: server.xadd(key, {"x": "{}"}),
    "two fields": lambda server, key: server.xadd(key, {"m": "{}", "x": "{}"}),
    "no JSON": lambda server, key: server.xadd(key, {"m": b"\xff"}),
    "no dict": lambda server, key: server.xadd(key, {"m": b"[1]"}),
    "endless JSON": lambda server, key: server.xadd(key, {"m": b"[" * 100_000}),
}


@pytest.fixture
def tutor(db: None, no_copies: None) -> str:
    session_id = session_manager.create_agent_session_sync(1, "tutor")
    session_manager.append_message_sync(session_id, {"n": 1})
    return session_id


def is_absent_and_begins_again(session_id: str) -> None:
    with pytest.raises(AgentSessionGone):
        session_manager.append_message_sync(session_id, {"n": 2})
    assert session_manager.get_agent_session_sync(session_id) is None
    assert session_manager.create_agent_session_sync(1, "tutor") == session_id
    session_manager.append_message_sync(session_id, {"n": 3})
    assert session_manager.get_messages_sync(session_id) == [{"n": 3}]


@pytest.mark.parametrize("plant", HASHES.values(), ids=HASHES)
def test_rubbish_in_place_of_the_state_is_absent(tutor: str, redis_server: redis.Redis, plant: Plant) -> None:
    redis_server.delete(keys.agent_session(tutor))
    redis_server.delete(keys.agent_transcript(tutor))
    plant(redis_server, keys.agent_session(tutor))
    session_manager.statistics_sync()
    assert session_manager.append_to_all_sync([tutor], {"n": 1}) == {tutor}
    plant_again = redis_server.exists(keys.agent_session(tutor))
    if not plant_again:
        plant(redis_server, keys.agent_session(tutor))
    is_absent_and_begins_again(tutor)


@pytest.mark.parametrize("plant", STREAMS.values(), ids=STREAMS)
def test_rubbish_in_place_of_the_transcript_is_absent(
    tutor: str, redis_server: redis.Redis, plant: Plant
) -> None:
    redis_server.delete(keys.agent_transcript(tutor))
    plant(redis_server, keys.agent_transcript(tutor))
    assert session_manager.get_agent_session_sync(tutor) is None
    is_absent_and_begins_again(tutor)


def test_rubbish_in_the_state_is_absent(tutor: str, redis_server: redis.Redis) -> None:
    for value in (b"{", b"\xff", b"[" * 100_000):
        redis_server.hset(keys.agent_session(tutor), "state:a", value)
        assert async_to_sync(session_manager.get_agent_session)(tutor) is None
        session_manager.create_agent_session_sync(1, "tutor")


def test_a_pickle_is_not_executed(tutor: str, redis_server: redis.Redis, tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "crater"))
    redis_server.hset(keys.agent_session(tutor), mapping={"about": bomb, "state:a": bomb})
    assert session_manager.get_agent_session_sync(tutor) is None
    session_manager.create_agent_session_sync(1, "tutor")
    redis_server.xadd(keys.agent_transcript(tutor), {"m": bomb})
    redis_server.hset(keys.agent_session(tutor), "said", 1)
    assert session_manager.get_agent_session_sync(tutor) is None
    redis_server.set(keys.agent_session(tutor), bomb)
    assert session_manager.get_agent_session_sync(tutor) is None
    assert not (tmp_path / "crater").exists()


def test_what_comes_back_in_the_place_of_rubbish_is_the_copy(
    session_id: str, stored: Stored, redis_server: redis.Redis
) -> None:
    stored.lose(session_id)
    redis_server.set(keys.agent_session(session_id), b"x")
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert session["session_config"] == {"temperature": 0.7}
