"""Things to test with: each factory makes one complete, valid object."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from platform_app.models import (
    LearningOutcome,
    Persona,
    Role,
    Scenario,
    ScenarioStatus,
    Scene,
    Simulation,
    User,
)

PASSWORD = "a-long-test-password"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.STUDENT
    password = factory.django.Password(PASSWORD)


class ScenarioFactory(DjangoModelFactory[Scenario]):
    class Meta:
        model = Scenario

    owner = factory.SubFactory(UserFactory, role=Role.PROFESSOR)
    title = factory.Sequence(lambda n: f"Harbour Foods {n}")
    description = "Harbour Foods makes fish soup in Bergen. Sales fell by 12 per cent last year."
    challenge = "Should Harbour Foods open a second plant?"
    industry = "Food"
    student_role = "Consultant to Harbour Foods"
    case_text = (
        "Harbour Foods makes fish soup in Bergen. Sales fell by 12 per cent last year.\n\n"
        "Ingrid Solberg, the chief financial officer, wants to keep 4 million in reserve. "
        "Jonas Berg, the plant manager, says that the line runs at 95 per cent of its capacity."
    )


class PersonaFactory(DjangoModelFactory[Persona]):
    class Meta:
        model = Persona

    scenario = factory.SubFactory(ScenarioFactory)
    position = factory.Sequence(lambda n: n)
    name = factory.Sequence(lambda n: f"Ingrid Solberg {n}")
    role = "Chief financial officer"
    background = "She has kept the books of Harbour Foods for ten years."
    goals = ["Keep 4 million in reserve."]
    knowledge = ["Sales fell by 12 per cent last year."]


class SceneFactory(DjangoModelFactory[Scene]):
    class Meta:
        model = Scene

    scenario = factory.SubFactory(ScenarioFactory)
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence(lambda n: f"Meeting {n}")
    description = "You meet the management in the board room."
    user_goal = "Find out why sales fell and how much capacity is left."
    success_criteria = "The student names the fall in sales and the use of capacity."
    turn_limit = 5


class LearningOutcomeFactory(DjangoModelFactory[LearningOutcome]):
    class Meta:
        model = LearningOutcome

    scenario = factory.SubFactory(ScenarioFactory)
    position = factory.Sequence(lambda n: n)
    text = "Weigh growth against reserves."


class SimulationFactory(DjangoModelFactory[Simulation]):
    class Meta:
        model = Simulation

    scenario = factory.SubFactory(ScenarioFactory)
    student = factory.SubFactory(UserFactory)


def make_scenario(*, published: bool = True, **fields: object) -> Scenario:
    """A complete scenario: two personas, two scenes with both of them, one learning outcome."""
    if published:
        fields.setdefault("status", ScenarioStatus.PUBLISHED)
        fields.setdefault("published_at", timezone.now())
    scenario = ScenarioFactory.create(**fields)
    finance = PersonaFactory.create(scenario=scenario, name="Ingrid Solberg", position=1)
    plant = PersonaFactory.create(
        scenario=scenario,
        name="Dr. Jonas Berg-Ødegård (Plant)",
        position=2,
        role="Plant manager",
        goals=["Get a second line."],
        knowledge=["The line runs at 95 per cent of its capacity."],
    )
    for position, title in enumerate(("The board room", "The plant"), start=1):
        SceneFactory.create(scenario=scenario, position=position, title=title).personas.set([finance, plant])
    LearningOutcomeFactory.create(scenario=scenario, position=1)
    return scenario
