"""The checks there are. Apps above this library register their own at the start of the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from caching.doctor.findings import Verdict
from caching.doctor.servers import Server

Of = TypeVar("Of", bound=Callable[..., Verdict])


@dataclass(frozen=True, slots=True)
class _Check(Generic[Of]):
    """`id` is `family.what`, and stays the same for programs that read the report."""

    id: str
    title: str
    judge: Of


class SettingsCheck(_Check[Callable[[], Verdict]]):
    """Needs no server."""


class ServerCheck(_Check[Callable[[Server], Verdict]]):
    """Is asked of every primary, several of them at once in threads: it must not use the database."""


class ProbeCheck(ServerCheck):
    """Costs more than questions: left out where a page only wants a summary."""


class JobsCheck(_Check[Callable[[Server], Verdict]]):
    """Is asked of the server where jobs are queued."""


Check = SettingsCheck | ServerCheck | JobsCheck

_checks: dict[str, Check] = {}


def register(*checks: Check) -> None:
    """For the start of the program."""
    _checks.update({each.id: each for each in checks})


def registered() -> tuple[Check, ...]:
    """In the order in which they were registered."""
    return tuple(_checks.values())
