"""Two scenarios with everything in them: what is written to the one must not touch the other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from platform_app.models import Message, Persona, Scenario, Scene, Simulation, User
from tests.factories import PersonaFactory, ScenarioFactory, SceneFactory, UserFactory


@dataclass
class Case:
    scenario: Scenario
    personas: list[Persona]
    scene: Scene
    simulation: Simulation
    student: User


@dataclass
class World:
    mine: Case
    other: Case


@pytest.fixture
def world(transactional_db: None) -> World:
    return World(_case("mine"), _case("other"))


def _case(name: str) -> Case:
    scenario = ScenarioFactory.create(title=name)
    personas = PersonaFactory.create_batch(3, scenario=scenario)
    scene = SceneFactory.create(scenario=scenario)
    scene.personas.set(personas[:2])
    student = UserFactory.create()
    simulation = Simulation.objects.create(scenario=scenario, student=student, current_scene=scene)
    Message.objects.create(
        simulation=simulation, scene=scene, position=1, author="persona", persona=personas[0], text="Hello."
    )
    return Case(
        Scenario.objects.get(pk=scenario.pk),
        list(Persona.objects.filter(scenario=scenario)),
        Scene.objects.get(pk=scene.pk),
        Simulation.objects.get(pk=simulation.pk),
        User.objects.get(pk=student.pk),
    )
