"""What graders are asked: what all students share first; and the same conversation never twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platform_app.models import Grade, Message, Scenario, SceneProgress, Simulation, User
from platform_app.progress.grading import grade_simulation
from platform_app.prompting import blocks
from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.progress.conftest import CARELESS, play


@pytest.fixture
def grader(provider_server: LoopbackOpenAI, published_scenario: Scenario) -> LoopbackOpenAI:
    """Gives everybody the same grade."""
    said = {"summary": "Good.", "strengths": ["Asks."], "advice": ["Ask more."]}
    criteria = [
        {"name": criterion["name"], "level": 2, "reason": "So so.", "quote": ""}
        for criterion in published_scenario.rubric
    ]
    provider_server.always(Reply(json.dumps({**said, "criteria": criteria})))
    return provider_server


def grade(simulation: Simulation) -> None:
    grade_simulation(Grade.objects.create(simulation=simulation))


def asked_of_scenes(server: LoopbackOpenAI) -> list[list[dict[str, Any]]]:
    return [body["messages"] for body in server.bodies if "<transcript>" in body["messages"][-1]["content"]]


def test_the_same_conversation_is_graded_once(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User
) -> None:
    grade(play(published_scenario, student))
    calls = len(grader.bodies)
    grade(play(published_scenario, student))
    assert calls == len(grader.bodies) == 3  # two scenes and the whole


def test_one_other_word_is_another_conversation(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User
) -> None:
    grade(play(published_scenario, student))
    again = play(published_scenario, student)
    message = Message.objects.filter(simulation=again, author="student").latest("position")
    message.text += " Really."
    message.save()
    grade(again)
    assert len(asked_of_scenes(grader)) == 3


def test_another_students_grade_is_his_own(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User, other_student: User
) -> None:
    grade(play(published_scenario, student))
    grade(play(published_scenario, other_student))
    assert len(grader.bodies) == 6


def test_of_two_students_requests_everything_up_to_their_words_is_the_same(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User, other_student: User
) -> None:
    grade(play(published_scenario, student))
    careless = play(published_scenario, other_student, CARELESS)
    SceneProgress.objects.filter(simulation=careless).update(hints_used=3, turns_used=4)
    grade(careless)
    mine, _, theirs, _ = asked_of_scenes(grader)
    assert mine[0] == theirs[0]
    assert list(blocks(mine[0]["content"])) == ["rubric", "case_study", "scene"]
    assert list(blocks(mine[1]["content"])) == ["transcript", "progress"]
    assert json.loads(blocks(theirs[1]["content"])["progress"])["hints_used"] == 3


def test_of_two_scenes_requests_everything_up_to_the_scene_is_the_same(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User
) -> None:
    grade(play(published_scenario, student))
    first, second = (messages[0]["content"] for messages in asked_of_scenes(grader))
    assert second.startswith(first[: first.index("<scene>\n")] + "<scene>\n")


def test_every_request_says_with_which_others_it_shares_its_beginning(
    grader: LoopbackOpenAI, published_scenario: Scenario, student: User
) -> None:
    grade(play(published_scenario, student))
    keys = [body["prompt_cache_key"] for body in grader.bodies]
    scenes = [f"grading:scene:{scene.pk}" for scene in published_scenario.scenes.all()]
    assert keys == [*scenes, f"grading:scenario:{published_scenario.pk}"]
