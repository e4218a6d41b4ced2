"""What somebody has seen before costs no query, and what has changed since is seen at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from caching.errors import AIUnavailable
from platform_app.models import Message, Persona, Scenario, Scene, Simulation, User
from platform_app.simulations import actions, dialogue
from platform_app.simulations.stage import read_stage
from tests.factories import SceneFactory
from tests.looks import Look
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("troupe")]
ClientFor = Callable[[User], Client]
ApiFor = Callable[[User], APIClient]
ViewsOf = Callable[[User, Simulation], dict[str, Look]]


@pytest.fixture(params=["near", "network"])
def near_and_network(request: pytest.FixtureRequest, settings: Settings) -> None:
    """The same must hold with the copy in this process and without it."""
    settings.CACHING = settings.CACHING | {"NEAR_CACHE": request.param == "near"}


@pytest.fixture
def views_of(client_for: ClientFor, api_for: ApiFor) -> ViewsOf:
    """`views_of(user, simulation)`: all ways to look at a simulation."""

    def views(user: User, simulation: Simulation) -> dict[str, Look]:
        client, api, pk = client_for(user), api_for(user), simulation.pk
        return {
            "play": Look(client, f"/simulations/{pk}/"),
            "submit": Look(client, f"/simulations/{pk}/submit/"),
            "state": Look(api, f"/api/simulations/{pk}/"),
            "messages": Look(api, f"/api/simulations/{pk}/messages/"),
            "latest messages": Look(api, f"/api/simulations/{pk}/messages/?after=1"),
        }

    return views


@pytest.fixture
def page(client_for: ClientFor, student: User, simulation: Simulation) -> Callable[[], str]:
    """`page()`: the play page as the student sees it now. He has seen it before."""
    client = client_for(student)

    def look() -> str:
        return str(client.get(f"/simulations/{simulation.pk}/").content.decode())

    look()
    return look


@pytest.mark.usefixtures("near_and_network")
@pytest.mark.parametrize("name", ["play", "submit", "state", "messages", "latest messages"])
def test_the_second_view_asks_the_database_nothing(
    views_of: ViewsOf, student: User, simulation: Simulation, name: str
) -> None:
    actions.say(simulation.pk, "Why did sales fall?").play()
    view = views_of(student, simulation)[name]
    assert view().status_code == 200
    assert view.statements() == []


@pytest.mark.parametrize("name", ["play", "state"])
def test_the_owner_of_the_scenario_shares_what_the_student_has_loaded(
    views_of: ViewsOf,
    student: User,
    professor: User,
    simulation: Simulation,
    name: str,
) -> None:
    views_of(student, simulation)["play"]()
    assert views_of(professor, simulation)[name].statements() == []


def test_what_is_cached_is_judged_anew_for_everybody(
    views_of: ViewsOf,
    student: User,
    professor: User,
    other_student: User,
    other_professor: User,
    simulation: Simulation,
) -> None:
    views_of(student, simulation)["play"]()
    for stranger in (other_student, other_professor):
        answers = [view().status_code for view in views_of(stranger, simulation).values()]
        assert answers == [404] * 5
    assert views_of(professor, simulation)["messages"]().status_code == 404
    Scenario.objects.filter(pk=simulation.scenario_id).update(owner=other_professor)
    assert views_of(professor, simulation)["play"]().status_code == 404
    assert views_of(other_professor, simulation)["play"]().status_code == 200


def test_a_message_and_its_answer_are_there(page: Callable[[], str], simulation: Simulation) -> None:
    actions.say(simulation.pk, "Why did sales fall?").play()
    shown = page()
    assert "Why did sales fall?" in shown
    assert "That is answer 1." in shown
    assert "<span data-turn>1</span> of 5" in shown


def test_an_answer_that_broke_off_is_owed(
    page: Callable[[], str], simulation: Simulation, troupe: Troupe
) -> None:
    troupe.answers.append(Reply(status=500))
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "Why did sales fall?").play()
    assert "You have not had an answer yet." in page()
    actions.try_again(simulation.pk).play()
    assert "You have not had an answer yet." not in page()


def test_each_step_of_a_turn_is_there_as_soon_as_it_is_stored(
    views_of: ViewsOf, student: User, simulation: Simulation
) -> None:
    views = views_of(student, simulation)
    views["state"](), views["messages"]()
    stored = []
    for step in dialogue.respond(read_stage(simulation.pk), "@all, why did sales fall?", None):
        if isinstance(step, Message):
            stored.append(step.position)
            shown = [message["position"] for message in views["messages"]().json()["results"]]
            assert shown[: len(stored)] == stored
            answers = [m for m in views["messages"]().json()["results"] if m["author"] == "persona"]
            assert views["state"]().json()["awaiting_answer"] is (len(answers) < 2)
    assert views["state"]().json()["turn"] == 1


def test_a_submitted_scene_is_over(page: Callable[[], str], simulation: Simulation) -> None:
    actions.submit_scene(simulation.pk).play()
    assert "Scene 2 of 2" in page()
    actions.submit_simulation(simulation.pk).play()
    assert "The simulation is over" in page()


def _rename_scene(scenario: Scenario) -> None:
    scene = scenario.scenes.get(position=1)
    scene.title = "Changed"
    scene.save()


def _rename_persona(scenario: Scenario) -> None:
    persona = scenario.personas.get(position=1)
    persona.name = "Changed"
    persona.save()


def _send_a_persona_in(scenario: Scenario) -> None:
    added = Persona.objects.create(scenario=scenario, name="Changed")
    scenario.scenes.get(position=1).personas.add(added)


EDITS: dict[str, Callable[[Scenario], object]] = {
    "its title": lambda scenario: Scenario.objects.filter(pk=scenario.pk).update(title="Changed"),
    "a scene": _rename_scene,
    "a persona": _rename_persona,
    "who is present": _send_a_persona_in,
    "a new scene": lambda scenario: SceneFactory.create(scenario=scenario, position=3, title="Changed"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edited_scenario_is_shown_as_it_is(
    page: Callable[[], str], simulation: Simulation, edit: Callable[[Scenario], object]
) -> None:
    assert "Changed" not in page()
    edit(simulation.scenario)
    assert "Changed" in page()


def test_a_persona_that_leaves_the_scene_is_not_there_any_more(
    page: Callable[[], str], simulation: Simulation
) -> None:
    assert simulation.current_scene is not None
    simulation.current_scene.personas.remove(simulation.scenario.personas.get(position=2))
    assert "Jonas" not in page()


def test_the_owner_sees_the_students_new_name(
    client_for: ClientFor, student: User, professor: User, simulation: Simulation
) -> None:
    owner = client_for(professor)
    assert "Stina Student" in owner.get(f"/simulations/{simulation.pk}/").content.decode()
    student.name = "Stina Changed"
    student.save()
    assert "Stina Changed" in owner.get(f"/simulations/{simulation.pk}/").content.decode()


def test_what_has_been_deleted_is_gone(views_of: ViewsOf, student: User, simulation: Simulation) -> None:
    views = views_of(student, simulation)
    assert {view().status_code for view in views.values()} == {200}
    simulation.delete()
    assert {view().status_code for view in views.values()} == {404}


def test_one_students_turns_leave_the_pages_of_others_cached(
    views_of: ViewsOf, other_student: User, simulation: Simulation, troupe: Troupe
) -> None:
    theirs, _ = actions.start_or_resume(other_student, simulation.scenario_id)
    actions.say(theirs.pk, "Hello").play()
    views = views_of(other_student, theirs)
    for view in views.values():
        view()
    actions.say(simulation.pk, "begin").play()
    actions.say(simulation.pk, "Why did sales fall?").play()
    actions.say(simulation.pk, "hint").play()
    troupe.reach_goal()
    actions.say(simulation.pk, "So they fell.").play()
    actions.submit_simulation(simulation.pk).play()
    assert [view.statements() for view in views.values()] == [[]] * len(views)


def test_a_turn_goes_by_the_database_and_not_by_what_was_seen(
    client_for: ClientFor, student: User, simulation: Simulation
) -> None:
    client = client_for(student)
    client.get(f"/simulations/{simulation.pk}/")
    first = simulation.current_scene
    assert first is not None
    actions.submit_scene(simulation.pk, scene_id=first.pk).play()
    answer = client.post(f"/simulations/{simulation.pk}/submit/", {"scope": "scene", "scene": first.pk})
    assert answer.status_code == 409
    assert Scene.objects.filter(pk=first.pk).exists()
    simulation.refresh_from_db()
    assert not simulation.is_completed
