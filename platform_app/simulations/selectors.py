"""Reading simulations, and who may: a student his own; the owner of the scenario may look at them.

What is read is cached, and the same for everybody; rights are judged on it anew for every caller. Each query pins one
table to this simulation, its scenario or its student: what others play leaves the entries as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from caching import cache_dynamic_query
from platform_app.errors import NotFound
from platform_app.models import Author, Message, Persona, Scenario, Scene, SceneProgress, Simulation, User
from platform_app.simulations.heard import Heard, said_in
from platform_app.simulations.stage import still_to_answer
from platform_app.simulations.state import (
    LatestCheck,
    OpeningQuestion,
    PlayedScenario,
    PlayedScene,
    PresentPersona,
    SceneGoal,
    ShownMessage,
    SimulationState,
)

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


def own_simulation(user: User, pk: int) -> SimulationState:
    """A simulation to play: the student's alone. Raises NotFound for everybody else."""
    state = simulation_state(pk)
    if state.student_id != user.pk:
        raise NotFound
    return state


def readable_simulation(user: User, pk: int) -> SimulationState:
    """A simulation to look at: the student's, and those of one's own scenarios. Raises NotFound for all others."""
    state = simulation_state(pk)
    if user.pk not in (state.student_id, state.scenario.owner_id):
        raise NotFound
    return state


def messages_of(simulation_id: int, *, after: int = 0) -> tuple[ShownMessage, ...]:
    """The conversation from a position on."""
    messages = _conversation(simulation_id)
    # One entry for all positions: whoever asks for the latest messages has most of the conversation already.
    return tuple(message for message in messages if message.position > after) if after else messages


def simulation_state(simulation_id: int) -> SimulationState:
    """Where a simulation stands. Raises NotFound."""
    state = _state(simulation_id)
    if state is None:
        raise NotFound
    return state


@cache_dynamic_query("simulation_messages")
def _conversation(simulation_id: int) -> tuple[ShownMessage, ...]:
    messages = Message.objects.filter(simulation=simulation_id).order_by("position")
    return tuple(ShownMessage(**row) for row in messages.values(*MESSAGE_FIELDS))


@cache_dynamic_query("simulation_state")
def _state(simulation_id: int) -> SimulationState | None:
    """The number of queries does not depend on the length of the conversation."""
    # No joins, nor prefetched users: what depends on their table is out of date whenever anybody signs in.
    simulation = Simulation.objects.filter(pk=simulation_id).prefetch_related("scene_progress").first()
    if simulation is None:
        return None
    scenario = _played(simulation.scenario_id)
    student = User.objects.only("name").filter(pk=simulation.student_id).first()
    if scenario is None or student is None:  # deleted in this moment, and the simulation with them
        return None
    scenes = list(scenario.scenes.all())
    progress = {one.scene_id: one for one in simulation.scene_progress.all()}
    scene = _current(simulation, scenes, progress)
    current = progress.get(scene.pk) if scene else None
    cast = _cast(scene) if scene else []
    has_begun = bool(current and current.has_begun)
    heard = said_in(simulation.pk, scene.pk) if scene and not simulation.is_completed else None
    return SimulationState(
        id=simulation.pk,
        student_id=simulation.student_id,
        student_name=student.name,
        scenario=_scenario(scenario),
        status=simulation.status,
        scene=_scene(scene, scenes, cast) if scene else None,
        has_begun=has_begun,
        turn=current.turns_used if current else 0,
        turn_limit=scene.turn_limit if scene else 0,
        hints_used=current.hints_used if current else 0,
        awaiting_answer=heard is not None and bool(still_to_answer(heard, cast, has_begun=has_begun)),
        opening_questions=_openings(scene, cast, heard) if scene and heard is not None else (),
        goal=_check(current) if current and current.turns_used else None,
        goals=tuple(_scene_goal(one, progress.get(one.pk)) for one in scenes),
        started_at=simulation.started_at,
        completed_at=simulation.completed_at,
    )


def _played(scenario_id: int) -> Scenario | None:
    scenarios = Scenario.objects.defer("case_text").prefetch_related("scenes")
    return scenarios.filter(pk=scenario_id).first()


def _cast(scene: Scene) -> list[Persona]:
    present = Scene.personas.through.objects.filter(scene_id=scene.pk).values_list("persona_id", flat=True)
    ids = set(present)
    return [persona for persona in Persona.objects.filter(scenario=scene.scenario_id) if persona.pk in ids]


def _current(
    simulation: Simulation, scenes: Sequence[Scene], progress: dict[int, SceneProgress]
) -> Scene | None:
    """Where the simulation stands, or would with the next message if its scene has been deleted."""
    standing = [one for one in scenes if one.pk == simulation.current_scene_id]
    ahead = [one for one in scenes if one.pk not in progress or progress[one.pk].ended_at is None]
    if simulation.is_completed:
        ahead = []
    return next(iter(standing + ahead), None)


def _openings(scene: Scene, cast: Sequence[Persona], heard: Sequence[Heard]) -> tuple[OpeningQuestion, ...]:
    """None once the student has spoken: what follows has a history of its own."""
    if any(message.author == Author.STUDENT for message in heard):
        return ()
    present = {persona.pk for persona in cast}
    asked = (one for one in scene.opening_questions.all() if one.persona_id in present)
    return tuple(OpeningQuestion(one.persona_id, one.text) for one in asked)


def _scenario(scenario: Scenario) -> PlayedScenario:
    return PlayedScenario(
        id=scenario.pk,
        owner_id=scenario.owner_id,
        title=scenario.title,
        student_role=scenario.student_role,
        description=scenario.description,
        challenge=scenario.challenge,
        estimated_minutes=scenario.estimated_minutes,
    )


def _scene(scene: Scene, scenes: list[Scene], cast: list[Persona]) -> PlayedScene:
    return PlayedScene(
        id=scene.pk,
        title=scene.title,
        number=scenes.index(scene) + 1,
        count=len(scenes),
        description=scene.description,
        user_goal=scene.user_goal,
        image_name=scene.image.name or "",
        personas=tuple(PresentPersona(one.pk, one.name, one.role, one.initials) for one in cast),
    )


def _check(progress: SceneProgress) -> LatestCheck:
    is_current = progress.goal_checked_turn == progress.turns_used
    return LatestCheck(
        reached=progress.goal_reached,
        confidence=progress.confidence,
        reasoning=progress.reasoning,
        next_action=progress.next_action,
        # The hint itself costs a hint, and is told by the narrator.
        hint_available=is_current and bool(progress.hint),
        is_current=is_current,
    )


def _scene_goal(scene: Scene, progress: SceneProgress | None) -> SceneGoal:
    return SceneGoal(
        scene=scene.pk,
        title=scene.title,
        user_goal=scene.user_goal,
        outcome=progress.outcome if progress else None,
        turns_used=progress.turns_used if progress else 0,
        turn_limit=scene.turn_limit,
    )
