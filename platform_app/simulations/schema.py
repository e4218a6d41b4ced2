"""What the goal check asks the AI for after each turn."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class GoalCheck(BaseModel):
    """Has the student reached the goal of the scene? `hint` is empty unless `next_action` is "hint"."""

    goal_reached: bool
    confidence: float = Field(ge=0, le=1)
    reasoning: str
    next_action: Literal["continue", "hint", "progress"]
    hint: str
