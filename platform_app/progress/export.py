"""Grades as CSV, for a spreadsheet. A cell that a spreadsheet would run as a formula is made text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from platform_app.models import Simulation

COLUMNS = (
    "scenario",
    "student",
    "e-mail",
    "status",
    "started",
    "completed",
    "scenes done",
    "scenes",
    "score",
    "AI score",
    "overridden",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """The file that csv wants: it hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(simulations: Iterable[Simulation]) -> Iterator[str]:
    """A header and one line a simulation; times in UTC, ISO 8601. Begins with a byte order mark, which Excel needs."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for simulation in simulations:
        yield writer.writerow([_cell(value) for value in _values(simulation)])


def _values(simulation: Simulation) -> Iterator[object]:
    grade = getattr(simulation, "grade", None)
    yield simulation.scenario.title
    yield simulation.student.name
    yield simulation.student.email
    yield simulation.get_status_display()
    yield simulation.started_at.isoformat(timespec="seconds")
    yield simulation.completed_at.isoformat(timespec="seconds") if simulation.completed_at else ""
    yield simulation.scenes_done
    yield simulation.scenes_total
    yield "" if grade is None or grade.score is None else grade.score
    yield "" if grade is None or grade.ai_score is None else grade.ai_score
    yield "yes" if grade is not None and grade.is_overridden else "no"


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
