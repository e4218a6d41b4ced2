"""From a draft to a scenario: whole or not at all."""

import pytest

from platform_app.errors import InvalidInput, NotAllowed
from platform_app.models import Persona, Scenario, User
from platform_app.scenarios.actions import create_from_draft
from platform_app.scenarios.completeness import missing_parts
from platform_app.scenarios.drafts import PersonaDraft, ScenarioDraft, SceneDraft

INGRID = PersonaDraft(
    "Ingrid Solberg", "CFO", "Keeps the books.", ("Keep a reserve.",), ("Sales fell.",), analytical=9
)
JONAS = PersonaDraft("Jonas Berg", "Plant manager", "Runs the line.", ("Get a second line.",))
BOARD = SceneDraft(
    "The board room", "You meet.", "Find out why.", "Names the fall.", 6, ("jonas  BERG", "Ingrid Solberg")
)
DRAFT = ScenarioDraft(
    title="Harbour Foods",
    description="Sales fell.",
    challenge="A second plant?",
    industry="Food",
    student_role="Consultant",
    personas=(INGRID, JONAS),
    scenes=(BOARD, SceneDraft("The plant", "You walk.", "See.", "Saw.", 3, ("Jonas Berg",), "A bright hall")),
    learning_outcomes=("Weigh growth.", "Read figures."),
)


def test_a_complete_draft_becomes_a_scenario_that_could_be_published(professor: User) -> None:
    scenario = create_from_draft(professor, DRAFT, "The whole case.")

    assert missing_parts(scenario) == []
    assert (scenario.owner, scenario.status, scenario.case_text) == (professor, "draft", "The whole case.")
    assert [(p.position, p.name, p.analytical) for p in scenario.personas.all()] == [
        (1, "Ingrid Solberg", 9),
        (2, "Jonas Berg", 5),
    ]
    assert [(s.position, s.title, s.turn_limit, s.image_prompt) for s in scenario.scenes.all()] == [
        (1, "The board room", 6, ""),
        (2, "The plant", 3, "A bright hall"),
    ]
    assert [outcome.text for outcome in scenario.learning_outcomes.all()] == [
        "Weigh growth.",
        "Read figures.",
    ]
    assert sum(criterion["weight"] for criterion in scenario.rubric) == 100


def test_people_of_a_scene_are_found_whatever_the_case_and_spacing_of_their_names(professor: User) -> None:
    scenario = create_from_draft(professor, DRAFT, "")

    assert {p.name for p in scenario.scenes.all()[0].personas.all()} == {"Ingrid Solberg", "Jonas Berg"}


def test_personas_of_one_name_are_numbered(professor: User) -> None:
    draft = ScenarioDraft("Case", personas=(JONAS, PersonaDraft("jonas berg"), PersonaDraft("Jonas  Berg")))

    scenario = create_from_draft(professor, draft, "")

    assert [p.name for p in scenario.personas.all()] == ["Jonas Berg", "jonas berg 2", "Jonas Berg 3"]


def test_texts_that_are_too_long_are_cut_at_a_word_and_nul_disappears(professor: User) -> None:
    draft = ScenarioDraft(
        "word " * 100, description="a\x00b", industry="x" * 90, learning_outcomes=("y " * 600, " ")
    )

    scenario = create_from_draft(professor, draft, "case\x00text")

    assert len(scenario.title) <= 200
    assert scenario.title.endswith("word…")
    assert (scenario.description, scenario.case_text) == ("ab", "casetext")
    assert len(scenario.industry) == 80
    assert [len(outcome.text) <= 500 for outcome in scenario.learning_outcomes.all()] == [True]


def test_a_scene_with_a_stranger_refuses_the_whole_draft(professor: User) -> None:
    draft = ScenarioDraft("Case", personas=(JONAS,), scenes=(SceneDraft("Hall", personas=("Nobody",)),))

    with pytest.raises(InvalidInput, match="Nobody"):
        create_from_draft(professor, draft, "")

    assert not Scenario.objects.exists()
    assert not Persona.objects.exists()


def test_a_turn_limit_out_of_bounds_refuses_the_whole_draft(professor: User) -> None:
    draft = ScenarioDraft("Case", scenes=(SceneDraft("Hall", turn_limit=99),))

    with pytest.raises(InvalidInput):
        create_from_draft(professor, draft, "")

    assert not Scenario.objects.exists()


def test_students_make_no_scenarios(student: User) -> None:
    with pytest.raises(NotAllowed):
        create_from_draft(student, DRAFT, "")
