"""Turns are limited by person and by address, at every door alike; what is refused stores nothing and loses nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from caching.errors import CacheUnavailable
from platform_app.errors import TooManyAttempts
from platform_app.models import Message, Simulation, SimulationStatus, User
from platform_app.simulations.limits import TURNS_FROM_ADDRESS, TURNS_OF_USER, count_turn
from tests.simulations.conftest import Troupe
from tests.stopped_clock import stopped_clock as stopped_clock
from tests.test_health import dead_redis as dead_redis

pytestmark = pytest.mark.usefixtures("troupe", "stopped_clock")
ClientFor = Callable[[User], Client]
ADDRESS = "127.0.0.1"


@pytest.fixture
def tired(student: User) -> None:
    """The student has taken all turns of this minute."""
    for _ in range(TURNS_OF_USER.attempts):
        count_turn(student, ADDRESS)


@pytest.fixture
def page(client_for: ClientFor, student: User) -> Client:
    return client_for(student)


@pytest.fixture
def api(api_for: Callable[[User], APIClient], student: User) -> APIClient:
    return api_for(student)


def test_forty_turns_a_minute_for_one_person(api: APIClient, simulation: Simulation, stopped_clock) -> None:
    path = f"/api/simulations/{simulation.pk}/messages/"
    answers = [api.post(path, {"text": "help"}).status_code for _ in range(40)]
    assert answers == [200] * 40
    refused = api.post(path, {"text": "help"})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["Content-Type"] == "application/problem+json"
    stopped_clock(60)
    assert api.post(path, {"text": "help"}).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages/", {"text": "Why did sales fall?"}),
        ("messages/", {"retry": True}),
        ("submit/", {}),
        ("submit/", {"scope": "simulation"}),
    ],
)
def test_a_refused_request_of_a_program_changes_nothing(
    tired: None, api: APIClient, simulation: Simulation, troupe: Troupe, accept: str, path: str, body: dict
) -> None:
    accept = accept if path == "messages/" else "application/json"
    response = api.post(f"/api/simulations/{simulation.pk}/{path}", body, headers={"Accept": accept})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert not Message.objects.exists()
    assert not troupe.prompts
    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.IN_PROGRESS


def test_a_refused_text_stays_in_its_box(tired: None, page: Client, simulation: Simulation) -> None:
    response = page.post(f"/simulations/{simulation.pk}/say/", {"text": "Why did <b>sales</b> fall?"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert "Please wait 60 seconds" in response.text
    assert ">Why did &lt;b&gt;sales&lt;/b&gt; fall?</textarea>" in response.text
    assert not Message.objects.exists()


def test_who_submits_too_often_is_told_so_beside_the_conversation(
    tired: None, page: Client, simulation: Simulation
) -> None:
    response = page.post(f"/simulations/{simulation.pk}/submit/", {"scope": "simulation"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert "Please wait 60 seconds" in response.text
    assert "data-play" in response.text
    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.IN_PROGRESS


def test_pages_and_api_count_together(page: Client, api: APIClient, simulation: Simulation) -> None:
    for _ in range(TURNS_OF_USER.attempts // 2):
        page.post(f"/simulations/{simulation.pk}/say/", {"text": "help"})
        api.post(f"/api/simulations/{simulation.pk}/messages/", {"text": "help"})
    assert page.post(f"/simulations/{simulation.pk}/say/", {"text": "help"}).status_code == 429


def test_one_person_in_two_simulations_is_one_person(
    tired: None, other_student: User, client_for: ClientFor, simulation: Simulation
) -> None:
    assert client_for(other_student).post(f"/scenarios/{simulation.scenario_id}/play/").status_code == 302
    count_turn(other_student, ADDRESS)  # another person is not refused


def test_a_class_of_a_hundred_has_six_turns_a_minute_each_from_one_address(db: None) -> None:
    for number in range(100):
        for _ in range(6):
            count_turn(User(pk=number), ADDRESS)
    with pytest.raises(TooManyAttempts):
        count_turn(User(pk=101), ADDRESS)
    count_turn(User(pk=101), "198.51.100.7")


def test_a_turn_that_its_address_refuses_does_not_count_for_the_person(student: User) -> None:
    for _ in range(TURNS_FROM_ADDRESS.attempts):
        TURNS_FROM_ADDRESS.count_attempt(ADDRESS)
    for _ in range(30):
        with pytest.raises(TooManyAttempts):
            count_turn(student, ADDRESS)
    for _ in range(TURNS_OF_USER.attempts):
        count_turn(student, "198.51.100.7")


def test_nobody_speaks_when_nobody_can_count(student: User, dead_redis: None) -> None:
    with pytest.raises(CacheUnavailable):
        count_turn(student, ADDRESS)
