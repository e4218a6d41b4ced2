"""What the analysis asks the AI for, and what is checked before anything is saved.

String lengths are checked here rather than in the JSON schema: strict structured output refuses `minLength`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field


def _not_blank(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise ValueError("must not be blank")
    return stripped


Text = Annotated[str, AfterValidator(_not_blank)]
Trait = Annotated[int, Field(ge=0, le=10)]


class Traits(BaseModel):
    analytical: Trait
    creative: Trait
    assertive: Trait
    collaborative: Trait
    detail_oriented: Trait


class PersonaDraft(BaseModel):
    """Somebody of the case whom the student can talk to; never the student's own role."""

    name: Text
    role: Text
    background: Text
    goals: list[Text] = Field(min_length=1)
    knowledge: list[Text] = Field(description="Facts of the case that this person would know.")
    communication_style: str
    traits: Traits


class CasePeople(BaseModel):
    """The case in brief, and its people."""

    title: Text
    description: Text
    challenge: Text
    industry: str
    student_role: Text
    personas: list[PersonaDraft] = Field(min_length=1, max_length=12)


class SceneDraft(BaseModel):
    title: Text
    description: Text
    user_goal: Text
    success_criteria: Text
    turn_limit: int = Field(ge=3, le=50)
    personas: list[Text] = Field(min_length=1, description="Names of the personas present, as in the list of people.")
    image_prompt: Text


class CaseScenes(BaseModel):
    scenes: list[SceneDraft] = Field(min_length=1, max_length=8)


class CaseOutcomes(BaseModel):
    """What a student is to learn: 3 to 7 sentences that begin with a verb."""

    learning_outcomes: list[Text] = Field(min_length=1, max_length=10)
