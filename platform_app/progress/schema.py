"""What grading asks the AI for. Scores are not asked for: they follow from levels and weights (`progress.scoring`)."""

from __future__ import annotations

from pydantic import BaseModel, Field


class CriterionAssessment(BaseModel):
    """One criterion of the rubric. Levels: 0 absent, 1 weak, 2 fair, 3 good, 4 excellent."""

    name: str
    level: int = Field(ge=0, le=4)
    reason: str
    quote: str = Field(description="The student's own words that show it, letter for letter; empty if there are none.")


class SceneAssessment(BaseModel):
    criteria: list[CriterionAssessment] = Field(min_length=1)
    summary: str
    strengths: list[str]
    advice: list[str]


class OverallAssessment(BaseModel):
    summary: str
    strengths: list[str]
    advice: list[str]
