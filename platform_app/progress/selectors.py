"""Who is how far: a student sees himself, a professor the students of his scenarios, nobody else anybody.

What is read is cached. Lists belong to the person who asks; a single simulation and its grade are the same for everybody,
and who may see them is judged anew for every caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Avg, Count, Q, QuerySet

from caching import cache_dynamic_query, cache_user_query
from platform_app.errors import NotFound
from platform_app.models import Grade, GradeChange, Scenario, Simulation, SimulationStatus, User
from platform_app.paging import Page, page_of
from platform_app.progress.rows import Progress, rows, streamed

PAGE_SIZE = 25


@dataclass(frozen=True)
class StudentsQuery:
    """What a professor narrows the list by; the search looks at names and e-mail addresses."""

    scenario_id: int | None = None
    search: str = ""


EVERYBODY = StudentsQuery()


@dataclass(frozen=True)
class Figures:
    """`mean_score` is of the scores that count; None before there is one."""

    simulations: int
    students: int
    completed: int
    mean_score: float | None


@dataclass(frozen=True)
class ScenarioChoice:
    id: int
    title: str


def get_viewable_simulation(user: User, simulation_id: int) -> Progress:
    """A simulation for its student or its scenario's owner; `NotFound` for everybody else."""
    simulation = _progress(simulation_id)
    if simulation is None or user.pk not in (simulation.student_id, simulation.owner_id):
        raise NotFound
    return simulation


def get_owned_simulation(user: User, simulation_id: int) -> Progress:
    """A simulation of one of this professor's scenarios: the only people who may change its grade."""
    simulation = _progress(simulation_id)
    if simulation is None or user.pk != simulation.owner_id:
        raise NotFound
    return simulation


@cache_dynamic_query("grade")
def get_grade(simulation_id: int) -> Grade | None:
    """The grade with its scenes and changes, to look at; None before anybody asked for it."""
    grade = Grade.objects.prefetch_related("scene_grades", "changes").filter(simulation=simulation_id).first()
    if grade is not None:
        _name_who_changed(grade.changes.all())
    return grade


@cache_user_query("played")
def played_page(user_id: int, number: int = 1, size: int = PAGE_SIZE) -> Page[Progress]:
    """What this person played, latest first; the last page for a number beyond it."""
    return _page(Simulation.objects.filter(student=user_id), number, size)


@cache_user_query("students")
def students_page(
    user_id: int, query: StudentsQuery = EVERYBODY, number: int = 1, size: int = PAGE_SIZE
) -> Page[Progress]:
    """What students played of this professor's scenarios, latest first; his own test runs are left out."""
    return _page(_of_students(user_id, query), number, size)


@cache_user_query("students_figures")
def students_figures(user_id: int, query: StudentsQuery = EVERYBODY) -> Figures:
    """How many simulations and students, how many are completed, and the mean of the scores that count."""
    counted = _of_students(user_id, query).aggregate(
        simulations=Count("pk"),
        students=Count("student", distinct=True),
        completed=Count("pk", filter=Q(status=SimulationStatus.COMPLETED)),
        mean_score=Avg("grade__score"),
    )
    return Figures(**counted)


@cache_user_query("students_scenarios")
def scenario_choices(user_id: int) -> tuple[ScenarioChoice, ...]:
    """What a professor may narrow the list by."""
    own = Scenario.objects.filter(owner=user_id).order_by("title", "pk")
    return tuple(ScenarioChoice(**row) for row in own.values("id", "title"))


def students_export(owner_id: int, query: StudentsQuery) -> Iterator[Progress]:
    """The whole list. It is as long as it is, and read once: streamed from the database, and not cached."""
    return streamed(_latest_first(_of_students(owner_id, query)))


def progress_page(user: User, number: int, size: int) -> Page[Progress]:
    """The list that fits the role: students see what they played, everybody else what their students played."""
    if user.is_student:
        return played_page(user.pk, number, size)
    return students_page(user.pk, EVERYBODY, number, size)


@cache_dynamic_query("progress")
def _progress(simulation_id: int) -> Progress | None:
    found = rows(Simulation.objects.filter(pk=simulation_id))
    return found[0] if found else None


def _name_who_changed(changes: Iterable[GradeChange]) -> None:
    """Nothing but names: a whole user, with the hash of his password, has no place in a cache."""
    people = User.objects.only("name").in_bulk(
        {change.changed_by_id for change in changes if change.changed_by_id}
    )
    for change in changes:
        change.changed_by = people.get(change.changed_by_id or 0)


def _page(simulations: QuerySet[Simulation], number: int, size: int) -> Page[Progress]:
    return page_of(_latest_first(simulations), number, size, rows)


def _latest_first(simulations: QuerySet[Simulation]) -> QuerySet[Simulation]:
    return simulations.order_by("-updated_at", "-pk")


def _of_students(owner_id: int, query: StudentsQuery) -> QuerySet[Simulation]:
    found = Simulation.objects.filter(scenario__owner=owner_id).exclude(student=owner_id)
    if query.scenario_id is not None:
        found = found.filter(scenario_id=query.scenario_id)
    if query.search:
        found = found.filter(
            Q(student__name__icontains=query.search) | Q(student__email__icontains=query.search)
        )
    return found
