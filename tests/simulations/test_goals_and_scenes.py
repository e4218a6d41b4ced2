"""Goal checks, hints, turn limits, and the way from scene to scene to the end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from platform_app.errors import Conflict
from platform_app.models import Message, SceneOutcome, SceneProgress, Simulation, SimulationStatus
from platform_app.simulations import actions
from platform_app.simulations.selectors import simulation_state
from platform_app.simulations.signals import simulation_completed
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.usefixtures("troupe")
Said = Callable[..., list[Message]]


@pytest.fixture
def progress(simulation: Simulation) -> Callable[[], SceneProgress]:
    """`progress()`: how the first scene stands now."""
    scene = simulation.current_scene
    return lambda: SceneProgress.objects.get(simulation=simulation, scene=scene)


def test_a_check_follows_every_turn_and_is_kept(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    troupe.verdicts.append(
        {
            "confidence": 0.4,
            "reasoning": "Sales yes, capacity no.",
            "next_action": "hint",
            "hint": "Ask Jonas.",
        }
    )
    said("Why did sales fall?")
    kept = progress()
    assert (kept.confidence, kept.reasoning, kept.next_action, kept.hint) == (
        0.4,
        "Sales yes, capacity no.",
        "hint",
        "Ask Jonas.",
    )
    assert (kept.turns_used, kept.goal_checked_turn, kept.outcome) == (1, 1, SceneOutcome.RUNNING)


def test_the_state_offers_the_hint_but_does_not_tell_it(
    said: Said, troupe: Troupe, simulation: Simulation
) -> None:
    troupe.verdicts.append({"next_action": "hint", "hint": "Ask Jonas."})
    said("Why?")
    goal = simulation_state(simulation.pk).goal
    assert goal is not None
    assert goal.hint_available
    assert "Ask Jonas" not in str(goal)


def test_a_reached_goal_leads_to_the_next_scene(
    said: Said, troupe: Troupe, simulation: Simulation, progress: Callable[[], SceneProgress]
) -> None:
    troupe.reach_goal()
    *_, over, following = said("Sales fell by 12 per cent and the line is full.")
    assert "reached the goal" in over.text
    assert "You found it." in over.text
    assert "scene 2 of 2: The plant" in following.text
    simulation.refresh_from_db()
    assert progress().outcome == SceneOutcome.REACHED
    assert progress().ended_at is not None
    assert simulation.current_scene is not None
    assert simulation.current_scene.title == "The plant"
    assert following.scene == simulation.current_scene


def test_a_goal_reached_without_confidence_does_not_count(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    troupe.reach_goal(confidence=0.69)
    said("Perhaps sales fell?")
    assert progress().outcome == SceneOutcome.RUNNING


@pytest.mark.parametrize("text", ["Hello?", "@Jonas, hello?", "@all, hello?"])
def test_the_turn_limit_ends_the_scene_however_people_are_addressed(
    said: Said, text: str, progress: Callable[[], SceneProgress]
) -> None:
    """The successor of the original forgot the limit after @mention and @all."""
    for _ in range(4):
        said(f"{text} Again, and again.")
    assert progress().outcome == SceneOutcome.RUNNING
    *_, over, _ = said(text)
    assert "used up" in over.text
    assert (progress().outcome, progress().turns_used) == (SceneOutcome.OUT_OF_TURNS, 5)


def test_a_goal_reached_in_the_last_turn_is_reached(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    for number in range(4):
        said(f"Question {number}")
    troupe.reach_goal()
    said("Sales fell and the line is full.")
    assert progress().outcome == SceneOutcome.REACHED


def test_commands_cost_no_turn(said: Said, progress: Callable[[], SceneProgress]) -> None:
    for text in ("begin", "help", "HELP", "hint", "Hint", "@Zorro"):
        said(text)
    assert progress().turns_used == 0
    assert progress().hints_used == 2


def test_a_hint_is_that_of_the_last_check(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    troupe.verdicts.append({"next_action": "hint", "hint": "Ask Jonas about the line."})
    said("Hm.")
    assert said("hint")[-1].text == "Ask Jonas about the line."
    assert len(troupe.checks) == 1
    assert progress().hints_used == 1


def test_without_one_a_hint_is_asked_for_and_its_verdict_does_not_count(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    said("begin")
    troupe.reach_goal(hint="Ask Jonas.")
    assert said("hint")[-1].text == "Ask Jonas."
    assert '"hint_requested": true' in troupe.checks[0][1]["content"]
    assert (progress().goal_reached, progress().outcome) == (False, SceneOutcome.RUNNING)


def test_before_the_scene_has_begun_there_is_no_hint(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    assert "has not begun" in said("hint")[-1].text
    assert progress().hints_used == 0
    assert not troupe.checks


def test_submitting_ends_the_scene(
    simulation: Simulation, said: Said, progress: Callable[[], SceneProgress]
) -> None:
    said("begin")
    brought = actions.submit_scene(simulation.pk).play()
    assert progress().outcome == SceneOutcome.SUBMITTED
    assert brought["state"]["scene"]["title"] == "The plant"


def test_submitting_the_same_scene_twice_does_not_end_the_next_one(simulation: Simulation) -> None:
    scene = simulation.current_scene
    assert scene is not None
    actions.submit_scene(simulation.pk, scene_id=scene.pk).play()
    with pytest.raises(Conflict, match="over already"):
        actions.submit_scene(simulation.pk, scene_id=scene.pk)


def test_the_last_scene_completes_the_simulation(said: Said, troupe: Troupe, simulation: Simulation) -> None:
    actions.submit_scene(simulation.pk).play()
    troupe.reach_goal()
    assert "last scene" in said("Sales fell and the line is full.")[-1].text
    simulation.refresh_from_db()
    assert simulation.status == SimulationStatus.COMPLETED
    assert simulation.completed_at is not None


def test_submitting_everything_completes_the_simulation_and_leaves_other_scenes_unplayed(
    simulation: Simulation,
) -> None:
    state = actions.submit_simulation(simulation.pk).play()["state"]
    assert state["status"] == "completed"
    assert [goal["outcome"] for goal in state["goals"]] == ["submitted", None]


@pytest.mark.django_db(transaction=True)
def test_the_completion_is_announced_once_and_after_the_commit(simulation: Simulation) -> None:
    heard = []

    def listen(sender: Any, simulation: Simulation, **kwargs: Any) -> None:
        assert not transaction.get_connection().in_atomic_block
        heard.append(simulation.pk)

    simulation_completed.connect(listen)
    try:
        actions.submit_simulation(simulation.pk).play()
        with pytest.raises(Conflict, match="over already"):
            actions.submit_simulation(simulation.pk).play()
    finally:
        simulation_completed.disconnect(listen)
    assert heard == [simulation.pk]


def test_a_failed_check_keeps_the_answer_says_so_and_is_repeated(
    said: Said, troupe: Troupe, simulation: Simulation, progress: Callable[[], SceneProgress]
) -> None:
    troupe.verdicts.append({"confidence": 0.5, "reasoning": "Half of it."})
    said("First?")
    troupe.verdicts.append(Reply(status=500))
    assert said("Second?")[-1].text == "That is answer 2."
    goal = simulation_state(simulation.pk).goal
    assert goal is not None
    assert (goal.is_current, goal.reasoning, goal.hint_available) == (False, "Half of it.", False)
    assert progress().turns_used == 2
    troupe.reach_goal()
    said("Third?")
    assert progress().outcome == SceneOutcome.REACHED


def test_an_old_verdict_does_not_end_a_scene_whose_check_failed(
    said: Said, troupe: Troupe, progress: Callable[[], SceneProgress]
) -> None:
    for number in range(4):
        said(f"Question {number}")
    troupe.verdicts.append(Reply(status=500))
    *_, over, _ = said("The last one")
    assert progress().outcome == SceneOutcome.OUT_OF_TURNS
    assert "could not be made" in over.text


def test_a_scene_whose_end_was_lost_with_its_process_is_ended_before_anything_else(
    said: Said, simulation: Simulation, progress: Callable[[], SceneProgress]
) -> None:
    said("First?")
    SceneProgress.objects.update(turns_used=5)
    turn = actions.say(simulation.pk, "Am I still there?")
    with pytest.raises(Conflict, match="over already"):
        turn.play()
    assert progress().outcome == SceneOutcome.OUT_OF_TURNS
    assert not Message.objects.filter(text="Am I still there?").exists()
    assert said("begin")[-1].scene.title == "The plant"


def test_a_deleted_scene_is_followed_by_the_next(said: Said, simulation: Simulation) -> None:
    assert simulation.current_scene is not None
    simulation.current_scene.delete()
    assert "Scene 1 of 1: The plant" in said("begin")[1].text


def test_a_simulation_whose_scenes_are_all_gone_can_still_be_submitted(simulation: Simulation) -> None:
    for scene in simulation.scenario.scenes.all():
        scene.delete()
    with pytest.raises(Conflict, match="no scene left"):
        actions.say(simulation.pk, "Hello?")
    assert actions.submit_simulation(simulation.pk).play()["state"]["status"] == "completed"
