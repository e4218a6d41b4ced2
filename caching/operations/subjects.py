"""Of whom and of what results are cached, by the names that people use: the programs above tell how to find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is what tells it from others on a page."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """`kind` as in `user:7`. `hint` says what `find` understands; it gives None for what there is not."""

    kind: str
    title: str
    hint: str
    find: Callable[[str], Found | None]


_subjects: dict[str, Subject] = {}


def register(*subjects: Subject) -> None:
    """For the start of the program."""
    _subjects.update({subject.kind: subject for subject in subjects})


def known() -> tuple[Subject, ...]:
    return tuple(_subjects.values())


def of_kind(kind: str) -> Subject | None:
    return _subjects.get(kind)
