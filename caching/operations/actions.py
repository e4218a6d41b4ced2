"""Invalidation as operators do it: of a user, a scenario, a model, a row, an operation or everything.

The cost does not depend on how many entries there are: tags get new stamps. What the pages, the API and the commands say of
it is one `Invalidation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model

from caching.entries import invalidate
from caching.invalidation import by_hand, census
from caching.invalidation.by_hand import Names
from caching.models import Operation
from caching.operations.auditing import Operator, audited

IDS_A_STEP = 500


class NoTarget(ValueError):
    """There is nothing of this name. `about`: which part is wrong. The message says what to write."""

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True, slots=True)
class Target:
    """`asked`: what it was made of, such as `("user", "7")`, for `target` to make it again. `is_broad`: many entries rest on
    it, so that one confirms it by hand."""

    asked: tuple[str, ...]
    tags: Names
    is_broad: bool = False

    @property
    def name(self) -> str:
        """How people call it: `user 7`."""
        kind, *of = self.asked
        return kind if not of else " ".join(of if kind in ("model", "row") else self.asked)


@dataclass(frozen=True, slots=True)
class Invalidation:
    """What was invalidated, or would be: `tags`; if somebody asked, `hit` of `seen` results, at least so many unless
    `complete`. `audit_id` is None for what only would be."""

    target: str
    tags: tuple[str, ...]
    hit: int | None = None
    seen: int | None = None
    complete: bool | None = None
    audit_id: int | None = None

    @property
    def is_done(self) -> bool:
        return self.audit_id is not None

    def facts(self) -> dict[str, Any]:
        """For programs."""
        said: dict[str, Any] = {"dry_run": not self.is_done, "tags": list(self.tags)}
        if self.hit is not None:
            said |= {"results": self.hit, "of": self.seen, "complete": self.complete}
        return said

    def __str__(self) -> str:
        listed = ", ".join(self.tags)
        if self.is_done:
            return f"Invalidated {listed}."
        least = "" if self.complete else "at least "
        return f"Would invalidate {least}{self.hit} of {least}{self.seen} results, by {listed}."


# --- What can be invalidated --------------------------------------------------------------------------------------


def scope(kind: str, of: str) -> Target:
    """Of a user or a scenario: `scope("user", "7")`. Raises NoTarget.

    Results are kept under the number as it is: 07 would hit nothing and be said to be done.
    """
    if of.isdecimal() and of.startswith("0") and of != "0":
        raise NoTarget(kind, f"write {of.lstrip('0') or '0'} without zeros in front.")
    try:
        return Target((kind, of), by_hand.tags_of(kind, of))
    except ValueError as error:
        raise NoTarget(kind, str(error)) from error


def operation(name: str) -> Target:
    """A cached query, or an operation of the AI. Raises NoTarget."""
    try:
        return Target(("operation", name), by_hand.tags_of_operation(name), is_broad=True)
    except ValueError as error:
        raise NoTarget("operation", str(error)) from error


def model(label: str, pk: str | None = None) -> Target:
    """`app.Model`, or one row of it. Raises NoTarget, ImproperlyConfigured or a DatabaseError."""
    found = model_called(label)
    if pk is None:
        return Target(("model", found._meta.label), by_hand.tags_of_model(found), is_broad=True)
    try:
        tags = by_hand.tags_of_row(found, pk)
        return Target(("row", found._meta.label, str(found._meta.pk.to_python(pk))), tags)
    except ValidationError as error:
        raise NoTarget("pk", " ".join(error.messages)) from error


def everything() -> Target:
    return Target(("all",), by_hand.tags_of_everything(), is_broad=True)


def target(asked: Sequence[str]) -> Target:
    """As it was made before. Raises what the functions above raise."""
    match [*asked]:
        case ["all"]:
            return everything()
        case ["operation", name]:
            return operation(name)
        case ["model", label]:
            return model(label)
        case ["row", label, pk]:
            return model(label, pk)
        case [kind, of]:
            return scope(kind, of)
    raise NoTarget("target", "there is nothing of this kind.")


def model_called(label: str) -> type[Model]:
    """Raises NoTarget."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise NoTarget("model", "there is no such model. Write app.Model.") from error


def models() -> list[str]:
    """The labels of those that have a table of their own."""
    found = (each._meta for each in apps.get_models(include_auto_created=True))
    return sorted(meta.label for meta in found if meta.managed and not meta.proxy)


# --- Invalidating -------------------------------------------------------------------------------------------------


def preview(
    target: Target, *, seconds: float | None = None, tell: Callable[[int], None] | None = None
) -> Invalidation:
    """What it would hit, counted for at most so long. Changes nothing. Raises CacheUnavailable."""
    counted = census.count_entries(target.tags, seconds=seconds, tell=tell)
    return Invalidation(target.name, tuple(sorted(target.tags)), counted.hit, counted.seen, counted.complete)


def carry_out(target: Target, by: Operator) -> Invalidation:
    """Raises CacheUnavailable, and has then done nothing or a part of it; Unrecorded, and has done nothing."""
    with audited(by, Operation.INVALIDATE, target.name) as deed:
        done = invalidate(target.tags)
        deed.affected = len(done.tags)
        deed.detail = {"counted": "tags", "tags": list(done.tags)}
    return Invalidation(target.name, done.tags, audit_id=deed.entry.pk)


def carry_out_for_all(kind: str, ids: Sequence[object], by: Operator) -> Invalidation:
    """Of many users or scenarios: one line in the audit log, which names all of them. Raises as `carry_out`."""
    name = f"{kind} {ids[0]}" if len(ids) == 1 else f"{len(ids)} {kind}s"
    done: list[str] = []
    with audited(by, Operation.INVALIDATE, name, ids=[str(each) for each in ids]) as deed:
        for first in range(0, len(ids), IDS_A_STEP):
            some = (by_hand.tags_of(kind, str(each)) for each in ids[first : first + IDS_A_STEP])
            done += invalidate(frozenset().union(*some)).tags
            deed.affected, deed.detail = len(done), {"counted": "tags"}
    return Invalidation(name, tuple(done), audit_id=deed.entry.pk)
