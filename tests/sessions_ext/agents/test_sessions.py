"""What callers are promised: one session an agent, state and transcript, a life that begins anew with every use."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connections
from pytest_django import Settings

from sessions_ext import session_manager
from sessions_ext.agents.errors import AgentSessionGone
from sessions_ext.agents.values import MOST_MESSAGES
from tests.caching.near.test_forks import in_child
from tests.sessions_ext.agents.conftest import Stored

UNKNOWN = "0" * 40


def at_once(act: Callable[[int], Any], count: int) -> list[Any]:
    def one(number: int) -> Any:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_what_was_put_in_comes_out(session_id: str) -> None:
    session_manager.append_message_sync(session_id, {"role": "user", "content": "Why did sales fall? 你好"})
    session_manager.update_session_state_sync(session_id, {"mood": "calm", "asked": 1})
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert session["created_at"]
    del session["created_at"]  # type: ignore[misc]
    assert session == {
        "session_id": session_id,
        "user_progress_id": 123,
        "agent_type": "persona_agent",
        "agent_id": "7",
        "session_config": {"temperature": 0.7},
        "state": {"mood": "calm", "asked": 1},
        "messages": [{"role": "user", "content": "Why did sales fall? 你好"}],
        "message_count": 1,
    }


def test_coroutines_see_the_same_as_threads(session_id: str) -> None:
    async def work() -> Any:
        mine = await session_manager.create_agent_session(
            user_progress_id=123, agent_type="persona_agent", agent_id="7", session_config={"other": 1}
        )
        assert mine == session_id
        await session_manager.append_message(session_id, {"n": 1})
        await session_manager.append_messages(session_id, [{"n": 2}, {"n": 3}])
        await session_manager.update_session_state(session_id, {"step": 2})
        assert await session_manager.append_to_all([session_id, UNKNOWN], {"n": 4}) == {UNKNOWN}
        assert await session_manager.get_messages(session_id, last=2) == [{"n": 3}, {"n": 4}]
        return await session_manager.get_agent_session(session_id)

    seen = async_to_sync(work)()
    assert seen == session_manager.get_agent_session_sync(session_id)
    assert seen["session_config"] == {"temperature": 0.7}

    async def end() -> None:
        assert await session_manager.expire_session(session_id)
        assert await session_manager.get_agent_session(session_id) is None
        with pytest.raises(AgentSessionGone):
            await session_manager.append_message(session_id, {"n": 5})
        anew = await session_manager.begin_anew(123, "persona_agent", "7", messages=[{"n": 1}])
        assert anew == session_id
        assert (await session_manager.statistics())["running"] == {"persona_agent": 1}
        assert await session_manager.expire_sessions_of(123) == 1

    async_to_sync(end)()


@pytest.mark.django_db(transaction=True)
def test_forty_threads_that_create_it_get_one(stored: Stored, redis_key_prefix: str) -> None:
    created = at_once(lambda n: session_manager.create_agent_session_sync(1, "tutor", None, {"n": n}), 40)
    assert len(set(created)) == 1
    assert len(stored.all_keys(redis_key_prefix)) == 1
    assert session_manager.statistics_sync()["sessions"] == 1


@pytest.mark.django_db(transaction=True)
def test_forty_threads_that_append_keep_forty(transactional_db: None, session_id: str) -> None:
    at_once(lambda n: session_manager.append_message_sync(session_id, {"n": n}), 40)
    said = session_manager.get_messages_sync(session_id)
    assert said is not None
    assert sorted(message["n"] for message in said) == list(range(40))


def test_forty_coroutines_that_append_keep_forty(session_id: str) -> None:
    async def append_all() -> None:
        await asyncio.gather(*(session_manager.append_message(session_id, {"n": n}) for n in range(40)))

    async_to_sync(append_all)()
    assert len(session_manager.get_messages_sync(session_id) or []) == 40


@pytest.mark.django_db(transaction=True)
def test_updates_of_different_keys_all_survive(transactional_db: None, session_id: str) -> None:
    at_once(lambda n: session_manager.update_session_state_sync(session_id, {f"k{n}": n}), 20)
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert session["state"] == {f"k{n}": n for n in range(20)}


def test_every_agent_has_a_session_of_its_own(db: None) -> None:
    """The original gave all personas of a simulation one session."""
    owners = [
        (1, "persona", "1"),
        (1, "persona", "2"),
        (1, "persona", None),
        (1, "tutor", "1"),
        (2, "persona", "1"),
    ]
    created = [session_manager.create_agent_session_sync(*owner) for owner in owners]
    assert len(set(created)) == len(owners)
    session_manager.append_message_sync(created[0], {"secret": 1})
    for other in created[1:]:
        assert session_manager.get_messages_sync(other) == []


def test_one_agents_words_are_not_lost_when_another_session_ends(session_id: str) -> None:
    other = session_manager.create_agent_session_sync(123, "persona_agent", "8")
    session_manager.append_message_sync(session_id, {"n": 1})
    session_manager.expire_session_sync(other)
    assert session_manager.get_messages_sync(session_id) == [{"n": 1}]


def test_a_number_and_its_digits_are_the_same_agent(db: None) -> None:
    create = session_manager.create_agent_session_sync
    assert create(1, "persona", 7) == create(1, "persona", "7")


def test_an_id_is_no_number_and_hangs_on_the_secret_key(session_id: str, settings: Settings) -> None:
    assert len(session_id) == 40
    settings.SECRET_KEY = "another"
    assert session_manager.create_agent_session_sync(123, "persona_agent", "7") != session_id


def test_creating_again_leaves_what_is_there(session_id: str) -> None:
    session_manager.append_message_sync(session_id, {"n": 1})
    session_manager.create_agent_session_sync(123, "persona_agent", "7", {"temperature": 0})
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert (session["messages"], session["session_config"]) == ([{"n": 1}], {"temperature": 0.7})


def test_beginning_anew_drops_what_was_there(session_id: str) -> None:
    session_manager.append_message_sync(session_id, {"n": 1})
    session_manager.update_session_state_sync(session_id, {"step": 1})
    said = [{"n": 8}, {"n": 9}]
    assert session_manager.begin_anew_sync(123, "persona_agent", "7", messages=said) == session_id
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert (session["messages"], session["state"], session["message_count"]) == (said, {}, 2)


@pytest.mark.parametrize(
    "use",
    [
        session_manager.get_agent_session_sync,
        lambda sid: session_manager.get_messages_sync(sid, last=1),
        lambda sid: session_manager.update_session_state_sync(sid, {"a": 1}),
        lambda sid: session_manager.append_message_sync(sid, {"a": 1}),
        lambda sid: session_manager.append_to_all_sync([sid], {"a": 1}),
        lambda sid: session_manager.create_agent_session_sync(123, "persona_agent", "7"),
    ],
)
def test_every_use_gives_both_keys_their_whole_life_again(
    session_id: str, stored: Stored, use: Callable[[str], Any]
) -> None:
    session_manager.append_message_sync(session_id, {"n": 1})
    stored.shorten(session_id, 60_000)
    use(session_id)
    assert all(3_500_000 < ttl <= 3_600_000 for ttl in stored.ttls(session_id))


def test_what_has_expired_is_gone(db: None, no_copies: None, stored: Stored) -> None:
    session_id = session_manager.create_agent_session_sync(1, "tutor")
    session_manager.append_message_sync(session_id, {"n": 1})
    stored.shorten(session_id, 0)
    assert session_manager.get_agent_session_sync(session_id) is None
    assert session_manager.get_messages_sync(session_id) is None
    assert session_manager.create_agent_session_sync(1, "tutor") == session_id
    assert session_manager.get_messages_sync(session_id) == []


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "never created"])
def test_nothing_can_be_added_to_a_session_that_is_not_there(
    db: None, stored: Stored, redis_key_prefix: str, ended: bool
) -> None:
    """The original answered with a session of one message."""
    session_id = UNKNOWN
    if ended:
        session_id = session_manager.create_agent_session_sync(1, "tutor")
        assert session_manager.expire_session_sync(session_id)
    with pytest.raises(AgentSessionGone, match="no such agent session"):
        session_manager.append_message_sync(session_id, {"n": 1})
    with pytest.raises(AgentSessionGone):
        session_manager.update_session_state_sync(session_id, {"n": 1})
    assert session_manager.append_to_all_sync([session_id], {"n": 1}) == {session_id}
    assert session_manager.get_agent_session_sync(session_id) is None
    assert not session_manager.expire_session_sync(session_id)
    assert not stored.all_keys(redis_key_prefix)


def test_the_last_messages_come_in_order(session_id: str) -> None:
    session_manager.append_messages_sync(session_id, [{"n": n} for n in range(30)])
    assert session_manager.get_messages_sync(session_id, last=3) == [{"n": 27}, {"n": 28}, {"n": 29}]
    assert session_manager.get_messages_sync(session_id, last=0) == []
    assert session_manager.get_messages_sync(session_id, last=-1) == []
    assert len(session_manager.get_messages_sync(session_id, last=10**9) or []) == 30


def test_a_transcript_keeps_the_latest_thousand(session_id: str) -> None:
    said = [{"n": n} for n in range(MOST_MESSAGES + 5)]
    session_manager.append_messages_sync(session_id, said[:MOST_MESSAGES])
    session_manager.append_messages_sync(session_id, said[MOST_MESSAGES:])
    session_manager.append_message_sync(session_id, {"n": -1})
    session = session_manager.get_agent_session_sync(session_id)
    assert session is not None
    assert len(session["messages"]) == MOST_MESSAGES
    assert (session["messages"][0], session["messages"][-1]) == ({"n": 6}, {"n": -1})
    assert session["message_count"] == MOST_MESSAGES + 6


def test_what_one_says_several_hear(session_id: str) -> None:
    other = session_manager.create_agent_session_sync(123, "persona_agent", "8")
    gone = session_manager.append_to_all_sync([session_id, other, UNKNOWN, "*"], {"n": 1})
    assert gone == {UNKNOWN, "*"}
    assert (
        session_manager.get_messages_sync(session_id)
        == session_manager.get_messages_sync(other)
        == [{"n": 1}]
    )


def test_a_session_that_lost_one_of_its_keys_is_not_half_there(
    db: None, no_copies: None, stored: Stored, redis_key_prefix: str
) -> None:
    session_id = session_manager.create_agent_session_sync(1, "tutor")
    session_manager.append_messages_sync(session_id, [{"n": 1}, {"n": 2}])
    stored.server.delete(f"{redis_key_prefix}agent_session:{{{session_id}}}:transcript")
    assert session_manager.get_agent_session_sync(session_id) is None
    with pytest.raises(AgentSessionGone):
        session_manager.append_message_sync(session_id, {"n": 3})


def test_a_stream_that_was_left_over_does_not_get_into_the_next_session(
    db: None, no_copies: None, stored: Stored, redis_key_prefix: str
) -> None:
    session_id = session_manager.create_agent_session_sync(1, "tutor")
    session_manager.append_messages_sync(session_id, [{"n": 1}, {"n": 2}])
    stored.server.delete(f"{redis_key_prefix}agent_session:{{{session_id}}}")
    session_manager.create_agent_session_sync(1, "tutor")
    assert session_manager.get_messages_sync(session_id) == []


def test_coroutines_of_a_forked_child_have_threads_of_their_own(no_copies: None, db: None) -> None:
    session_id = session_manager.create_agent_session_sync(1, "tutor")

    async def append() -> None:
        async with asyncio.timeout(5):
            await session_manager.append_message(session_id, {"n": 1})

    def appended() -> bool:
        asyncio.run(append())
        return True

    asyncio.run(append())  # the threads of the parent, which the child does not have
    assert in_child(appended)
    assert session_manager.get_messages_sync(session_id) == [{"n": 1}, {"n": 1}]


def test_statistics_count_sessions_by_type_and_their_messages(session_id: str) -> None:
    tutor = session_manager.create_agent_session_sync(123, "tutor")
    session_manager.create_agent_session_sync(123, "persona_agent", "8")
    session_manager.append_messages_sync(tutor, [{"n": n} for n in range(5)])
    session_manager.append_message_sync(session_id, {"n": 0})
    counted = session_manager.statistics_sync()
    assert counted == {
        "sessions": 3,
        "running": {"persona_agent": 2, "tutor": 1},
        "messages": 6,
        "complete": True,
    }


def test_statistics_look_at_a_bounded_part_and_say_so(
    session_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions_ext.agents.statistics.MOST_SCANS", 1)
    monkeypatch.setattr("sessions_ext.agents.statistics.KEYS_A_SCAN", 1)
    for n in range(50):
        session_manager.create_agent_session_sync(123, "persona_agent", str(n))
    counted = session_manager.statistics_sync()
    assert not counted["complete"]
    assert counted["sessions"] < 51


def test_the_manager_can_be_had_from_the_package_and_nothing_else() -> None:
    import sessions_ext

    assert sessions_ext.session_manager is session_manager
    with pytest.raises(AttributeError):
        _ = sessions_ext.nonsense


def test_sessions_of_another_prefix_are_not_counted_whatever_signs_it_has(db: None, settings: Any) -> None:
    for prefix, count in (("{a}:", 1), ("{b}:", 0), ("{a}:", 1)):
        settings.REDIS_KEY_PREFIX = prefix
        if prefix == "{a}:":
            session_manager.create_agent_session_sync(1, "tutor")
        assert session_manager.statistics_sync()["sessions"] == count
    session_manager.expire_session_sync(session_manager.session_id(1, "tutor"))
