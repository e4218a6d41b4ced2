"""What grading asks the AI for. Scores are not asked for: they follow from levels and weights (`scoring.py`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field, create_model, model_validator


class CriterionAssessment(BaseModel):
    """One criterion of the rubric. Levels: 0 absent, 1 weak, 2 fair, 3 good, 4 excellent."""

    name: str
    level: int = Field(ge=0, le=4)
    reason: str
    quote: str = Field(
        description="The student's own words that show it, letter for letter; empty if there are none."
    )


class SceneAssessment(BaseModel):
    criteria: list[CriterionAssessment] = Field(min_length=1)
    summary: str
    strengths: list[str]
    advice: list[str]


class OverallAssessment(BaseModel):
    summary: str
    strengths: list[str]
    advice: list[str]


def assessment_for(criteria: Sequence[str], student_words: Sequence[str]) -> type[SceneAssessment]:
    """The schema for one scene: refuses criteria that are not the rubric's, and drops quotes nobody said.

    An invented quote is dropped rather than refused: the level and its reason still stand, and a second call might
    invent another.
    """
    said = [_plain(words) for words in student_words]

    def check(assessment: SceneAssessment) -> SceneAssessment:
        if [criterion.name for criterion in assessment.criteria] != list(criteria):
            raise ValueError(f"the criteria must be exactly, and in this order: {', '.join(criteria)}")
        for criterion in assessment.criteria:
            if not any(_plain(criterion.quote) in words for words in said):
                criterion.quote = ""
        return assessment

    validator = {"check": model_validator(mode="after")(check)}
    # pydantic's types know only one kind of validator here; its documentation shows this very use.
    return create_model("SceneAssessment", __base__=SceneAssessment, __validators__=validator)  # type: ignore[arg-type]


def _plain(text: str) -> str:
    """Without what models change when they quote: case, white space, quotation marks, dots at the ends."""
    return re.sub(r"\s+", " ", re.sub(r"[\"'“”‘’«»]", "", text)).strip(" .…").casefold()
