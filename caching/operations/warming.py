"""What can be computed before anybody asks for it: the programs above say what, and how it is begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caching.models import Operation
from caching.operations.auditing import Operator, audited
from caching.operations.subjects import Found


class NotWarmable(ValueError):
    """There is no such thing, or nobody would ask for it. The message says why."""


@dataclass(frozen=True, slots=True)
class Warmer:
    """`find`: the id and the name of what a person has written, as `hint` says; it raises NotWarmable. `begin`: that this id
    is warmed from now on, in the background; it raises CacheUnavailable."""

    name: str
    title: str
    explanation: str
    hint: str
    find: Callable[[str], Found]
    begin: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Begun:
    name: str
    audit_id: int


_warmers: dict[str, Warmer] = {}


def register(*warmers: Warmer) -> None:
    """For the start of the program."""
    _warmers.update({warmer.name: warmer for warmer in warmers})


def known() -> tuple[Warmer, ...]:
    return tuple(_warmers.values())


def begin(warmer: Warmer, of: str, by: Operator) -> Begun:
    """Raises NotWarmable, CacheUnavailable or Unrecorded."""
    found = warmer.find(of)
    with audited(by, Operation.WARM, f"{warmer.name} {found.id}", in_background=True) as deed:
        warmer.begin(found.id)
    return Begun(found.name, deed.entry.pk)
