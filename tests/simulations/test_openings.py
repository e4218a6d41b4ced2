"""Questions to begin with: who sees them, until when, and what a click on one does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from caching.errors import AIError
from platform_app.models import Message, Persona, Scenario, Scene, Simulation, User
from platform_app.prompting import blocks
from platform_app.simulations import actions
from platform_app.simulations.selectors import simulation_state
from tests.loopback_openai import Reply
from tests.openings import ask_in
from tests.simulations.conftest import Troupe

Said = Callable[..., list[Message]]
WHY = "Why did sales fall?"
LINE = "How full is the line?"
ANSWER = "Because of the weather."


@pytest.fixture
def jonas(published_scenario: Scenario) -> Persona:
    return published_scenario.personas.all()[1]


@pytest.fixture(autouse=True)
def asked(published_scenario: Scenario, jonas: Persona) -> None:
    """The first scene can be begun with a question to each of the two."""
    first: Scene = published_scenario.scenes.all()[0]
    ask_in(first, (jonas, LINE), (published_scenario.personas.all()[0], WHY))


@pytest.fixture
def visitor(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


def texts(simulation: Simulation) -> list[str]:
    return [question.text for question in simulation_state(simulation.pk).opening_questions]


def test_the_api_shows_them_with_the_state(
    api_for: Callable[[User], APIClient], student: User, simulation: Simulation, jonas: Persona
) -> None:
    state = api_for(student).get(f"/api/simulations/{simulation.pk}/").json()
    assert {"persona": jonas.pk, "text": LINE} in state["opening_questions"]
    assert len(state["opening_questions"]) == 2


def test_they_stay_after_the_greeting_and_after_asking_for_help(
    said: Said, troupe: Troupe, simulation: Simulation
) -> None:
    said("help")
    said("begin")
    assert texts(simulation) == [LINE, WHY]


@pytest.mark.usefixtures("troupe")
def test_they_go_with_the_first_thing_said_and_the_next_scene_has_its_own(
    said: Said, simulation: Simulation, published_scenario: Scenario, jonas: Persona
) -> None:
    ask_in(published_scenario.scenes.all()[1], (jonas, "What does a second line cost?"))
    said("Good morning!")
    assert texts(simulation) == []
    actions.submit_scene(simulation.pk).play()
    assert texts(simulation) == ["What does a second line cost?"]
    actions.submit_scene(simulation.pk).play()
    assert texts(simulation) == []


def test_they_go_though_the_answer_has_failed(said: Said, troupe: Troupe, simulation: Simulation) -> None:
    troupe.answers.append(Reply(status=400))
    with pytest.raises(AIError):
        said("Good morning!")
    assert texts(simulation) == []


@pytest.mark.usefixtures("troupe")
def test_a_question_that_the_professor_has_changed_is_shown_as_it_is_now(
    simulation: Simulation, published_scenario: Scenario, jonas: Persona
) -> None:
    assert texts(simulation) == [LINE, WHY]
    ask_in(published_scenario.scenes.all()[0], (jonas, "How old is the line?"))
    assert texts(simulation) == ["How old is the line?"]


def test_nobody_can_be_asked_who_was_taken_out_of_the_scene_by_hand(
    simulation: Simulation, published_scenario: Scenario, jonas: Persona
) -> None:
    published_scenario.scenes.all()[0].personas.remove(jonas)
    assert texts(simulation) == [WHY]


def test_a_click_says_exactly_this_to_exactly_this_person(said: Said, troupe: Troupe, jonas: Persona) -> None:
    brought = said(LINE, persona=str(jonas.pk))
    assert [message.persona_id for message in brought if message.author != "narrator"] == [jonas.pk] * 2
    assert blocks(troupe.prompts[0][-1]["content"]) == {"student": LINE}


def test_the_page_has_a_form_for_each_person(visitor: Client, simulation: Simulation, jonas: Persona) -> None:
    page = visitor.get(f"/simulations/{simulation.pk}/").content.decode()
    assert f'<input type="hidden" name="persona" value="{jonas.pk}">' in page
    assert f'<button name="text" value="{LINE}">{LINE}</button>' in page
    assert page.index(WHY) < page.index(LINE)  # in the order of the cast


def test_without_javascript_the_form_says_it(
    visitor: Client, simulation: Simulation, troupe: Troupe, jonas: Persona
) -> None:
    troupe.answers.append(ANSWER)
    response = visitor.post(
        f"/simulations/{simulation.pk}/say/", {"persona": str(jonas.pk), "text": LINE}, follow=True
    )
    page = response.content.decode()
    assert ANSWER in page
    assert "data-openings" not in page


def test_somebody_who_only_looks_gets_no_buttons(
    client_for: Callable[[User], Client], professor: User, simulation: Simulation
) -> None:
    assert LINE not in client_for(professor).get(f"/simulations/{simulation.pk}/").content.decode()
