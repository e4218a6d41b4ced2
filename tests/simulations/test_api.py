"""Playing over HTTP: statuses, whose things are whose, paging, and what bad input is told."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from caching.errors import CacheUnavailable
from platform_app.models import Message, Persona, Scenario, Simulation, User
from platform_app.simulations import actions
from platform_app.simulations.turn_lock import TurnLock
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.usefixtures("troupe")
ApiFor = Callable[[User], APIClient]


@pytest.fixture
def api(api_for: ApiFor, student: User) -> APIClient:
    return api_for(student)


def url(simulation: Simulation, what: str = "") -> str:
    return f"/api/simulations/{simulation.pk}/{what}"


def test_starting_creates_and_starting_again_resumes(api: APIClient, published_scenario: Scenario) -> None:
    first = api.post(f"/api/scenarios/{published_scenario.pk}/simulations/")
    again = api.post(f"/api/scenarios/{published_scenario.pk}/simulations/")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first["Location"] == f"/api/simulations/{first.json()['id']}/"


def test_nobody_starts_what_is_not_published(api: APIClient, draft_scenario: Scenario) -> None:
    """In the original, anybody who was signed in could start anything by its id."""
    assert api.post(f"/api/scenarios/{draft_scenario.pk}/simulations/").status_code == 404
    assert api.post("/api/scenarios/99999999999999999999/simulations/").status_code == 404
    assert not Simulation.objects.exists()


@pytest.mark.usefixtures("db")
def test_strangers_are_sent_away(published_scenario: Scenario, simulation: Simulation) -> None:
    stranger = APIClient()
    for method, path in (
        ("post", f"/api/scenarios/{published_scenario.pk}/simulations/"),
        ("get", url(simulation)),
        ("get", url(simulation, "messages/")),
        ("post", url(simulation, "messages/")),
        ("get", url(simulation, "events/")),
        ("post", url(simulation, "submit/")),
    ):
        assert getattr(stranger, method)(path).status_code == 401


def test_other_peoples_simulations_do_not_exist(
    api_for: ApiFor, other_student: User, other_professor: User, simulation: Simulation
) -> None:
    for stranger in (other_student, other_professor):
        client = api_for(stranger)
        assert client.get(url(simulation)).status_code == 404
        assert client.get(url(simulation, "messages/")).status_code == 404
        assert client.post(url(simulation, "messages/"), {"text": "hello"}).status_code == 404
        assert client.post(url(simulation, "submit/")).status_code == 404
    assert not Message.objects.exists()


def test_the_owner_of_the_scenario_may_look_but_not_play(
    api_for: ApiFor, professor: User, simulation: Simulation
) -> None:
    client = api_for(professor)
    assert client.get(url(simulation)).status_code == 200
    assert client.post(url(simulation, "messages/"), {"text": "hello"}).status_code == 404
    assert client.post(url(simulation, "submit/")).status_code == 404


def test_the_state_tells_scene_turn_goals_and_status(api: APIClient, simulation: Simulation) -> None:
    api.post(url(simulation, "messages/"), {"text": "Why did sales fall?"})
    state = api.get(url(simulation)).json()
    assert state["status"] == "in_progress"
    assert (state["scene"]["title"], state["scene"]["number"], state["scene"]["count"]) == (
        "The board room",
        1,
        2,
    )
    assert [one["name"] for one in state["scene"]["personas"]] == [
        "Ingrid Solberg",
        "Dr. Jonas Berg-Ødegård (Plant)",
    ]
    assert (state["turn"], state["turn_limit"], state["has_begun"]) == (1, 5, True)
    assert state["goal"]["reasoning"] == "You have not asked about sales."
    assert [(goal["title"], goal["outcome"]) for goal in state["goals"]] == [
        ("The board room", "running"),
        ("The plant", None),
    ]


def test_a_post_answers_with_messages_and_state(api: APIClient, simulation: Simulation) -> None:
    response = api.post(url(simulation, "messages/"), {"text": "Why did sales fall?"})
    assert response.status_code == 200
    body = response.json()
    assert [message["author"] for message in body["messages"]] == ["narrator", "student", "persona"]
    assert body["state"]["turn"] == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"text": ""}, "write something"),
        ({}, "write something"),
        ({"text": "  \n "}, "write something"),
        ({"text": "x" * 10_000}, "4,000 characters at most; this one has 10,000"),
        ({"text": "a\0b"}, "Null characters"),
        ({"text": ["a"]}, "Not a valid string"),
        ({"text": None}, "may not be null"),
        ({"text": "Hello", "persona": "Zorro"}, "nobody in this scene. Present: Ingrid Solberg"),
        ({"text": "Hello", "persona": 99999}, "nobody in this scene"),
        ({"text": "Hello", "persona": {"id": 1}}, "Not a valid string"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_nothing_is_stored(
    api: APIClient, simulation: Simulation, body: dict[str, Any], sentence: str
) -> None:
    response = api.post(url(simulation, "messages/"), body)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    said = [response.json()["detail"], *(error["detail"] for error in response.json()["errors"])]
    assert any(sentence in detail for detail in said), said
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", [b'{"text": "half \\ud800"}', b'{"text": "Hello"', b'["Hello"]', b"\xff"])
def test_what_is_no_text_at_all_is_refused_too(api: APIClient, simulation: Simulation, body: bytes) -> None:
    response = api.post(url(simulation, "messages/"), body, content_type="application/json")
    assert response.status_code == 400
    assert not Message.objects.exists()


def test_a_persona_is_addressed_by_number_or_name(api: APIClient, simulation: Simulation) -> None:
    jonas = Persona.objects.get(name__startswith="Dr. Jonas")
    for persona in (jonas.pk, str(jonas.pk), "Jonas", None):
        body = api.post(url(simulation, "messages/"), {"text": "Hello", "persona": persona}).json()
        assert body["messages"][-1]["persona"] == jonas.pk


def test_a_post_while_a_turn_runs_is_a_conflict(api: APIClient, simulation: Simulation) -> None:
    lock = TurnLock(simulation.pk)
    lock.take()
    try:
        response = api.post(url(simulation, "messages/"), {"text": "Hello"})
    finally:
        lock.release()
    assert response.status_code == 409
    assert response.json()["detail"] == "Your last message is still being answered."


def test_a_post_after_the_end_is_a_conflict(api: APIClient, simulation: Simulation) -> None:
    assert (
        api.post(url(simulation, "submit/"), {"scope": "simulation"}).json()["state"]["status"] == "completed"
    )
    response = api.post(url(simulation, "messages/"), {"text": "Hello"})
    assert response.status_code == 409
    assert "over" in response.json()["detail"]
    assert api.post(url(simulation, "submit/")).status_code == 409
    assert api.post(url(simulation, "submit/"), {"scope": "simulation"}).status_code == 409


def test_submitting_ends_scene_after_scene(api: APIClient, simulation: Simulation) -> None:
    first = api.post(url(simulation, "submit/")).json()
    assert first["state"]["scene"]["title"] == "The plant"
    assert "scene 2 of 2" in first["messages"][-1]["text"]
    second = api.post(url(simulation, "submit/"), {"scene": first["state"]["scene"]["id"]}).json()
    assert second["state"]["status"] == "completed"


def test_a_submit_for_another_scene_or_scope_is_refused(api: APIClient, simulation: Simulation) -> None:
    assert api.post(url(simulation, "submit/"), {"scene": 10**30}).status_code in (400, 409)
    assert api.post(url(simulation, "submit/"), {"scope": "everything"}).status_code == 400


def test_a_provider_that_fails_is_a_clear_error_and_the_message_is_kept(
    api: APIClient, simulation: Simulation, troupe: Troupe
) -> None:
    troupe.answers.append(Reply(status=500))
    response = api.post(url(simulation, "messages/"), {"text": "Why?"})
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "AI provider" in response.json()["detail"]
    assert api.get(url(simulation)).json()["awaiting_answer"] is True
    again = api.post(url(simulation, "messages/"), {"retry": True})
    assert [message["author"] for message in again.json()["messages"]] == ["persona"]
    assert api.post(url(simulation, "messages/"), {"retry": True}).status_code == 409


def test_redis_that_is_gone_is_a_503_and_nothing_is_stored(
    api: APIClient, simulation: Simulation, settings: Settings
) -> None:
    caches = deepcopy(settings.CACHES)
    for cache in caches.values():
        cache["LOCATION"] = "redis://127.0.0.1:1/0"
    settings.CACHES = caches
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = api.post(url(simulation, "messages/"), {"text": "Why?"})
    assert response.status_code == 503
    assert not Message.objects.exists()
    with pytest.raises(CacheUnavailable):
        actions.say(simulation.pk, "Why?")


def test_messages_are_paged_or_read_from_a_position_on(api: APIClient, simulation: Simulation) -> None:
    for _ in range(12):
        api.post(url(simulation, "messages/"), {"text": "help"})
    first = api.get(url(simulation, "messages/")).json()
    assert (first["count"], len(first["results"])) == (24, 20)
    assert [m["position"] for m in api.get(first["next"]).json()["results"]] == [21, 22, 23, 24]
    rest = api.get(url(simulation, "messages/?after=2")).json()
    assert [m["position"] for m in rest["results"]] == list(range(3, 25))
    assert api.get(url(simulation, "messages/?after=24")).json()["results"] == []
    assert api.get(url(simulation, "messages/?after=soon")).status_code == 400


def test_reading_takes_as_many_queries_for_a_long_simulation_as_for_a_short_one(
    api: APIClient, simulation: Simulation
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    paths = [url(simulation), url(simulation, "messages/")]
    for text in ("begin", "Hello?"):
        api.post(url(simulation, "messages/"), {"text": text})
    before = [queries(path) for path in paths]
    for number in range(3):
        api.post(url(simulation, "messages/"), {"text": f"@all, question {number}?"})
    assert [queries(path) for path in paths] == before
    # Without the cache, as this test's own transaction has written what is read.
    assert before[0] <= 8
    assert before[1] <= 9
