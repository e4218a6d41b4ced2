"""What the analysis asks the AI for, and what is checked before anything is saved.

String lengths are checked here rather than in the JSON schema: strict structured output refuses `minLength`. Whether
the people make sense is checked here too: an answer that does not fit its schema is never kept, so asking again helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema, create_model, model_validator

from platform_app.analysis.names import normalized, plays, resolve


def _not_blank(text: str) -> str:
    storable = text.replace("\x00", "").strip()  # PostgreSQL stores no NUL
    if not storable:
        raise ValueError("must not be blank")
    return storable


Text = Annotated[str, AfterValidator(_not_blank)]
Trait = Annotated[int, Field(ge=0, le=10)]
TO_BEGIN_WITH = "Questions to begin with, for everybody present."


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

    @model_validator(mode="after")
    def _others_than_the_student(self) -> Self:
        """Everybody once, and nobody whom the student plays."""
        others: dict[str, PersonaDraft] = {}
        for persona in self.personas:
            if not plays(self.student_role, name=persona.name, role=persona.role):
                others.setdefault(normalized(persona.name), persona)
        if not others:
            raise ValueError("personas must name somebody other than the student's own role")
        self.personas = [*others.values()]
        return self


class OpeningDraft(BaseModel):
    """With what the student could begin the conversation with one of those present."""

    persona: Text = Field(description="The name of somebody who is present.")
    questions: list[Text] = Field(description="Two or three questions, each of at most 200 characters.")


class SceneDraft(BaseModel):
    title: Text
    description: Text
    user_goal: Text
    success_criteria: Text
    turn_limit: int = Field(ge=3, le=50)
    personas: list[Text] = Field(
        min_length=1, description="Names of the personas present, as in the list of people."
    )
    image_prompt: Text
    # A scene can do without: a model that forgets them, or asks somebody who is not there, spoils nothing.
    opening_questions: list[OpeningDraft] = Field(default_factory=list, description=TO_BEGIN_WITH)

    @model_validator(mode="after")
    def _of_those_present(self) -> Self:
        self.opening_questions = [one for one in self.opening_questions if one.persona in self.personas]
        return self


class CaseScenes(BaseModel):
    scenes: list[SceneDraft] = Field(min_length=1, max_length=8)


def scenes_among(names: Sequence[str]) -> type[CaseScenes]:
    """CaseScenes in which only these people can be present; "Dr Rossi" becomes the "Elena Rossi" of the list."""

    def known(name: str) -> str:
        if (meant := resolve(name, names)) is None:
            raise ValueError(f"“{name}” is not in the list of people ({', '.join(names)})")
        return meant

    def once(present: list[str]) -> list[str]:
        return [*dict.fromkeys(present)]

    def known_or_dropped(name: str) -> str:
        return resolve(name, names) or name

    listed = WithJsonSchema({"type": "string", "enum": [*names]})
    one = Annotated[str, AfterValidator(known), listed]
    asked = Annotated[str, AfterValidator(known_or_dropped), listed]
    present = Annotated[list[one], AfterValidator(once)]  # type: ignore[valid-type]
    everyone = Field(min_length=1, description="Names of the people present.")
    opening = create_model("OpeningDraft", __base__=OpeningDraft, persona=(asked, ...))
    openings: Any = Field(default_factory=list, description=TO_BEGIN_WITH)
    scene = create_model(
        "SceneDraft",
        __base__=SceneDraft,
        personas=(present, everyone),
        opening_questions=(list[opening], openings),  # type: ignore[valid-type]
    )
    scenes = Field(min_length=1, max_length=8)
    return create_model("CaseScenes", __base__=CaseScenes, scenes=(list[scene], scenes))  # type: ignore[valid-type]


class CaseOutcomes(BaseModel):
    """What a student is to learn: 3 to 7 sentences that begin with a verb."""

    learning_outcomes: list[Text] = Field(min_length=1, max_length=10)
