"""What a student does with a simulation: start it, say something, have an answer made again, submit.

Turns are given the id of a simulation, and read what they change from the database: what pages show may come from the cache.
The caller has checked that the simulation is the student's.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from platform_app.errors import Conflict, NotFound
from platform_app.models import (
    Author,
    Message,
    Scenario,
    SceneOutcome,
    SceneProgress,
    Simulation,
    SimulationStatus,
    User,
)
from platform_app.scenarios.selectors import may_see
from platform_app.simulations import dialogue, narrator, scenes
from platform_app.simulations.dialogue import Steps
from platform_app.simulations.script import Script
from platform_app.simulations.stage import read_stage
from platform_app.simulations.turn_lock import TurnLock
from platform_app.simulations.turns import Turn
from platform_app.simulations.utterance import utterance


def start_or_resume(user: User, scenario_id: int) -> tuple[Simulation, bool]:
    """The user's running simulation of a scenario, and whether it is new.

    Published scenarios are open to everybody who is signed in, a draft to its owner; a running simulation goes on even if
    its scenario was withdrawn. Raises NotFound, and Conflict for a scenario without scenes.
    """
    scenario = Scenario.objects.defer("case_text").filter(pk=scenario_id).first()
    if scenario is None:
        raise NotFound
    if running := _running(user, scenario):
        return running, False
    if not may_see(user, scenario):
        raise NotFound
    first = scenario.scenes.first()
    if first is None:
        raise Conflict("This scenario has no scenes yet, so there is nothing to play.")
    try:
        with transaction.atomic():
            simulation = Simulation.objects.create(scenario=scenario, student=user)
            scenes.enter(simulation, first)
    except IntegrityError:
        # Another request of this student was faster; the constraint lets one of them win.
        if running := _running(user, scenario):
            return running, False
        raise
    return simulation, True


def say(simulation_id: int, text: str, *, persona: str | None = None) -> Turn:
    """A turn, ready to be played. `persona` is whom the text is said to if it names nobody: an id or a name.

    Raises InvalidInput, and Conflict while another turn runs or after the end; then nothing is stored.
    """
    said = utterance(text)
    return _turn(simulation_id, lambda: dialogue.respond(read_stage(simulation_id), said, persona))


def try_again(simulation_id: int) -> Turn:
    """The answer that a broken turn still owes, ready to be made. Raises Conflict when none is owed."""
    return _turn(simulation_id, lambda: dialogue.answer_again(read_stage(simulation_id)))


def submit_scene(simulation_id: int, *, scene_id: int | None = None) -> Turn:
    """The end of the current scene by the student's wish. With `scene_id`, only if that is still the current one."""

    def steps() -> Steps:
        stage = read_stage(simulation_id)
        if scene_id is not None and scene_id != stage.scene.pk:
            raise Conflict("That scene is over already.")
        return dialogue.end_scene(stage, SceneOutcome.SUBMITTED)

    return _turn(simulation_id, steps)


def submit_simulation(simulation_id: int) -> Turn:
    """The end of the whole simulation by the student's wish. Scenes that were not played stay unplayed."""
    return _turn(simulation_id, lambda: _end_simulation(simulation_id))


def _end_simulation(simulation_id: int) -> Steps:
    said: list[Message] = []
    with transaction.atomic():
        simulation = Simulation.objects.select_related("current_scene").get(pk=simulation_id)
        scenes.complete(simulation)
        running = SceneProgress.objects.filter(simulation=simulation, outcome=SceneOutcome.RUNNING)
        running.update(outcome=SceneOutcome.SUBMITTED, ended_at=timezone.now())
        if scene := simulation.current_scene:
            said.append(Script(simulation).add(scene, Author.NARRATOR, narrator.SUBMITTED, is_command=True))
    yield from said


def _turn(simulation_id: int, steps: Callable[[], Steps]) -> Turn:
    """A turn under the lock; `steps` reads where the simulation stands once nobody else can change it."""
    lock = TurnLock(simulation_id)
    lock.take()
    try:
        return Turn(simulation_id, lock, steps())
    except BaseException:
        lock.release()
        raise


def _running(user: User, scenario: Scenario) -> Simulation | None:
    running = Simulation.objects.filter(student=user, scenario=scenario, status=SimulationStatus.IN_PROGRESS)
    return running.first()
