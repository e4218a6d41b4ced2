from typing import Any

import pytest
from pydantic import ValidationError

from platform_app.analysis.schema import CasePeople, scenes_among
from tests.analysis.answers import PEOPLE, SCENES, person, scene


def people(**changes: Any) -> CasePeople:
    return CasePeople.model_validate({**PEOPLE, **changes})


def test_the_student_is_nobody_to_talk_to() -> None:
    cast = [*PEOPLE["personas"], person("Astrid  LIE", "Chief executive")]
    assert [one.name for one in people(personas=cast).personas] == ["Ingrid Solberg", "Jonas Berg"]


def test_a_case_with_nobody_but_the_student_makes_no_sense() -> None:
    with pytest.raises(ValidationError, match="somebody other than the student"):
        people(personas=[person("Astrid Lie", "Chief executive")])


def test_of_two_spellings_of_one_person_the_first_stays() -> None:
    cast = [
        person("Ingrid Solberg", "Finance"),
        person("Jonas Berg", "Plant"),
        person("ingrid solberg", "Other"),
    ]
    assert [(one.name, one.role) for one in people(personas=cast).personas] == [
        ("Ingrid Solberg", "Finance"),
        ("Jonas Berg", "Plant"),
    ]


@pytest.mark.parametrize("field", ["title", "description", "challenge", "student_role"])
def test_a_blank_text_makes_no_sense(field: str) -> None:
    with pytest.raises(ValidationError, match="must not be blank"):
        people(**{field: " \n "})


def test_nul_bytes_of_an_answer_are_dropped() -> None:
    assert people(title="Harbour\x00 Foods").title == "Harbour Foods"


def test_a_trait_is_between_0_and_10() -> None:
    strange = person("Ingrid Solberg", "Finance")
    strange["traits"]["analytical"] = 11
    with pytest.raises(ValidationError):
        people(personas=[strange])


def test_people_of_a_scene_become_those_of_the_list() -> None:
    schema = scenes_among(["Ingrid Solberg", "Jonas Berg"])
    drafted = schema.model_validate({"scenes": [scene("The plant", "Mr. Berg", "ingrid", "Jonas Berg")]})
    assert drafted.scenes[0].personas == ["Jonas Berg", "Ingrid Solberg"]


def test_a_stranger_in_a_scene_makes_no_sense() -> None:
    with pytest.raises(ValidationError, match="“Bob” is not in the list of people"):
        scenes_among(["Jonas Berg"]).model_validate({"scenes": [scene("The plant", "Bob")]})


def test_opening_questions_to_somebody_else_are_left_out_and_a_scene_can_do_without_any() -> None:
    drafted = scene("The plant", "Mr. Berg")
    drafted["opening_questions"] = [
        {"persona": name, "questions": ["Why?"]} for name in ("berg", "Ingrid Solberg", "Bob")
    ]
    schema = scenes_among(["Ingrid Solberg", "Jonas Berg"])
    found = schema.model_validate({"scenes": [drafted]}).scenes[0]
    assert [one.persona for one in found.opening_questions] == ["Jonas Berg"]
    del drafted["opening_questions"]
    assert schema.model_validate({"scenes": [drafted]}).scenes[0].opening_questions == []


def test_a_provider_that_keeps_to_the_schema_cannot_name_a_stranger() -> None:
    schema = scenes_among(["Ingrid Solberg", "Jonas Berg"])
    assert schema.__name__ == "CaseScenes"
    present = schema.model_json_schema()["$defs"]["SceneDraft"]["properties"]["personas"]["items"]
    assert present == {"type": "string", "enum": ["Ingrid Solberg", "Jonas Berg"]}
    assert len(schema.model_validate({"scenes": SCENES["scenes"]}).scenes) == 3
