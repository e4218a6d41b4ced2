"""Answers as event streams: token by token, complete, resumable, and stored whoever leaves."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from django.db import connections
from rest_framework.test import APIClient

from platform_app.models import Author, Message, Simulation, User
from platform_app.simulations import turn_lock
from platform_app.simulations.turn_lock import TurnLock
from platform_app.simulations.turns import TurnLog
from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Sales fell by 12 per cent last year because two large customers left us for a cheaper soup."


@dataclass(frozen=True)
class Frame:
    id: str
    name: str
    data: dict[str, Any]


def frames(response: Any) -> list[Frame]:
    """The events of a whole stream."""

    async def read() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    found = []
    for frame in asyncio.run(read()).decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
        if lines:
            found.append(Frame(lines["id"], lines["event"], json.loads(lines["data"])))
    return found


def url(simulation: Simulation, what: str) -> str:
    return f"/api/simulations/{simulation.pk}/{what}/"


@pytest.fixture
def api(api_for: Callable[[User], APIClient], student: User) -> APIClient:
    return api_for(student)


@pytest.fixture
def speak(api: APIClient, simulation: Simulation) -> Callable[[str], Any]:
    return lambda text: api.post(
        url(simulation, "messages"), {"text": text}, headers={"Accept": "text/event-stream"}
    )


@pytest.fixture(autouse=True)
def threads_have_ended(simulation: Simulation) -> Iterator[None]:
    """A turn left running would write into the next test's database."""
    yield
    deadline = time.monotonic() + 10
    while turn_lock.is_turn_running(simulation.pk) and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_turn_streams_tokens_then_the_stored_message_then_the_state(
    speak: Callable[[str], Any], troupe: Troupe, simulation: Simulation
) -> None:
    troupe.answers.append(LONG)
    events = frames(speak("Why did sales fall?"))
    names = [event.name for event in events]
    tokens = [event.data for event in events if event.name == "token"]
    assert names == ["message", "message", *["token"] * len(tokens), "message", "state", "end"]
    assert len(tokens) > 5
    assert {token["persona"] for token in tokens} == {"Ingrid Solberg"}
    assert "".join(token["text"] for token in tokens) == LONG
    stored = Message.objects.get(author=Author.PERSONA)
    message = events[-3].data
    assert (message["id"], message["text"], message["position"]) == (stored.pk, LONG, stored.position)
    assert message.keys() == {
        "id", "position", "scene", "author", "persona", "persona_name", "text", "is_command", "model", "created_at"
    }  # fmt: skip
    state = events[-2].data
    assert (state["turn"], state["turn_limit"], state["status"]) == (1, 5, "in_progress")
    assert state["scene"]["title"] == "The board room"


def test_every_event_has_an_id_and_a_reconnect_gets_exactly_the_rest(
    speak: Callable[[str], Any], api: APIClient, troupe: Troupe, simulation: Simulation
) -> None:
    troupe.answers.append(LONG)
    events = frames(speak("Why did sales fall?"))
    assert len({event.id for event in events}) == len(events)
    for place in (0, 3, len(events) - 2):
        rest = frames(api.get(url(simulation, "events"), headers={"Last-Event-ID": events[place].id}))
        assert rest == events[place + 1 :]
    assert frames(api.get(url(simulation, "events"))) == events


def test_after_the_last_event_there_is_nothing_to_come_back_for(
    speak: Callable[[str], Any], api: APIClient, troupe: Troupe, simulation: Simulation
) -> None:
    last = frames(speak("begin"))[-1]
    assert api.get(url(simulation, "events"), headers={"Last-Event-ID": last.id}).status_code == 204


def test_before_anything_was_said_there_is_nothing_to_follow(api: APIClient, simulation: Simulation) -> None:
    assert api.get(url(simulation, "events")).status_code == 204


def test_the_answer_is_stored_even_if_the_browser_leaves(
    speak: Callable[[str], Any], troupe: Troupe, simulation: Simulation, api: APIClient
) -> None:
    troupe.answers.append(Reply(LONG, delay_seconds=0.3))
    response = speak("Why did sales fall?")

    async def leave_after_first_event() -> None:
        async for part in response.streaming_content:
            if b"event: message" in part:
                break

    asyncio.run(leave_after_first_event())
    response.close()
    assert not Message.objects.filter(author=Author.PERSONA).exists()
    assert frames(api.get(url(simulation, "events")))[-1].name == "end"
    assert Message.objects.get(author=Author.PERSONA).text == LONG


def test_a_browser_may_ask_for_the_address_of_the_events(
    api: APIClient, troupe: Troupe, simulation: Simulation
) -> None:
    response = api.post(url(simulation, "messages"), {"text": "begin"}, headers={"Prefer": "respond-async"})
    assert response.status_code == 202
    assert response["Preference-Applied"] == "respond-async"
    events = frames(api.get(response.json()["events"]))
    assert events[-1].name == "end"
    assert Message.objects.count() == 3


def test_a_second_turn_streams_only_its_own_events(speak: Callable[[str], Any], troupe: Troupe) -> None:
    frames(speak("begin"))
    events = frames(speak("Why did sales fall?"))
    assert [event.data["text"] for event in events if event.name == "message"] == [
        "Why did sales fall?",
        "That is answer 2.",
    ]


def test_a_provider_that_breaks_off_is_a_problem_event_and_the_turn_can_be_had_again(
    speak: Callable[[str], Any], api: APIClient, troupe: Troupe, simulation: Simulation
) -> None:
    troupe.answers.extend([Reply(LONG, cut_after=4), LONG])
    events = frames(speak("Why did sales fall?"))
    assert [event.name for event in events[-3:]] == ["problem", "state", "end"]
    problem, state, _ = events[-3:]
    assert problem.data["status"] == 503
    assert "try again" in problem.data["detail"].lower()
    assert state.data["awaiting_answer"]
    assert state.data["turn"] == 0
    assert not Message.objects.filter(author=Author.PERSONA).exists()

    again = frames(
        api.post(url(simulation, "messages"), {"retry": True}, headers={"Accept": "text/event-stream"})
    )
    assert [event.data["text"] for event in again if event.name == "message"] == [LONG]
    assert Message.objects.filter(author=Author.STUDENT).count() == 1
    assert again[-2].data["turn"] == 1


def test_a_refusal_before_the_turn_is_a_status_and_no_stream(speak: Callable[[str], Any]) -> None:
    response = speak("x" * 10_000)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert "4,000 characters" in json.loads(response.content)["detail"]


def test_nobody_else_can_follow(
    api_for: Callable[[User], APIClient], other_student: User, professor: User, simulation: Simulation
) -> None:
    for stranger in (other_student, professor):
        assert api_for(stranger).get(url(simulation, "events")).status_code == 404
        posted = api_for(stranger).post(
            url(simulation, "messages"), {"text": "hello"}, headers={"Accept": "text/event-stream"}
        )
        assert posted.status_code == 404


def test_a_turn_whose_process_died_is_ended_for_its_followers(
    api: APIClient, simulation: Simulation, troupe: Troupe
) -> None:
    """kill -9 leaves a log without end and a lock that runs out."""
    log = TurnLog(simulation.pk)
    log.append("token", {"persona": "Ingrid Solberg", "text": "Sales"})

    async def follow() -> list[str]:
        return [event.name async for event in log.follow(None, heartbeat_seconds=0.05) if event]

    assert asyncio.run(follow()) == ["token", "problem", "end"]


def test_a_turn_that_is_just_ending_is_not_ended_a_second_time(simulation: Simulation) -> None:
    """A turn gives up its lock a moment before its last event."""
    log = TurnLog(simulation.pk)
    log.append("state", {})
    threading.Timer(0.15, lambda: log.append("end", {}, last=True)).start()

    async def follow() -> list[str]:
        return [event.name async for event in log.follow(None, heartbeat_seconds=0.1) if event]

    assert asyncio.run(follow()) == ["state", "end"]


def test_a_turn_that_is_only_slow_is_not_ended(simulation: Simulation) -> None:
    log, lock = TurnLog(simulation.pk), TurnLock(simulation.pk)
    lock.take()
    log.append("token", {"persona": "Ingrid Solberg", "text": "Sales"})

    async def silences() -> int:
        heard = 0
        async for event in log.follow(None, heartbeat_seconds=0.02):
            heard += event is None
            if heard == 5:
                return heard
        return heard

    try:
        assert asyncio.run(silences()) == 5
    finally:
        lock.release()


def test_background_turns_leave_no_database_connection_behind(
    speak: Callable[[str], Any], troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []
    close_all = connections.close_all

    def noting() -> None:
        closed.append(threading.current_thread().name)
        close_all()

    monkeypatch.setattr(connections, "close_all", noting)
    frames(speak("begin"))
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.005)
    assert closed[0].startswith("turn")


def test_an_answer_that_begins_anew_is_told_and_only_the_new_one_is_stored(
    speak: Callable[[str], Any],
    troupe: Troupe,
    provider_server: LoopbackOpenAI,
    redis_server: redis.Redis,
    redis_key_prefix: str,
) -> None:
    """As if the process that asks had been replaced in the midst of it: it loses its lease."""
    troupe.answers += [Reply(LONG, pause_seconds=0.1), "They did not."]
    turn = speak("Why did sales fall?")
    provider_server.wait_for_pieces(4)
    for key in redis_server.scan_iter(f"{redis_key_prefix}flight:{{*}}"):
        redis_server.delete(key)
    events = frames(turn)
    names = [event.name for event in events]
    reset = names.index("reset")
    assert events[reset].data == {"persona": "Ingrid Solberg"}
    assert LONG.startswith("".join(event.data["text"] for event in events[:reset] if event.name == "token"))
    rest = [event.data["text"] for event in events[reset:] if event.name == "token"]
    assert "".join(rest) == "They did not." == Message.objects.get(author=Author.PERSONA).text
