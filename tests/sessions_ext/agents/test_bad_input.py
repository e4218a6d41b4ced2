"""What cannot be kept is refused with a sentence that says why, and leaves no key behind."""

from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync

from sessions_ext import session_manager
from sessions_ext.agents.errors import AgentSessionGone, InvalidAgentData
from sessions_ext.agents.values import MESSAGE_BYTES, MOST_MESSAGES
from tests.sessions_ext.agents.conftest import Stored

DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]

NOT_JSON = {
    "bytes": {"a": b"x"},
    "a date": {"a": datetime(2026, 1, 1, tzinfo=UTC)},
    "NaN": {"a": float("nan")},
    "infinity": {"a": [float("inf")]},
    "half of a surrogate pair": {"a": "\ud800"},
    "half of a pair in a key": {"\ud800": 1},
    "NUL": {"a": ["x\0y"]},
    "NUL in a key": {"a": {"\0": 1}},
    "a number as key": {"a": {1: 2}},
    "a number as first key": {1: 2},
    "None as key": {None: 1},
    "a set": {"a": {1}},
    "nested without end": {"a": DEEP},
    "an endless number": {"a": 10**5000},
    "no dict": ["a"],
    "text": "a",
    "nothing": None,
    "too large": {"a": "x" * 2**21},
}


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
@pytest.mark.parametrize("as_coroutine", [False, True], ids=["thread", "coroutine"])
def test_what_is_not_json_is_refused_and_changes_nothing(
    session_id: str, value: Any, as_coroutine: bool
) -> None:
    before = session_manager.get_agent_session_sync(session_id)
    if as_coroutine:
        update = async_to_sync(session_manager.update_session_state)
        append = async_to_sync(session_manager.append_message)
    else:
        update, append = session_manager.update_session_state_sync, session_manager.append_message_sync
    with pytest.raises(InvalidAgentData):
        update(session_id, value)
    with pytest.raises(InvalidAgentData):
        append(session_id, value)
    assert session_manager.get_agent_session_sync(session_id) == before


@pytest.mark.parametrize("value", [v for v in NOT_JSON.values() if v is not None])
def test_a_config_that_is_not_json_makes_no_session(
    db: None, stored: Stored, redis_key_prefix: str, value: Any
) -> None:
    with pytest.raises(InvalidAgentData):
        session_manager.create_agent_session_sync(1, "tutor", None, value)
    assert not stored.all_keys(redis_key_prefix)


def test_a_message_may_be_large_but_not_too_large(session_id: str) -> None:
    text = "x" * (MESSAGE_BYTES - len('{"text":""}'))
    session_manager.append_message_sync(session_id, {"text": text})
    with pytest.raises(InvalidAgentData, match="65,536 bytes as JSON; this has 65,537"):
        session_manager.append_message_sync(session_id, {"text": text + "x"})


def test_of_several_messages_none_is_kept_if_one_is_bad(session_id: str) -> None:
    with pytest.raises(InvalidAgentData):
        session_manager.append_messages_sync(session_id, [{"n": 1}, {"n": b"2"}])
    assert session_manager.get_messages_sync(session_id) == []


def test_more_messages_than_a_transcript_keeps_are_not_taken_at_once(session_id: str) -> None:
    with pytest.raises(InvalidAgentData, match="At most 1,000 messages"):
        session_manager.append_messages_sync(session_id, [{"n": n} for n in range(MOST_MESSAGES + 1)])
    assert session_manager.get_messages_sync(session_id) == []


def test_state_may_not_grow_without_end(session_id: str) -> None:
    for n in range(3):
        session_manager.update_session_state_sync(session_id, {f"k{n}": "x" * 300_000})
    with pytest.raises(InvalidAgentData, match="1,048,576 bytes"):
        session_manager.update_session_state_sync(session_id, {"k3": "x" * 300_000, "small": 1})
    session_manager.update_session_state_sync(session_id, {"k0": "y" * 300_000})
    session_manager.update_session_state_sync(session_id, {"k0": 1})
    session_manager.update_session_state_sync(session_id, {"k3": "x" * 300_000})
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert set(session["state"]) == {"k0", "k1", "k2", "k3"}


def test_odd_keys_of_the_state_are_keys_like_others(session_id: str) -> None:
    odd = {
        key: n
        for n, key in enumerate(["", "about", "said", "copied", "state:", "@", "__proto__", "ключ", "a\nb"])
    }
    session_manager.update_session_state_sync(session_id, odd)
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert session["state"] == odd
    assert session["message_count"] == 0


@pytest.mark.parametrize(
    "odd_id",
    [
        "",
        "x",
        "a" * 39,
        "a" * 41,
        "A" * 40,
        "g" * 40,
        "a" * 10_000,
        "*",
        "a:b",
        "a\0b",
        "{x}",
        "../session",
        None,
        7,
        b"a" * 40,
        "ａ" * 40,
        "a" * 39 + "\n",
        "a" * 40 + "\n",
        ["a"],
    ],
)
def test_an_odd_id_is_unknown_and_reaches_no_key(
    db: None, stored: Stored, redis_server: redis.Redis, redis_key_prefix: str, odd_id: Any
) -> None:
    assert session_manager.get_agent_session_sync(odd_id) is None
    assert not session_manager.expire_session_sync(odd_id) if not isinstance(odd_id, list) else True
    with pytest.raises(AgentSessionGone):
        session_manager.append_message_sync(odd_id, {"n": 1})
    with pytest.raises(AgentSessionGone):
        session_manager.update_session_state_sync(odd_id, {"n": 1})
    assert not list(redis_server.scan_iter(match=f"{redis_key_prefix}*", count=1000))


@pytest.mark.parametrize(
    "owner",
    [
        (0, "tutor", None),
        (-1, "tutor", None),
        (2**63, "tutor", None),
        (True, "tutor", None),
        ("1", "tutor", None),
        (1.5, "tutor", None),
        (None, "tutor", None),
        (1, "", None),
        (1, "a b", None),
        (1, "a:b", None),
        (1, "*", None),
        (1, "a" * 65, None),
        (1, None, None),
        (1, "tutor", ""),
        (1, "tutor", "a:b"),
        (1, "tutor", "*"),
        (1, "tutor", "a\0b"),
        (1, "tutor", "a\n"),
        (1, "tutor", "a" * 10_000),
        (1, "tutor", b"1"),
        (1, "tutor", True),
        (1, "tutor", 1.5),
    ],
)
def test_who_has_no_proper_name_gets_no_session(
    db: None, stored: Stored, redis_key_prefix: str, owner: tuple[Any, Any, Any]
) -> None:
    with pytest.raises(InvalidAgentData):
        session_manager.create_agent_session_sync(*owner)
    with pytest.raises(InvalidAgentData):
        session_manager.begin_anew_sync(*owner)
    assert not stored.all_keys(redis_key_prefix)
