"""Going from scene to scene. The simulation, its scene and the progress always change together, in one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from platform_app.errors import Conflict
from platform_app.models import Scene, SceneOutcome, SceneProgress, Simulation, SimulationStatus
from platform_app.simulations.signals import simulation_completed

SURE_ENOUGH = 0.7


def current_scene(simulation: Simulation) -> tuple[Scene, SceneProgress]:
    """Where the simulation stands. A scene that the professor has deleted is followed by the next one."""
    scene = simulation.current_scene or next_scene(simulation)
    if scene is None:
        raise Conflict("There is no scene left to play. You can submit the simulation.")
    progress = enter(simulation, scene)
    progress.scene = scene  # spares the query for what is at hand
    return scene, progress


def next_scene(simulation: Simulation) -> Scene | None:
    """The first scene, in the professor's order, that is not over yet."""
    over = SceneProgress.objects.filter(simulation=simulation).exclude(outcome=SceneOutcome.RUNNING)
    return Scene.objects.filter(scenario=simulation.scenario_id).exclude(pk__in=over.values("scene")).first()


@transaction.atomic
def enter(simulation: Simulation, scene: Scene) -> SceneProgress:
    if simulation.current_scene_id != scene.pk:
        simulation.current_scene = scene
        simulation.save(update_fields=["current_scene", "updated_at"])
    return SceneProgress.objects.get_or_create(simulation=simulation, scene=scene)[0]


def outcome_due(progress: SceneProgress, turn_limit: int) -> SceneOutcome | None:
    """How the scene is over after its latest turn, or None if it goes on."""
    if progress.goal_reached and progress.confidence >= SURE_ENOUGH:
        return SceneOutcome.REACHED
    return SceneOutcome.OUT_OF_TURNS if progress.turns_used >= turn_limit else None


@transaction.atomic
def leave(simulation: Simulation, progress: SceneProgress, outcome: SceneOutcome) -> Scene | None:
    """Close a scene and enter the next; without one the simulation is completed and None returned."""
    progress.outcome = outcome
    progress.ended_at = timezone.now()
    progress.save(update_fields=["outcome", "ended_at"])
    following = next_scene(simulation)
    if following is None:
        complete(simulation)
    else:
        enter(simulation, following)
    return following


def complete(simulation: Simulation) -> None:
    """End the simulation, once; who listens to `simulation_completed` hears of it after the commit."""
    now = timezone.now()
    running = Simulation.objects.filter(pk=simulation.pk, status=SimulationStatus.IN_PROGRESS)
    if not running.update(status=SimulationStatus.COMPLETED, completed_at=now, updated_at=now):
        raise Conflict("This simulation is over already.")
    simulation.status, simulation.completed_at, simulation.updated_at = SimulationStatus.COMPLETED, now, now
    transaction.on_commit(lambda: simulation_completed.send(sender=Simulation, simulation=simulation))
