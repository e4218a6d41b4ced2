"""Scenes and learning outcomes: from the conflicts of the case, with its people and figures."""

from __future__ import annotations

import re

import pytest
from openai import OpenAI

from tests.offline.asking import RolePlay, case_text, outcomes_of, people_of, scenes_of

CASES = ["solera.txt", "harbour_clinic.md", "danang.txt", "memo.txt", "quiet_room.md", "werk_nord.txt"]


@pytest.mark.parametrize("name", CASES)
def test_everybody_has_a_scene_and_the_last_one_brings_several_together(name: str, sdk: OpenAI) -> None:
    people = people_of(sdk, case_text(name))
    scenes = scenes_of(sdk, case_text(name), people).scenes
    names = {persona.name for persona in people.personas}
    assert 3 <= len(scenes) <= 5
    assert {present for scene in scenes for present in scene.personas} == names
    assert len(scenes[-1].personas) >= 2
    assert "Recommend" in scenes[-1].user_goal
    assert len({scene.title for scene in scenes}) == len(scenes)
    for scene in scenes:
        assert 8 <= scene.turn_limit <= 15
        assert all(
            present in scene.user_goal + scene.success_criteria + scene.description
            for present in scene.personas
        )
        assert len(scene.success_criteria) > 40


@pytest.mark.parametrize("name", CASES)
def test_scenes_give_no_figure_that_the_case_has_not(name: str, sdk: OpenAI) -> None:
    text = case_text(name)
    scenes = scenes_of(sdk, text, people_of(sdk, text))
    for number in re.findall(
        r"\d+(?:[.,]\d+)*", " ".join(s.description + s.user_goal + s.success_criteria for s in scenes.scenes)
    ):
        assert number in text, number


def test_scenes_come_from_the_conflicts_of_the_case(sdk: OpenAI) -> None:
    text = case_text("solera.txt")
    goals = " ".join(scene.user_goal for scene in scenes_of(sdk, text, people_of(sdk, text)).scenes)
    assert "Tom Reed is against the contract" in goals
    assert "Elena Ruiz, who wants to invest €3 million in the organic range instead" in goals
    assert "whether to accept the offer" in goals


def test_edited_people_are_used_as_they_are_given(sdk: OpenAI) -> None:
    text = case_text("solera.txt")
    people = people_of(sdk, text)
    renamed = people.model_copy(
        update={
            "personas": [people.personas[0].model_copy(update={"name": "Anna B. Berg"}), people.personas[1]]
        }
    )
    scenes = scenes_of(sdk, text, renamed).scenes
    assert {present for scene in scenes for present in scene.personas} == {"Anna B. Berg", "Tom Reed"}


def test_a_single_person_is_in_every_scene(sdk: OpenAI) -> None:
    text = case_text("solera.txt")
    people = people_of(sdk, text)
    alone = people.model_copy(update={"personas": people.personas[:1]})
    scenes = scenes_of(sdk, text, alone).scenes
    assert len(scenes) >= 3
    assert all(scene.personas == ["Anna Berg"] for scene in scenes)


@pytest.mark.parametrize("name", CASES)
def test_outcomes_begin_with_a_verb_and_name_the_case(name: str, sdk: OpenAI) -> None:
    text = case_text(name)
    scenes = scenes_of(sdk, text, people_of(sdk, text))
    outcomes = outcomes_of(sdk, text, scenes).learning_outcomes
    assert 4 <= len(outcomes) <= 6
    verbs = {"Analyse", "Weigh", "Use", "Support", "Question", "Recommend", "Lead"}
    assert {outcome.split()[0] for outcome in outcomes} <= verbs
    assert len(set(outcomes)) == len(outcomes)


@pytest.mark.parametrize("name", CASES)
def test_everybody_present_can_be_asked_something_that_the_case_holds(name: str, sdk: OpenAI) -> None:
    text = case_text(name)
    for scene in scenes_of(sdk, text, people_of(sdk, text)).scenes:
        assert [one.persona for one in scene.opening_questions] == scene.personas
        for one in scene.opening_questions:
            assert 2 <= len(one.questions) <= 3
            assert len(set(one.questions)) == len(one.questions)
            assert all(len(question) <= 200 and question.endswith("?") for question in one.questions)
            figures = re.findall(r"\d+(?:[.,]\d+)*", " ".join(one.questions))
            assert all(figure in text for figure in figures)


@pytest.mark.parametrize("who", ["Anna", "Tom", "Javier"])
def test_an_opening_question_gets_an_answer_and_no_question_back_only(who: str, sdk: OpenAI) -> None:
    text = case_text("solera.txt")
    scenes = scenes_of(sdk, text, people_of(sdk, text)).scenes
    asked = {q for s in scenes for o in s.opening_questions if who in o.persona for q in o.questions}
    for question in asked:
        assert len(RolePlay(sdk, text, who).say(question)) > 40
