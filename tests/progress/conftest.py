"""A finished simulation, played so that there is something to judge."""

from __future__ import annotations

import pytest
from django.utils import timezone

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

THOUGHTFUL = (
    "Sales fell by 12 per cent, so before we build anything I would like to know why. "
    "Is it the price, or do customers go elsewhere? If the line already runs at 95 per cent, "
    "a second line only helps because demand is there; otherwise we burn the reserve of 4 million."
)
CARELESS = "idk just expand lol"


def play(scenario: Scenario, student: User, says: str = THOUGHTFUL, *, completed: bool = True) -> Simulation:
    """A simulation in which the student said the same in every scene, and each first persona answered."""
    simulation = Simulation.objects.create(scenario=scenario, student=student)
    position = 0
    for scene in scenario.scenes.all():
        SceneProgress.objects.create(
            simulation=simulation, scene=scene, has_begun=True, turns_used=1, outcome=SceneOutcome.SUBMITTED
        )
        persona = scene.personas.first()
        lines = [
            (Author.STUDENT, None, says),
            (Author.PERSONA, persona, "Sales fell by 12 per cent last year."),
        ]
        for author, speaker, text in lines:
            position += 1
            Message.objects.create(
                simulation=simulation,
                scene=scene,
                position=position,
                author=author,
                persona=speaker,
                persona_name=speaker.name if speaker else "",
                text=text,
            )
    if completed:
        simulation.status, simulation.completed_at = SimulationStatus.COMPLETED, timezone.now()
        simulation.save()
    return simulation


@pytest.fixture
def finished(published_scenario: Scenario, student: User) -> Simulation:
    return play(published_scenario, student)
