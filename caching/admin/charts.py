"""Charts of the cache's pages: what charts.js draws, and the same as a table for whoever sees no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from caching.inspection.wording import Unit, told

Value = float | int | None


class Form(StrEnum):
    STACKED = "stacked"
    """bars on one another: parts of a whole"""
    LINES = "lines"


class Scale(StrEnum):
    LINEAR = "linear"
    LOGARITHMIC = "logarithmic"
    """for what differs a thousandfold"""


@dataclass(frozen=True, slots=True)
class Line:
    """One series. `tone` names its colour in charts.css, `sum` is what the legend says of it as a whole."""

    label: str
    tone: str
    values: Sequence[Value]
    sum: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    when: str
    cells: list[tuple[str, str]]
    """heading and text"""


@dataclass(frozen=True, slots=True)
class Chart:
    """`at` are the beginnings of the times in Unix seconds, `seconds` how long each is; `gist` is the chart in a sentence."""

    id: str
    title: str
    gist: str
    at: Sequence[int]
    seconds: int
    lines: Sequence[Line]
    unit: Unit
    form: Form = Form.LINES
    scale: Scale = Scale.LINEAR
    in_utc: bool = False

    @property
    def has_values(self) -> bool:
        return any(self._says(value) for line in self.lines for value in line.values)

    @property
    def data(self) -> dict[str, Any]:
        """For charts.js."""
        return {
            "at": list(self.at),
            "seconds": self.seconds,
            "zone": self._zone_name,
            "form": self.form,
            "scale": self.scale,
            "unit": self.unit,
            "lines": [list(line.values) for line in self.lines],
        }

    @property
    def rows(self) -> list[Row]:
        """The latest first; times of which there is nothing to say are left out."""
        rows = []
        for place in reversed(range(len(self.at))):
            values = [line.values[place] for line in self.lines]
            if any(map(self._says, values)):
                cells = [
                    (line.label, told(value, self.unit))
                    for line, value in zip(self.lines, values, strict=True)
                ]
                rows.append(Row(self._when(self.at[place]), cells))
        return rows

    def _says(self, value: Value) -> bool:
        """A part of 0 is nothing, but a ratio of 0 is one."""
        return value is not None and (bool(value) or self.form is Form.LINES)

    @property
    def _zone_name(self) -> str:
        return "UTC" if self.in_utc else timezone.get_current_timezone_name()

    def _when(self, at: int) -> str:
        begins = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self._zone_name))
        return f"{begins:%Y-%m-%d}" if self.seconds >= 86_400 else f"{begins:%Y-%m-%d %H:%M}"
