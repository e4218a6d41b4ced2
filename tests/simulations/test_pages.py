"""The play page without JavaScript: forms and redirects do everything."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from platform_app.models import Message, Scenario, Simulation, User
from platform_app.simulations import actions
from platform_app.simulations.turn_lock import TurnLock
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.usefixtures("troupe")
ClientFor = Callable[[User], Client]


@pytest.fixture
def visitor(client_for: ClientFor, student: User) -> Client:
    return client_for(student)


def play(simulation: Simulation) -> str:
    return f"/simulations/{simulation.pk}/"


def say(visitor: Client, simulation: Simulation, text: str) -> str:
    response = visitor.post(f"{play(simulation)}say/", {"text": text}, follow=True)
    assert response.redirect_chain == [(f"{play(simulation)}#latest", 302)]
    return response.content.decode()


def test_start_leads_to_the_play_page_and_resumes(visitor: Client, published_scenario: Scenario) -> None:
    path = f"/scenarios/{published_scenario.pk}/play/"
    first, again = visitor.post(path), visitor.post(path)
    assert first.status_code == 302
    assert first["Location"] == again["Location"]
    assert visitor.get(path).status_code == 405


def test_the_page_shows_goal_cast_turns_and_scenes(visitor: Client, simulation: Simulation) -> None:
    page = visitor.get(play(simulation)).content.decode()
    for text in (
        "The board room",
        "The plant",
        "Find out why sales fell",
        "Ingrid Solberg",
        "Dr. Jonas Berg-Ødegård (Plant)",
        "Consultant to Harbour Foods",
        "Begin the scene",
    ):
        assert text in page
    assert 'max="5"' in page


def test_how_the_goal_is_judged_stays_with_the_professor(visitor: Client, simulation: Simulation) -> None:
    """The criteria are written for graders and often hold the answer."""
    assert "The student names the fall in sales" in simulation.scenario.scenes.first().success_criteria
    for address in (play(simulation), f"/api/simulations/{simulation.pk}/"):
        assert "names the fall in sales" not in visitor.get(address).content.decode()


def test_what_is_said_comes_back_as_text(visitor: Client, simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.append("<img src=x onerror=alert(2)> is what I say")
    page = say(visitor, simulation, "<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=x" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_whole_scene_can_be_played_with_forms(
    visitor: Client, simulation: Simulation, troupe: Troupe
) -> None:
    assert "That is answer 1." in say(visitor, simulation, "begin")
    assert "Goal reached" not in say(visitor, simulation, "Why did sales fall?")
    troupe.reach_goal()
    page = say(visitor, simulation, "So sales fell by 12 per cent and the line is full.")
    assert "You have reached the goal of this scene." in page
    assert "Scene 2: The plant" in page
    confirm = visitor.get(f"{play(simulation)}submit/").content.decode()
    assert "You have not begun this one." in confirm
    scene = re.search(r'name="scene" value="(\d+)"', confirm)
    assert scene is not None
    response = visitor.post(f"{play(simulation)}submit/", {"scope": "scene", "scene": scene[1]}, follow=True)
    assert "The simulation is over" in response.content.decode()
    assert f"/simulations/{simulation.pk}/results/" in response.content.decode()


def test_a_refused_text_stays_in_its_box(visitor: Client, simulation: Simulation) -> None:
    text = "x" * 10_000
    response = visitor.post(f"{play(simulation)}say/", {"text": text})
    assert response.status_code == 400
    page = response.content.decode()
    assert "4,000 characters at most" in page
    assert f">{text}</textarea>" in page


def test_a_text_sent_while_a_turn_runs_stays_in_its_box(visitor: Client, simulation: Simulation) -> None:
    lock = TurnLock(simulation.pk)
    lock.take()
    try:
        response = visitor.post(f"{play(simulation)}say/", {"text": "And another thing"})
    finally:
        lock.release()
    assert response.status_code == 409
    assert ">And another thing</textarea>" in response.content.decode()


def test_a_failed_answer_offers_to_try_again(visitor: Client, simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.extend([Reply(status=500), "They fell by 12 per cent."])
    failed = visitor.post(f"{play(simulation)}say/", {"text": "Why?"})
    assert failed.status_code == 503
    assert "Try again" in failed.content.decode()
    response = visitor.post(f"{play(simulation)}say/", {"retry": "1"}, follow=True)
    assert "They fell by 12 per cent." in response.content.decode()
    assert Message.objects.filter(text="Why?").count() == 1


def test_a_page_loaded_in_mid_answer_follows_the_running_turn(
    visitor: Client, simulation: Simulation
) -> None:
    assert "data-answering" not in visitor.get(play(simulation)).content.decode()
    lock = TurnLock(simulation.pk)
    lock.take()
    try:
        page = visitor.get(play(simulation)).content.decode()
        assert "data-answering" in page
        assert "You have not had an answer yet." not in page
    finally:
        lock.release()


def test_the_owner_reads_and_does_not_speak(
    client_for: ClientFor, professor: User, simulation: Simulation
) -> None:
    actions.say(simulation.pk, "Why did sales fall?").play()
    owner = client_for(professor)
    page = owner.get(play(simulation)).content.decode()
    assert "Why did sales fall?" in page
    assert "Stina Student" in page
    assert "<textarea" not in page
    assert owner.post(f"{play(simulation)}say/", {"text": "hello"}).status_code == 404
    assert owner.get(f"{play(simulation)}submit/").status_code == 404


def test_other_peoples_pages_do_not_exist(
    client_for: ClientFor, other_student: User, other_professor: User, simulation: Simulation
) -> None:
    for stranger in (other_student, other_professor):
        client = client_for(stranger)
        assert client.get(play(simulation)).status_code == 404
        assert client.post(f"{play(simulation)}say/", {"text": "hello"}).status_code == 404
        assert client.post(f"{play(simulation)}submit/").status_code == 404
    assert Client().get(play(simulation)).status_code == 302


def test_a_finished_simulation_can_be_read_and_played_again(visitor: Client, simulation: Simulation) -> None:
    actions.say(simulation.pk, "Why did sales fall?").play()
    actions.submit_simulation(simulation.pk).play()
    page = visitor.get(play(simulation)).content.decode()
    assert "Why did sales fall?" in page
    assert "See the results" in page
    assert "Play again" in page
    assert "<textarea" not in page


def test_the_page_has_nothing_inline_that_the_content_policy_forbids(
    visitor: Client, simulation: Simulation
) -> None:
    say(visitor, simulation, "begin")
    response = visitor.get(play(simulation))
    page = response.content.decode()
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"\son\w+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_a_long_conversation_takes_no_more_queries(visitor: Client, simulation: Simulation) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            visitor.get(play(simulation))
        return len(captured)

    for text in ("begin", "Hello?"):
        actions.say(simulation.pk, text).play()
    before = queries()
    for number in range(3):
        actions.say(simulation.pk, f"@all, question {number}?").play()
    assert queries() == before
    assert before <= 10


def test_when_a_scene_is_taken_out_the_page_goes_on_with_the_next(
    visitor: Client, simulation: Simulation
) -> None:
    assert simulation.current_scene is not None
    simulation.current_scene.delete()
    page = visitor.get(play(simulation)).content.decode()
    assert "Scene 1 of 1" in page
    assert "<textarea" in page


def test_when_all_scenes_are_taken_out_the_page_offers_to_submit(
    visitor: Client, simulation: Simulation
) -> None:
    for scene in simulation.scenario.scenes.all():
        scene.delete()
    assert "There is no scene left" in visitor.get(play(simulation)).content.decode()
    response = visitor.post(f"{play(simulation)}submit/", {"scope": "simulation", "scene": ""}, follow=True)
    assert "The simulation is over" in response.content.decode()
