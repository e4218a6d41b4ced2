"""Nothing is done to the cache that the audit log does not know of: the line comes before the deed, and its end after it.

If the database does not take the line, the deed is refused (Unrecorded). If Redis fails, the line says so. A process that is
killed in between leaves a line without an end, which is what is known.
"""

from __future__ import annotations

import logging
import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import Error as DatabaseError

from caching.errors import CacheUnavailable, Unrecorded
from caching.models import AuditEntry, Operation, Outcome, Unchangeable, Way
from caching.models.audit import TARGET_CHARACTERS

if TYPE_CHECKING:  # a program without django.contrib.auth may use this library as well
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

logger = logging.getLogger(__name__)

NAME_CHARACTERS = 254


@dataclass(frozen=True, slots=True)
class Operator:
    """Who does it. `id` is empty for somebody at the command line, whom this program does not know."""

    id: str
    name: str
    way: Way


@dataclass(slots=True)
class Deed:
    """What is known of it so far. `goes_on`: the line stays open, for the next request to go on with."""

    entry: AuditEntry
    affected: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    goes_on: bool = False


def operator(user: AbstractBaseUser | AnonymousUser, way: Way) -> Operator:
    return Operator(str(user.pk), str(user), way)


def at_the_command_line() -> Operator:
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container, users often have a number only
        name = str(os.getuid())
    return Operator("", f"{name} on {socket.gethostname()}", Way.COMMAND)


def begin(by: Operator, operation: Operation, target: str = "", **detail: Any) -> AuditEntry:
    """The line before the deed. Raises Unrecorded."""
    try:
        return AuditEntry.objects.create(
            actor_id=by.id,
            actor=by.name[:NAME_CHARACTERS],
            way=by.way,
            operation=operation,
            target=target[:TARGET_CHARACTERS],
            detail=detail,
        )
    except DatabaseError as error:
        raise Unrecorded(
            "Nothing was done, because the audit log cannot be written to. Is the database there?"
        ) from error


@contextmanager
def audited(by: Operator, operation: Operation, target: str = "", **detail: Any) -> Iterator[Deed]:
    """Around a deed. Raises Unrecorded, and whatever the deed raises."""
    with ending(begin(by, operation, target, **detail)) as deed:
        yield deed


@contextmanager
def ending(entry: AuditEntry) -> Iterator[Deed]:
    """Around a deed, or around a part of one that `goes_on`: closes its line however it ends. What earlier parts have done
    stays in it."""
    deed = Deed(entry, entry.affected)
    try:
        yield deed
    except (KeyboardInterrupt, SystemExit):
        _close(deed, Outcome.STOPPED)
        raise
    except BaseException as error:
        _close(deed, Outcome.FAILED, _cause(error))
        raise
    if deed.goes_on:
        _write(deed, lambda: entry.note(affected=deed.affected or 0, detail=deed.detail))
    else:
        _close(deed, Outcome.DONE)


def _close(deed: Deed, outcome: Outcome, error: str = "") -> None:
    def close() -> None:
        deed.entry.end(outcome, affected=deed.affected, detail=deed.detail, error=error)

    _write(deed, close)


def _write(deed: Deed, change: Any) -> None:
    """The deed is done, whatever becomes of its line: that stays as one whose end was not heard of."""
    try:
        change()
    except Unchangeable:
        logger.warning("Audit line %s had been closed by somebody else", deed.entry.pk)
    except DatabaseError:
        logger.exception("The end of audit line %s could not be written: %s", deed.entry.pk, deed.entry)


def _cause(error: BaseException) -> str:
    """One line. Of what nobody foresaw only the kind: its message may hold anything."""
    if isinstance(error, CacheUnavailable | DatabaseError):
        return " ".join(str(error).split())
    return type(error).__name__
