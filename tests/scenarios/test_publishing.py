"""What a scenario needs to be published, and that it stays so."""

from typing import Any

import pytest

from platform_app.errors import Incomplete
from platform_app.models import Scenario
from platform_app.scenarios import actions, parts
from platform_app.scenarios.completeness import missing_parts
from platform_app.scenarios.selectors import scenario_with_parts


def gaps(scenario: Scenario) -> list[str]:
    """What is missing, as names of places; ids of parts become *."""
    fresh = scenario_with_parts(scenario.pk)
    assert fresh
    return [
        ".".join("*" if bit.isdigit() else bit for bit in gap.attr.split(".")) for gap in missing_parts(fresh)
    ]


def test_a_complete_scenario_lacks_nothing(draft_scenario: Scenario) -> None:
    assert gaps(draft_scenario) == []


@pytest.mark.parametrize("field", ["description", "challenge", "student_role"])
def test_an_overview_field_that_is_blank_is_missing(draft_scenario: Scenario, field: str) -> None:
    actions.update_scenario(draft_scenario, {field: "  \n"})

    assert gaps(draft_scenario) == [field]


@pytest.mark.parametrize(("field", "blank"), [("role", ""), ("background", " "), ("goals", [])])
def test_a_persona_field_that_is_blank_is_missing(draft_scenario: Scenario, field: str, blank: Any) -> None:
    parts.update_persona(draft_scenario.personas.all()[0], {field: blank})

    assert gaps(draft_scenario) == [f"personas.*.{field}"]


@pytest.mark.parametrize("field", ["description", "user_goal", "success_criteria"])
def test_a_scene_field_that_is_blank_is_missing(draft_scenario: Scenario, field: str) -> None:
    parts.update_scene(draft_scenario.scenes.all()[1], {field: ""})

    assert gaps(draft_scenario) == [f"scenes.*.{field}"]


def test_a_scene_without_anybody_is_incomplete(draft_scenario: Scenario) -> None:
    parts.update_scene(draft_scenario.scenes.all()[0], {"personas": []})

    assert gaps(draft_scenario) == ["scenes.*.personas"]


def test_a_scenario_without_parts_lacks_all_of_them(draft_scenario: Scenario) -> None:
    for persona in draft_scenario.personas.all():
        parts.delete_persona(persona)
    for scene in draft_scenario.scenes.all():
        parts.delete_scene(scene)
    parts.set_learning_outcomes(draft_scenario, [])
    actions.set_rubric(draft_scenario, [])

    assert gaps(draft_scenario) == ["personas", "scenes", "learning_outcomes", "rubric"]


def test_weights_that_do_not_add_up_can_be_saved_in_a_draft_but_not_published(
    draft_scenario: Scenario,
) -> None:
    actions.set_rubric(draft_scenario, [{"name": "Clarity", "weight": 60}, {"name": "Courage", "weight": 50}])

    assert gaps(draft_scenario) == ["rubric"]
    with pytest.raises(Incomplete) as refusal:
        actions.publish_scenario(draft_scenario)
    assert "110 per cent" in refusal.value.errors[0].detail


def test_publishing_dates_the_scenario_once(draft_scenario: Scenario) -> None:
    actions.publish_scenario(draft_scenario)
    draft_scenario.refresh_from_db()
    first = draft_scenario.published_at
    actions.publish_scenario(draft_scenario)

    draft_scenario.refresh_from_db()
    assert draft_scenario.is_published
    assert draft_scenario.published_at == first


def test_an_incomplete_scenario_is_refused_with_everything_that_is_missing(draft_scenario: Scenario) -> None:
    actions.update_scenario(draft_scenario, {"challenge": "", "student_role": ""})

    with pytest.raises(Incomplete) as refusal:
        actions.publish_scenario(draft_scenario)

    assert [error.attr for error in refusal.value.errors] == ["challenge", "student_role"]
    draft_scenario.refresh_from_db()
    assert draft_scenario.status == "draft"


@pytest.mark.parametrize(
    "harm",
    [
        lambda scenario: actions.update_scenario(scenario, {"challenge": ""}),
        lambda scenario: actions.set_rubric(scenario, [{"name": "Half", "weight": 50}]),
        lambda scenario: parts.set_learning_outcomes(scenario, []),
        lambda scenario: parts.update_persona(scenario.personas.all()[0], {"goals": []}),
        lambda scenario: parts.update_scene(scenario.scenes.all()[0], {"personas": []}),
        lambda scenario: parts.add_persona(scenario, {"name": "Without a role"}),
        lambda scenario: parts.add_scene(scenario, {"title": "Empty"}),
        lambda scenario: list(map(parts.delete_scene, scenario.scenes.all())),
        lambda scenario: list(map(parts.delete_persona, scenario.personas.all())),
    ],
)
def test_a_published_scenario_never_becomes_incomplete(published_scenario: Scenario, harm: Any) -> None:
    with pytest.raises(Incomplete) as refusal:
        harm(published_scenario)

    assert refusal.value.errors
    assert gaps(published_scenario) == []


def test_a_published_scenario_can_be_edited(published_scenario: Scenario) -> None:
    actions.update_scenario(published_scenario, {"title": "Better"})
    parts.delete_scene(published_scenario.scenes.all()[1])

    published_scenario.refresh_from_db()
    assert (published_scenario.title, published_scenario.is_published) == ("Better", True)
    assert published_scenario.scenes.count() == 1


def test_a_published_scenario_can_be_taken_back_and_archived(published_scenario: Scenario) -> None:
    actions.unpublish_scenario(published_scenario)
    published_scenario.refresh_from_db()
    assert published_scenario.status == "draft"

    actions.archive_scenario(published_scenario)
    published_scenario.refresh_from_db()
    assert published_scenario.status == "archived"
