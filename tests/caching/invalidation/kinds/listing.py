"""The list of kinds, filled by the modules beside this one as they are imported; and what several kinds are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from platform_app.models import Persona, Scenario
from tests.caching.invalidation.conftest import World
from tests.factories import PersonaFactory

Write = Callable[[World], object]


@dataclass(frozen=True)
class Kind:
    """`precise`: keeps what is known of another scenario. `only`: the database that has it."""

    write: Write
    precise: bool = False
    precise_in_transaction: bool = False
    only: str = ""
    alone: bool = False
    """Makes its own transactions."""

    @property
    def name(self) -> str:
        return self.write.__name__


KINDS: list[Kind] = []


def kind(
    *, precise: bool = False, in_transaction: bool = False, only: str = "", alone: bool = False
) -> Callable[[Write], Write]:
    def listed(write: Write) -> Write:
        KINDS.append(Kind(write, precise, precise or in_transaction, only, alone))
        return write

    return listed


def persona(scenario: Scenario, name: str) -> Persona:
    return PersonaFactory.build(scenario=scenario, name=name)


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
