"""Who is how far: a student sees himself, a professor the students of his scenarios, nobody else anybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Avg, Count, Q, QuerySet

from platform_app.errors import NotFound
from platform_app.models import Grade, SceneOutcome, Simulation, SimulationStatus, User


def get_viewable_simulation(user: User, simulation_id: int) -> Simulation:
    """A simulation for its student or its scenario's owner; `NotFound` for everybody else."""
    simulation = _with_progress().filter(pk=simulation_id).filter(_visible_to(user)).first()
    if simulation is None:
        raise NotFound
    return simulation


def get_owned_simulation(user: User, simulation_id: int) -> Simulation:
    """A simulation of one of this professor's scenarios: the only people who may change its grade."""
    simulation = _with_progress().filter(pk=simulation_id, scenario__owner=user).first()
    if simulation is None:
        raise NotFound
    return simulation


def get_grade(simulation: Simulation) -> Grade | None:
    """The grade with its scenes and changes; None before anybody asked for it."""
    grades = Grade.objects.prefetch_related("scene_grades", "changes__changed_by")
    return grades.filter(simulation=simulation).first()


def own_progress(user: User) -> QuerySet[Simulation]:
    """What this person played, latest first."""
    return _with_progress().filter(student=user)


@dataclass(frozen=True)
class StudentsQuery:
    """What a professor narrows the list by; the search looks at names and e-mail addresses."""

    scenario_id: int | None = None
    search: str = ""


EVERYBODY = StudentsQuery()


def students_progress(owner: User, query: StudentsQuery = EVERYBODY) -> QuerySet[Simulation]:
    """What students played of this professor's scenarios, latest first; his own test runs are left out."""
    found = _with_progress().filter(scenario__owner=owner).exclude(student=owner)
    if query.scenario_id is not None:
        found = found.filter(scenario_id=query.scenario_id)
    if query.search:
        found = found.filter(
            Q(student__name__icontains=query.search) | Q(student__email__icontains=query.search)
        )
    return found


def figures(simulations: QuerySet[Simulation]) -> dict[str, int | float | None]:
    """How many simulations and students, how many are completed, and the mean of the scores that count."""
    return simulations.order_by().aggregate(
        simulations=Count("pk", distinct=True),
        students=Count("student", distinct=True),
        completed=Count("pk", distinct=True, filter=Q(status=SimulationStatus.COMPLETED)),
        mean_score=Avg("grade__score"),
    )


def _visible_to(user: User) -> Q:
    return Q(student=user) | Q(scenario__owner=user)


def _with_progress() -> QuerySet[Simulation]:
    ended = Q(scene_progress__outcome__in=set(SceneOutcome) - {SceneOutcome.RUNNING})
    counts = {
        "scenes_done": Count("scene_progress", filter=ended, distinct=True),
        "scenes_total": Count("scenario__scenes", distinct=True),
    }
    simulations = Simulation.objects.select_related("scenario", "student", "current_scene", "grade")
    return simulations.annotate(**counts).order_by("-updated_at", "-pk")


def progress_of(user: User) -> QuerySet[Simulation]:
    """The list that fits the role: students see what they played, everybody else what their students played."""
    return own_progress(user) if user.is_student else students_progress(user)
