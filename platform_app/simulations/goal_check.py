"""Asking the AI whether the student has reached the goal of a scene."""

from __future__ import annotations

from typing import Any

from caching.ai import StructuredAnswer, ai
from platform_app.models import Scene, SceneProgress, Simulation
from platform_app.simulations.keeping import LATER, OPENING
from platform_app.simulations.prompts import PROMPT_VERSION, goal_messages
from platform_app.simulations.schema import GoalCheck
from platform_app.simulations.transcript import Line, scene_transcript


def check_goal(simulation: Simulation, progress: SceneProgress, *, hint_requested: bool = False) -> GoalCheck:
    """The verdict on the scene so far. Raises AIError; nothing is stored."""
    transcript = scene_transcript(simulation, progress.scene)
    turns_used = progress.turns_used
    return judge(progress.scene, transcript, turns_used=turns_used, hint_requested=hint_requested).value


def judge(
    scene: Scene, transcript: list[Line], *, turns_used: int, hint_requested: bool = False
) -> StructuredAnswer[GoalCheck]:
    """The same of a transcript. A turn and a rehearsal both ask in this way, and so share their answers."""
    return ai.structured(**_request(scene, transcript, turns_used, hint_requested))


def is_judged(scene: Scene, transcript: list[Line], *, turns_used: int) -> bool:
    """Whether `judge` would answer without asking anybody."""
    return ai.peek_structured(**_request(scene, transcript, turns_used, hint_requested=False)) is not None


def store_verdict(progress: SceneProgress, check: GoalCheck) -> None:
    progress.goal_reached = check.goal_reached
    progress.confidence = check.confidence
    progress.reasoning = check.reasoning.replace("\0", "")
    progress.next_action = check.next_action
    progress.hint = check.hint.replace("\0", "")
    progress.goal_checked_turn = progress.turns_used
    progress.save(
        update_fields=["goal_reached", "confidence", "reasoning", "next_action", "hint", "goal_checked_turn"]
    )


def _request(scene: Scene, transcript: list[Line], turns_used: int, hint_requested: bool) -> dict[str, Any]:
    return {
        "operation": "goal_check",
        "messages": goal_messages(scene, transcript, turns_used=turns_used, hint_requested=hint_requested),
        "schema": GoalCheck,
        "prompt_version": PROMPT_VERSION,
        "policy": OPENING if turns_used <= 1 else LATER,
        "scopes": (f"scenario:{scene.scenario_id}", f"scene:{scene.pk}"),
        "prompt_cache_key": f"scene:{scene.pk}",
    }
