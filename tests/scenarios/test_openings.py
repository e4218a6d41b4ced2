"""Opening questions belong to a scene and to somebody who is in it."""

from __future__ import annotations

import pytest

from platform_app.errors import InvalidInput
from platform_app.models import OpeningQuestion, Persona, Scenario, Scene, User
from platform_app.scenarios import actions, parts
from platform_app.scenarios.copying import duplicate_scenario
from platform_app.scenarios.drafts import PersonaDraft, ScenarioDraft, SceneDraft
from platform_app.scenarios.versions import scene_version
from tests.openings import ask_in, asked_in

WHY = "Why did sales fall?"
LINE = "How full is the line?"


@pytest.fixture
def scene(draft_scenario: Scenario) -> Scene:
    return draft_scenario.scenes.all()[0]


@pytest.fixture
def ingrid(draft_scenario: Scenario) -> Persona:
    return draft_scenario.personas.all()[0]


@pytest.fixture
def jonas(draft_scenario: Scenario) -> Persona:
    return draft_scenario.personas.all()[1]


def test_they_are_kept_in_order_for_each_person(scene: Scene, ingrid: Persona, jonas: Persona) -> None:
    ask_in(scene, (ingrid, WHY), (ingrid, "What is in reserve?"), (jonas, LINE))
    assert asked_in(scene) == [
        (ingrid.name, WHY),
        (ingrid.name, "What is in reserve?"),
        (jonas.name, LINE),
    ]


def test_new_ones_take_the_place_of_all_the_old_ones(scene: Scene, ingrid: Persona, jonas: Persona) -> None:
    ask_in(scene, (ingrid, WHY))
    ask_in(scene, (jonas, LINE))
    assert asked_in(scene) == [(jonas.name, LINE)]


def test_other_changes_leave_them_alone(scene: Scene, ingrid: Persona) -> None:
    ask_in(scene, (ingrid, WHY))
    parts.update_scene(scene, {"title": "Another title"})
    assert asked_in(scene) == [(ingrid.name, WHY)]


def test_white_space_and_repetitions_go(scene: Scene, ingrid: Persona) -> None:
    ask_in(scene, (ingrid, "  Why did\tsales   fall? "), (ingrid, WHY))
    assert asked_in(scene) == [(ingrid.name, WHY)]


def test_whoever_leaves_the_scene_takes_them_along(scene: Scene, ingrid: Persona, jonas: Persona) -> None:
    ask_in(scene, (ingrid, WHY), (jonas, LINE))
    parts.update_scene(scene, {"personas": [jonas]})
    assert asked_in(scene) == [(jonas.name, LINE)]


def test_they_go_with_their_person_and_with_their_scene(
    scene: Scene, ingrid: Persona, jonas: Persona
) -> None:
    ask_in(scene, (ingrid, WHY), (jonas, LINE))
    parts.delete_persona(ingrid)
    assert asked_in(scene) == [(jonas.name, LINE)]
    parts.delete_scene(scene)
    assert not OpeningQuestion.objects.exists()


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        (["x" * 201], "at most 200 characters"),
        (["One?", "Two?", "Three?", "Four?", "Five?"], "at most 4 opening questions"),
        ([" "], "may not be blank"),
        (["What does @Jonas say?"], "cannot call anybody"),
        (["What\x00?"], "cannot be stored"),
    ],
)
def test_what_cannot_be_said_at_a_click_is_refused(
    scene: Scene, ingrid: Persona, texts: list[str], complaint: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parts.update_scene(scene, {"opening_questions": {ingrid.pk: texts}})
    assert complaint in " ".join(fault.detail for fault in refused.value.errors)
    assert asked_in(scene) == []


def test_nobody_is_asked_who_is_not_in_the_scene(scene: Scene, ingrid: Persona, jonas: Persona) -> None:
    with pytest.raises(InvalidInput) as refused:
        parts.update_scene(scene, {"personas": [jonas], "opening_questions": {ingrid.pk: [WHY]}})
    assert "people who are in the scene" in refused.value.errors[0].detail
    assert scene.personas.count() == 2


def test_another_question_is_another_version_of_the_scene(scene: Scene, ingrid: Persona) -> None:
    before = scene_version(scene)
    ask_in(scene, (ingrid, WHY))
    assert scene_version(Scene.objects.get(pk=scene.pk)) != before


def test_a_copy_has_its_own_for_its_own_people(
    draft_scenario: Scenario, scene: Scene, ingrid: Persona
) -> None:
    ask_in(scene, (ingrid, WHY))
    copy = duplicate_scenario(draft_scenario)
    question = OpeningQuestion.objects.get(scene__scenario=copy)
    assert (question.text, question.persona.name) == (WHY, ingrid.name)
    assert question.persona.scenario_id == copy.pk
    ask_in(scene)
    assert OpeningQuestion.objects.get() == question


def test_of_a_draft_what_can_be_said_is_kept(professor: User) -> None:
    drafted = ("", WHY, "x" * 201, "@Jonas?", WHY, "Two?", "Three?", "Four?", "Five?")
    draft = ScenarioDraft(
        title="Fish",
        personas=(PersonaDraft(name="Ingrid Solberg"),),
        scenes=(
            SceneDraft(
                title="One",
                personas=("Ingrid Solberg",),
                opening_questions={"ingrid  solberg": drafted},
            ),
        ),
    )
    scenario = actions.create_from_draft(professor, draft, "")
    asked = asked_in(scenario.scenes.get())
    assert asked == [("Ingrid Solberg", text) for text in (WHY, "Two?", "Three?", "Four?")]
