"""Asking the AI whether the student has reached the goal of a scene."""

from __future__ import annotations

from caching.ai import ai
from platform_app.models import SceneProgress, Simulation
from platform_app.simulations.prompts import PROMPT_VERSION, goal_messages
from platform_app.simulations.schema import GoalCheck
from platform_app.simulations.transcript import scene_transcript


def check_goal(simulation: Simulation, progress: SceneProgress, *, hint_requested: bool = False) -> GoalCheck:
    """The verdict on the scene so far. Raises AIError; nothing is stored."""
    scene = progress.scene
    transcript = scene_transcript(simulation, scene)
    return ai.structured(
        "goal_check",
        goal_messages(scene, progress, transcript, hint_requested=hint_requested),
        GoalCheck,
        prompt_version=PROMPT_VERSION,
        scopes=(f"scenario:{scene.scenario_id}", f"scene:{scene.pk}"),
        prompt_cache_key=f"scene:{scene.pk}",
    ).value


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
