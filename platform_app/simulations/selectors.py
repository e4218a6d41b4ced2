"""Reading simulations, and who may: a student his own; the owner of the scenario may look at them.

Arguments are plain values and results are plain data, so that they can be cached. Rights are judged apart, for every caller.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from platform_app.errors import NotFound
from platform_app.models import Message, Persona, Scene, SceneProgress, Simulation, User
from platform_app.scenarios.pictures import scene_image_url
from platform_app.simulations.stage import said_in, still_to_answer

MESSAGE_FIELDS = (
    "id",
    "position",
    "scene_id",
    "author",
    "persona_id",
    "persona_name",
    "text",
    "is_command",
    "model",
    "created_at",
)


def own_simulation(user: User, pk: int) -> Simulation:
    """A simulation to play: the student's alone."""
    return _one(Simulation.objects.filter(student=user), pk)


def readable_simulation(user: User, pk: int) -> Simulation:
    """A simulation to look at: the student's, and those of one's own scenarios."""
    return _one(Simulation.objects.filter(Q(student=user) | Q(scenario__owner=user)), pk)


def messages_of(simulation_id: int, *, after: int = 0) -> list[dict[str, Any]]:
    """The conversation from a position on."""
    messages = Message.objects.filter(simulation=simulation_id, position__gt=after).order_by("position")
    return [dict(row) for row in messages.values(*MESSAGE_FIELDS)]


def simulation_state(simulation_id: int) -> dict[str, Any]:
    """Where a simulation stands, as `StateSerializer` describes it. The number of queries does not depend on its length."""
    simulation = (
        Simulation.objects.select_related("scenario").defer("scenario__case_text").get(pk=simulation_id)
    )
    scenes = list(Scene.objects.filter(scenario=simulation.scenario_id))
    progress = {one.scene_id: one for one in SceneProgress.objects.filter(simulation=simulation)}
    scene = _current(simulation, scenes, progress)
    current = progress.get(scene.pk) if scene else None
    cast = list(scene.personas.all()) if scene else []
    has_begun = bool(current and current.has_begun)
    return {
        "id": simulation.pk,
        "scenario": {"id": simulation.scenario_id, "title": simulation.scenario.title},
        "status": simulation.status,
        "scene": _scene(scene, scenes, cast) if scene else None,
        "has_begun": has_begun,
        "turn": current.turns_used if current else 0,
        "turn_limit": scene.turn_limit if scene else 0,
        "hints_used": current.hints_used if current else 0,
        "awaiting_answer": scene is not None and _awaits_answer(simulation, scene, cast, has_begun),
        "goal": _goal(current) if current and current.turns_used else None,
        "goals": [_scene_goal(one, progress.get(one.pk)) for one in scenes],
        "started_at": simulation.started_at,
        "completed_at": simulation.completed_at,
    }


def _one(simulations: QuerySet[Simulation], pk: int) -> Simulation:
    simulation = simulations.select_related("scenario").defer("scenario__case_text").filter(pk=pk).first()
    if simulation is None:
        raise NotFound
    return simulation


def _current(simulation: Simulation, scenes: list[Scene], progress: dict[int, SceneProgress]) -> Scene | None:
    """Where the simulation stands, or would with the next message if its scene has been deleted."""
    standing = [one for one in scenes if one.pk == simulation.current_scene_id]
    ahead = [one for one in scenes if one.pk not in progress or progress[one.pk].ended_at is None]
    if simulation.is_completed:
        ahead = []
    return next(iter(standing + ahead), None)


def _awaits_answer(simulation: Simulation, scene: Scene, cast: list[Persona], has_begun: bool) -> bool:
    if simulation.is_completed:
        return False
    return bool(still_to_answer(said_in(simulation.pk, scene.pk), cast, has_begun=has_begun))


def _scene(scene: Scene, scenes: list[Scene], cast: list[Persona]) -> dict[str, Any]:
    return {
        "id": scene.pk,
        "title": scene.title,
        "number": scenes.index(scene) + 1,
        "count": len(scenes),
        "description": scene.description,
        "user_goal": scene.user_goal,
        "image": scene_image_url(scene),
        "personas": [
            {"id": one.pk, "name": one.name, "role": one.role, "initials": one.initials} for one in cast
        ],
    }


def _goal(progress: SceneProgress) -> dict[str, Any]:
    is_current = progress.goal_checked_turn == progress.turns_used
    return {
        "reached": progress.goal_reached,
        "confidence": progress.confidence,
        "reasoning": progress.reasoning,
        "next_action": progress.next_action,
        # The hint itself costs a hint, and is told by the narrator.
        "hint_available": is_current and bool(progress.hint),
        "is_current": is_current,
    }


def _scene_goal(scene: Scene, progress: SceneProgress | None) -> dict[str, Any]:
    return {
        "scene": scene.pk,
        "title": scene.title,
        "user_goal": scene.user_goal,
        "outcome": progress.outcome if progress else None,
        "turns_used": progress.turns_used if progress else 0,
        "turn_limit": scene.turn_limit,
    }
