"""Who may start what, and that there is one running simulation a student and scenario."""

from collections.abc import Callable
from typing import Any

import pytest

from platform_app.errors import Conflict, NotFound
from platform_app.models import Scenario, ScenarioStatus, SceneProgress, Simulation, User
from platform_app.simulations import actions
from tests.factories import ScenarioFactory


def test_a_student_starts_a_published_scenario_in_its_first_scene(
    student: User, published_scenario: Scenario
) -> None:
    simulation, is_new = actions.start_or_resume(student, published_scenario.pk)
    assert is_new
    assert simulation.student == student
    assert simulation.current_scene == published_scenario.scenes.first()
    assert SceneProgress.objects.get(simulation=simulation).has_begun is False


def test_starting_again_resumes(student: User, published_scenario: Scenario) -> None:
    first, _ = actions.start_or_resume(student, published_scenario.pk)
    again, is_new = actions.start_or_resume(student, published_scenario.pk)
    assert (again, is_new) == (first, False)


def test_a_completed_simulation_can_be_followed_by_a_new_attempt(simulation: Simulation) -> None:
    actions.submit_simulation(simulation.pk).play()
    again, is_new = actions.start_or_resume(simulation.student, simulation.scenario_id)
    assert is_new
    assert again != simulation


def test_nobody_but_its_owner_plays_a_draft(student: User, professor: User, draft_scenario: Scenario) -> None:
    with pytest.raises(NotFound):
        actions.start_or_resume(student, draft_scenario.pk)
    assert actions.start_or_resume(professor, draft_scenario.pk)[1]


def test_another_professor_may_try_a_published_scenario_but_no_draft(
    other_professor: User, published_scenario: Scenario, draft_scenario: Scenario
) -> None:
    assert actions.start_or_resume(other_professor, published_scenario.pk)[1]
    with pytest.raises(NotFound):
        actions.start_or_resume(other_professor, draft_scenario.pk)


@pytest.mark.usefixtures("db")
def test_a_scenario_that_does_not_exist_is_not_found(student: User) -> None:
    with pytest.raises(NotFound):
        actions.start_or_resume(student, 999_999)


def test_a_running_simulation_goes_on_when_its_scenario_is_withdrawn(simulation: Simulation) -> None:
    Scenario.objects.update(status=ScenarioStatus.ARCHIVED)
    assert actions.start_or_resume(simulation.student, simulation.scenario_id) == (simulation, False)


def test_a_scenario_without_scenes_cannot_be_played(professor: User) -> None:
    scenario = ScenarioFactory.create(owner=professor)
    with pytest.raises(Conflict, match="no scenes"):
        actions.start_or_resume(professor, scenario.pk)


def test_two_students_have_simulations_of_their_own(
    student: User, other_student: User, published_scenario: Scenario
) -> None:
    mine, _ = actions.start_or_resume(student, published_scenario.pk)
    theirs, _ = actions.start_or_resume(other_student, published_scenario.pk)
    assert mine != theirs


@pytest.mark.django_db(transaction=True)
def test_starting_many_times_at_once_starts_one_simulation(
    student: User, published_scenario: Scenario, in_threads: Callable[..., list[Any]]
) -> None:
    results = in_threads(lambda: actions.start_or_resume(student, published_scenario.pk), count=8)
    assert len({simulation.pk for simulation, _ in results}) == 1
    assert [is_new for _, is_new in results].count(True) == 1
    assert Simulation.objects.count() == 1
