"""What can be computed before anybody asks for it: the programs above say what, and how it is begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caching.models import Operation
from caching.operations.auditing import Operator, audited


class NotWarmable(ValueError):
    """There is no such thing, or nobody would ask for it. The message says why."""


@dataclass(frozen=True, slots=True)
class Warmer:
    """`begin` takes what a person has written (`hint` says what), and gives the name of what is being warmed from now on, in
    the background. It raises NotWarmable or CacheUnavailable."""

    name: str
    title: str
    explanation: str
    hint: str
    begin: Callable[[str], str]


_warmers: dict[str, Warmer] = {}


def register(*warmers: Warmer) -> None:
    """For the start of the program."""
    _warmers.update({warmer.name: warmer for warmer in warmers})


def known() -> tuple[Warmer, ...]:
    return tuple(_warmers.values())


def begin(name: str, of: str, by: Operator) -> str:
    """Gives the name of what is being warmed. Raises NotWarmable, CacheUnavailable or Unrecorded."""
    warmer = _warmers.get(name)
    if warmer is None:
        raise NotWarmable("Nothing of this kind can be warmed.")
    with audited(by, Operation.WARM, f"{name} {of}") as deed:
        what = warmer.begin(of)
        deed.detail = {"begun_in_background": True}
    return what
