"""What the semantic tier saw: pairs of questions for an administrator to judge, and how many questions there were.

The pairs are texts of users: a bounded number a day is kept, and after `AI_SEMANTIC_RETENTION_DAYS` none. Verdicts stay.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import F, QuerySet
from django.utils import timezone

from caching import conf

MOST_HITS_A_DAY = 200
"""For each operation, and half of it for pairs that would not have been a hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The nearest kept question. `is_hit`: the tier answers with it when it is on, and has done so if `answered`."""

    operation: str
    model: str
    asked: str
    kept: str
    cosine: float
    objection: str
    is_hit: bool
    answered: bool = False


def count(operation: str) -> None:
    """A question that nothing was near."""
    _add(_today(operation), asked=1)


def record(sighting: Sighting) -> None:
    day = _today(sighting.operation)
    room = MOST_HITS_A_DAY if sighting.is_hit else MOST_HITS_A_DAY // 2
    is_recorded = day.recorded < room
    if is_recorded:
        rows("ShadowHit").create(**asdict(sighting))
    _add(day, asked=1, hits=int(sighting.is_hit), recorded=int(is_recorded))


def judge(pairs: QuerySet[Any], verdict: str, *, by: str) -> int:
    """The verdict of the administrator with this id; the last one counts. Returns how many pairs there were."""
    return pairs.update(verdict=verdict, judged_by=by, judged_at=timezone.now())


@dataclass(frozen=True, slots=True)
class Purged:
    """`deleted` pairs had not been judged; of those that had been the verdict is left, without the questions."""

    deleted: int
    blanked: int


def purge(*, now: datetime | None = None) -> Purged:
    """Forgets the texts of questions that are older than the retention time."""
    too_old = (now or timezone.now()) - timedelta(days=conf.current().ai_semantic_retention_days)
    old = rows("ShadowHit").filter(created_at__lt=too_old)
    deleted, _ = old.filter(verdict="").delete()
    blanked = old.exclude(asked="", kept="").update(asked="", kept="")
    return Purged(deleted, blanked)


def _today(operation: str) -> Any:
    day, is_new = rows("ShadowDay").get_or_create(operation=operation, day=timezone.localdate())
    if is_new:
        purge()
    return day


def _add(day: Any, **numbers: int) -> None:
    rows("ShadowDay").filter(pk=day.pk).update(**{name: F(name) + more for name, more in numbers.items()})


def rows(model: str) -> Any:
    """The door is imported before Django's models may be, so they are found by name."""
    return apps.get_model("caching", model)._default_manager
