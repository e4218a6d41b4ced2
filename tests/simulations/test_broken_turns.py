"""When the provider, the process or Redis fails in the midst of a turn: nothing is lost, nothing doubled, nothing half-said."""

from collections.abc import Callable

import pytest

from caching.ai.door import Door
from caching.errors import AIAnswerUnusable, AIError, AIUnavailable
from platform_app.errors import Conflict
from platform_app.models import Author, Message, SceneProgress, Simulation
from platform_app.simulations import actions
from platform_app.simulations.script import Script
from platform_app.simulations.selectors import simulation_state
from platform_app.simulations.turns import TurnLog
from tests.loopback_openai import Reply
from tests.simulations.conftest import Troupe

Said = Callable[..., list[Message]]
TORN = Reply("This answer breaks off in the middle of it all.", cut_after=3)


def spoken() -> list[tuple[str, str]]:
    """Who said what so far, without commands and narrator."""
    messages = Message.objects.filter(is_command=False).exclude(author=Author.NARRATOR)
    return [(message.persona_name or message.author, message.text) for message in messages]


def turns() -> int:
    return SceneProgress.objects.get().turns_used


@pytest.mark.parametrize("failure", [TORN, Reply(status=500), Reply("x", finish_reason="length"), Reply("")])
def test_a_broken_answer_is_not_stored_and_not_counted_but_the_question_is_kept(
    simulation: Simulation, troupe: Troupe, failure: Reply
) -> None:
    troupe.answers.append(failure)
    with pytest.raises(AIError):
        actions.say(simulation.pk, "Why did sales fall?").play()
    assert spoken() == [("student", "Why did sales fall?")]
    assert turns() == 0
    assert simulation_state(simulation.pk).awaiting_answer


def test_trying_again_answers_the_same_message_once(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.extend([TORN, "They fell by 12 per cent."])
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "Why did sales fall?").play()
    brought = actions.try_again(simulation.pk).play()
    assert [message["text"] for message in brought["messages"]] == ["They fell by 12 per cent."]
    assert spoken() == [("student", "Why did sales fall?"), ("Ingrid Solberg", "They fell by 12 per cent.")]
    assert turns() == 1
    assert not brought["state"]["awaiting_answer"]
    assert troupe.prompts[0] == troupe.prompts[1]


def test_sending_the_same_words_again_means_trying_again(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.append(TORN)
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "Why did sales fall?").play()
    actions.say(simulation.pk, "Why did sales fall?").play()
    assert [who for who, _ in spoken()] == ["student", "Ingrid Solberg"]


def test_other_words_after_a_broken_turn_are_a_new_message(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.append(TORN)
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "Why did sales fall?").play()
    actions.say(simulation.pk, "Never mind. How full is the line?").play()
    assert [who for who, _ in spoken()] == ["student", "student", "Ingrid Solberg"]
    assert turns() == 1


def test_of_several_people_only_those_who_failed_answer_again(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.extend(["I say no.", TORN, "I say yes."])
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "@all: a second plant?").play()
    assert turns() == 0
    actions.try_again(simulation.pk).play()
    assert spoken()[1:] == [("Ingrid Solberg", "I say no."), ("Dr. Jonas Berg-Ødegård (Plant)", "I say yes.")]
    assert turns() == 1


def test_somebody_addressed_by_field_is_still_the_one_who_answers_again(
    simulation: Simulation, troupe: Troupe
) -> None:
    troupe.answers.extend([TORN, "Full."])
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "How full is the line?", persona="Jonas").play()
    actions.try_again(simulation.pk).play()
    assert spoken()[-1] == ("Dr. Jonas Berg-Ødegård (Plant)", "Full.")


def test_a_broken_opening_can_be_had_again(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.append(TORN)
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "begin").play()
    assert simulation_state(simulation.pk).awaiting_answer
    actions.try_again(simulation.pk).play()
    assert len(spoken()) == 1
    assert Message.objects.filter(author=Author.NARRATOR).count() == 1


def test_begin_after_a_broken_opening_opens_without_setting_the_scene_twice(
    simulation: Simulation, troupe: Troupe
) -> None:
    troupe.answers.append(TORN)
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "begin").play()
    actions.say(simulation.pk, "begin").play()
    assert Message.objects.count() == 3


def test_a_failed_hint_leaves_no_trace(simulation: Simulation, troupe: Troupe) -> None:
    actions.say(simulation.pk, "begin").play()
    troupe.verdicts.append(Reply("no JSON", finish_reason="length"))
    with pytest.raises(AIAnswerUnusable):
        actions.say(simulation.pk, "hint").play()
    assert not Message.objects.filter(text="hint").exists()
    assert SceneProgress.objects.get().hints_used == 0


def test_there_is_nothing_to_try_again_when_all_is_answered(simulation: Simulation, troupe: Troupe) -> None:
    for text in (None, "begin", "Why?"):
        if text:
            actions.say(simulation.pk, text).play()
        with pytest.raises(Conflict, match="answered already"):
            actions.try_again(simulation.pk)


def test_followers_learn_what_went_wrong_where_they_stand_and_that_it_is_over(
    simulation: Simulation, troupe: Troupe
) -> None:
    troupe.answers.append(TORN)
    with pytest.raises(AIUnavailable):
        actions.say(simulation.pk, "Why?").play()
    events = TurnLog(simulation.pk).read()
    assert [event.name for event in events] == [
        "message",
        "message",
        "token",
        "token",
        "token",
        "problem",
        "state",
        "end",
    ]
    assert events[-3].data["status"] == 503
    assert events[-2].data["awaiting_answer"]
    assert events[-1].last


def test_a_fault_of_our_own_is_told_without_its_details_and_frees_the_simulation(
    simulation: Simulation, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Door, "stream", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.say(simulation.pk, "Why?").play()
    problem = next(event.data for event in TurnLog(simulation.pk).read() if event.name == "problem")
    assert problem["status"] == 500
    assert "division" not in str(problem)
    assert actions.try_again(simulation.pk).play()["messages"]


def test_after_a_failure_the_next_turn_may_begin_at_once(simulation: Simulation, troupe: Troupe) -> None:
    troupe.answers.extend([TORN, TORN, "At last."])
    for _ in range(2):
        with pytest.raises(AIUnavailable):
            actions.say(simulation.pk, "Why?").play()
    actions.say(simulation.pk, "Why?").play()
    assert [text for _, text in spoken()] == ["Why?", "At last."]


def test_two_turns_that_overlap_in_spite_of_the_lock_do_not_mix(
    simulation: Simulation, troupe: Troupe
) -> None:
    scene = simulation.current_scene
    assert scene is not None
    one, other = Script(simulation), Script(simulation)
    one.add(scene, Author.STUDENT, "First")
    with pytest.raises(Conflict, match="elsewhere"):
        other.add(scene, Author.STUDENT, "Second")
    assert Message.objects.get().text == "First"
