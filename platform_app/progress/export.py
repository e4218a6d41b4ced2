"""Grades as CSV, for a spreadsheet. A cell that a spreadsheet would run as a formula is made text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from platform_app.progress.rows import Progress

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


def csv_lines(simulations: Iterable[Progress]) -> Iterator[str]:
    """A header and one line a simulation; times in UTC, ISO 8601. Begins with a byte order mark, which Excel needs."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for simulation in simulations:
        yield writer.writerow([_cell(value) for value in _values(simulation)])


def _values(simulation: Progress) -> Iterator[object]:
    yield simulation.scenario_title
    yield simulation.student_name
    yield simulation.student_email
    yield simulation.status_label
    yield simulation.started_at.isoformat(timespec="seconds")
    yield simulation.completed_at.isoformat(timespec="seconds") if simulation.completed_at else ""
    yield simulation.scenes_done
    yield simulation.scenes_total
    yield "" if simulation.score is None else simulation.score
    yield "" if simulation.ai_score is None else simulation.ai_score
    yield "yes" if simulation.is_overridden else "no"


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
