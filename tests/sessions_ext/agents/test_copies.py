"""The copy in the database: it brings back what Redis has lost, and never what was ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_ext import keys, session_manager
from sessions_ext.agents import copies, plans, steps
from sessions_ext.agents.errors import AgentSessionGone
from sessions_ext.agents.sessions import AgentSessions
from sessions_ext.models import SavedAgentSession
from tests.sessions_ext.agents.conftest import Stored


@pytest.fixture
def worked(session_id: str, stored: Stored) -> str:
    """A session that has been used, and whose copy was written after that."""
    session_manager.append_messages_sync(session_id, [{"n": 1}, {"n": 2}])
    session_manager.update_session_state_sync(session_id, {"step": 2})
    make_due(stored, session_id)
    session_manager.get_agent_session_sync(session_id)
    return session_id


def make_due(stored: Stored, session_id: str) -> None:
    """As if five minutes had passed since the copy was written."""
    stored.server.hincrby(keys.agent_session(session_id), "copied", -300_000)


def test_it_is_written_when_the_session_begins(session_id: str) -> None:
    copy = SavedAgentSession.objects.get()
    assert (copy.pk, copy.user_progress_id, copy.agent_type, copy.agent_id) == (
        session_id,
        123,
        "persona_agent",
        "7",
    )
    assert (copy.config, copy.state, copy.transcript) == ({"temperature": 0.7}, {}, [])


def test_what_redis_has_lost_comes_back_as_it_was_saved(worked: str, stored: Stored) -> None:
    before = session_manager.get_agent_session_sync(worked)
    stored.lose(worked)
    assert session_manager.get_agent_session_sync(worked) == before
    assert before is not None
    assert before["messages"] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("how", ["append", "append to all", "update", "create", "coroutine"])
def test_whatever_is_done_next_brings_it_back(worked: str, stored: Stored, how: str) -> None:
    stored.lose(worked)
    match how:
        case "append":
            session_manager.append_message_sync(worked, {"n": 3})
        case "append to all":
            assert session_manager.append_to_all_sync([worked], {"n": 3}) == set()
        case "update":
            session_manager.update_session_state_sync(worked, {"more": 1})
        case "create":
            session_manager.create_agent_session_sync(123, "persona_agent", "7")
        case "coroutine":
            async_to_sync(session_manager.append_message)(worked, {"n": 3})
    session = session_manager.get_agent_session_sync(worked)
    assert session is not None
    assert session["messages"][:2] == [{"n": 1}, {"n": 2}]
    assert session["state"]["step"] == 2
    assert session["session_config"] == {"temperature": 0.7}
    assert all(ttl > 3_500_000 for ttl in stored.ttls(worked))


def test_a_session_that_lost_one_key_comes_back_whole(worked: str, stored: Stored) -> None:
    stored.server.delete(keys.agent_transcript(worked))
    assert session_manager.get_messages_sync(worked) == [{"n": 1}, {"n": 2}]


def test_an_ended_session_stays_dead(worked: str, stored: Stored) -> None:
    session_manager.expire_session_sync(worked)
    stored.lose(worked)
    assert session_manager.get_agent_session_sync(worked) is None
    with pytest.raises(AgentSessionGone):
        session_manager.append_message_sync(worked, {"n": 3})
    assert not SavedAgentSession.objects.exists()


def test_an_expired_copy_brings_nothing_back(worked: str, stored: Stored) -> None:
    SavedAgentSession.objects.update(expires_at=timezone.now())
    stored.lose(worked)
    assert session_manager.get_agent_session_sync(worked) is None
    session_manager.create_agent_session_sync(123, "persona_agent", "7", {"new": 1})
    assert SavedAgentSession.objects.get().config == {"new": 1}


@pytest.mark.parametrize(
    "row",
    [{"transcript": [1]}, {"transcript": "x"}, {"state": [1]}, {"config": 1}, {"config": {"a": "x" * 2**20}}],
)
def test_a_copy_that_somebody_has_changed_into_rubbish_brings_nothing_back(
    worked: str, stored: Stored, row: dict[str, Any]
) -> None:
    SavedAgentSession.objects.update(**row)
    stored.lose(worked)
    assert session_manager.get_agent_session_sync(worked) is None
    with pytest.raises(AgentSessionGone):
        session_manager.append_message_sync(worked, {"n": 3})


def test_it_is_written_at_most_every_five_minutes(session_id: str, stored: Stored) -> None:
    with CaptureQueriesContext(connection) as captured:
        for n in range(10):
            session_manager.append_message_sync(session_id, {"n": n})
            session_manager.get_agent_session_sync(session_id)
    assert not captured.captured_queries
    make_due(stored, session_id)
    with CaptureQueriesContext(connection) as captured:
        for n in range(10):
            session_manager.append_message_sync(session_id, {"n": n})
    assert len(captured.captured_queries) == 1


def test_a_session_that_is_only_read_keeps_its_copy_alive(session_id: str, stored: Stored) -> None:
    SavedAgentSession.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
    make_due(stored, session_id)
    session_manager.get_agent_session_sync(session_id, last=1)
    assert SavedAgentSession.objects.get().expires_at > timezone.now() + timedelta(minutes=59)


def test_a_late_save_does_not_bring_an_ended_session_back(worked: str) -> None:
    late = session_manager.get_agent_session_sync(worked)
    assert late is not None
    session_manager.expire_session_sync(worked)
    copies.save(late)
    assert session_manager.get_agent_session_sync(worked) is None


def test_one_who_restores_a_session_while_it_is_ended_takes_it_back(
    worked: str, stored: Stored, monkeypatch: pytest.MonkeyPatch, redis_key_prefix: str
) -> None:
    stored.lose(worked)
    find = copies.find

    def found_and_then_ended(session_id: str) -> Any:
        copy = find(session_id)
        session_manager.expire_session_sync(worked)
        return copy

    monkeypatch.setattr(plans.copies, "find", found_and_then_ended)
    assert session_manager.get_agent_session_sync(worked) is None
    assert not stored.all_keys(redis_key_prefix)


def test_without_backup_the_database_is_not_touched(db: None, no_copies: None, stored: Stored) -> None:
    with CaptureQueriesContext(connection) as captured:
        session_id = session_manager.create_agent_session_sync(1, "tutor")
        session_manager.append_message_sync(session_id, {"n": 1})
        stored.lose(session_id)
        assert session_manager.get_agent_session_sync(session_id) is None
    assert not captured.captured_queries


def test_sessions_that_can_be_made_again_from_elsewhere_have_none(db: None, stored: Stored) -> None:
    sessions = AgentSessions(copies=False)
    with CaptureQueriesContext(connection) as captured:
        session_id = sessions.begin_anew_sync(1, "persona", "1", messages=[{"n": 1}])
        sessions.append_message_sync(session_id, {"n": 2})
        stored.lose(session_id)
        assert sessions.get_agent_session_sync(session_id) is None
        sessions.expire_session_sync(session_id)
    assert not captured.captured_queries


def test_beginning_anew_writes_the_copy_anew(worked: str, stored: Stored) -> None:
    session_manager.begin_anew_sync(123, "persona_agent", "7", messages=[{"n": 9}])
    stored.lose(worked)
    session = session_manager.get_agent_session_sync(worked)
    assert session is not None
    assert (session["messages"], session["state"]) == ([{"n": 9}], {})


def test_all_sessions_of_a_simulation_can_be_ended(session_id: str) -> None:
    mine = [session_id, session_manager.create_agent_session_sync(123, "tutor")]
    uncopied = AgentSessions(copies=False).begin_anew_sync(123, "persona", "1")
    other = session_manager.create_agent_session_sync(124, "tutor")
    assert session_manager.expire_sessions_of_sync(123, [uncopied]) == 3
    assert all(session_manager.get_agent_session_sync(one) is None for one in [*mine, uncopied])
    assert session_manager.get_agent_session_sync(other) is not None


def test_copies_live_shorter_than_their_sessions_are_renewed_in_time(
    db: None, settings: Any, stored: Stored
) -> None:
    settings.SESSIONS = {**settings.SESSIONS, "AGENT_TTL_SECONDS": 100, "AGENT_BACKUP_SECONDS": 300}
    session_id = session_manager.create_agent_session_sync(1, "tutor")
    stored.server.hincrby(keys.agent_session(session_id), "copied", -50_000)
    session_manager.append_message_sync(session_id, {"n": 1})
    assert SavedAgentSession.objects.get().transcript == [{"n": 1}]


def test_the_cleanup_deletes_expired_copies_and_says_how_many(
    worked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = partial(call_command, "sessions_cleanup")
    clean()
    assert "0 copies of expired agent sessions" in capsys.readouterr().out
    SavedAgentSession.objects.update(expires_at=timezone.now() - timedelta(seconds=301))
    clean()
    assert "1 copies of expired agent sessions" in capsys.readouterr().out
    assert not SavedAgentSession.objects.exists()


def test_the_cleanup_spares_the_copy_of_a_session_that_was_used_after_it(
    session_id: str, stored: Stored
) -> None:
    SavedAgentSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    call_command("sessions_cleanup")
    make_due(stored, session_id)
    session_manager.append_message_sync(session_id, {"n": 1})
    stored.lose(session_id)
    assert session_manager.get_messages_sync(session_id) == [{"n": 1}]


@pytest.mark.django_db(transaction=True)
def test_one_that_others_bring_back_before_its_end_is_committed_dies_with_the_commit(
    session_id: str, stored: Stored
) -> None:
    def look() -> bool:
        try:
            return session_manager.get_agent_session_sync(session_id) is not None
        finally:
            connections.close_all()

    with transaction.atomic():
        session_manager.expire_session_sync(session_id)
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(look).result()
    assert session_manager.get_agent_session_sync(session_id) is None


def test_one_that_was_being_brought_back_by_a_process_that_was_killed_lives_for_some_seconds(
    session_id: str, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(_: str) -> bool:
        raise Killed

    stored.lose(session_id)
    monkeypatch.setattr(copies, "exists", killed)
    with pytest.raises(Killed):
        session_manager.get_agent_session_sync(session_id)
    for key in (keys.agent_session(session_id), keys.agent_transcript(session_id)):
        assert stored.server.ttl(key) <= steps.RESTORING_SECONDS
    monkeypatch.undo()
    assert session_manager.get_agent_session_sync(session_id) is not None
