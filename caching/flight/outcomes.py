"""How a flight can end, and how that is told to other processes: as plain data, from which nothing is imported or run.

An error travels as the name of its class and its plain attributes. It is rebuilt only if the class is already known here
and nothing of the error would be missing; else the waiter makes its own attempt, which will show the error first hand.
"""

import sys
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from types import TracebackType
from typing import Any, Final, Generic, NoReturn, TypeVar

import msgspec

R = TypeVar("R")

MAX_ERROR_BYTES = 64 * 2**10
_PLAIN_TYPES = (type(None), bool, int, float, str, bytes)


@dataclass(frozen=True, slots=True)
class Arrived(Generic[R]):
    """The flight has a result."""

    value: R

    def result(self) -> R:
        return self.value


@dataclass(frozen=True, slots=True)
class Failed:
    """The computation raised. `evidence` is what the caller says the error rests on: stamps of tags, for instance.

    `concerns_all`: also those who came late (Redis does not work).
    """

    error: Exception
    evidence: bytes = b""
    traceback: TracebackType | None = None
    concerns_all: bool = False

    def result(self) -> NoReturn:
        # The one error is raised by many: each starts from where the computation failed, not from another's frames.
        raise self.error.with_traceback(self.traceback)


class NoOutcome(Enum):
    ABANDONED = "abandoned"
    LATE = "late"


ABANDONED: Final = NoOutcome.ABANDONED
"""The leader was interrupted (cancelled, Ctrl+C): nothing is known, somebody else may lead."""

LATE: Final = NoOutcome.LATE
"""The flight goes on, but this passenger has waited as long as he may."""

Outcome = Arrived[R] | Failed | NoOutcome


class PlainError(msgspec.Struct, frozen=True, array_like=True):
    module: str
    qualname: str
    args: list[Any]
    attributes: dict[str, Any]
    evidence: bytes


class Landing(msgspec.Struct, frozen=True, array_like=True):
    """What other processes are told. The result itself is not in it: they look where the leader has stored it."""

    abandoned: bool = False
    error: PlainError | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Landing).decode


def pack(outcome: Outcome[Any]) -> bytes:
    if isinstance(outcome, Failed):
        return _packed_error(outcome) or _encode(Landing())
    return _encode(Landing(abandoned=outcome is ABANDONED))


def unpack(element: bytes) -> Landing:
    """What cannot be read says only that the flight is over."""
    try:
        return _decode(element)
    except msgspec.DecodeError:
        return Landing()


def rebuilt(plain: PlainError) -> Failed | None:
    """The error as it was raised in the other process. None: it cannot be had exactly."""
    try:
        cls = attrgetter(plain.qualname)(sys.modules[plain.module])
    except (KeyError, AttributeError):
        return None
    if not (isinstance(cls, type) and issubclass(cls, Exception) and _holds_all_in_its_dict(cls)):
        return None
    error = BaseException.__new__(cls, *plain.args)
    error.__dict__.update(plain.attributes)
    return Failed(error, plain.evidence)


def _packed_error(failed: Failed) -> bytes | None:
    error = failed.error
    if not (_is_plain(list(error.args)) and _is_plain(error.__dict__)):
        return None
    cls = type(error)
    plain = PlainError(cls.__module__, cls.__qualname__, list(error.args), error.__dict__, failed.evidence)
    twin = rebuilt(plain)
    if twin is None or type(twin.error) is not cls:
        return None
    try:
        element = _encode(Landing(error=plain))
    except (OverflowError, ValueError, RecursionError):  # an integer above 64 bits, a lone surrogate
        return None
    return element if len(element) <= MAX_ERROR_BYTES else None


def _holds_all_in_its_dict(cls: type[Exception]) -> bool:
    """Not OSError or StopIteration, for instance: their `__init__` sets fields in C, which are out of our reach."""
    return not any(
        vars(base).get("__slots__")
        or base.__basicsize__ > _PLAIN_BYTES.get(base.__module__, _PLAIN_SUBCLASS_BYTES)
        for base in cls.__mro__
    )


class _PlainSubclass(Exception):
    pass


_PLAIN_BYTES = {"builtins": Exception.__basicsize__}
_PLAIN_SUBCLASS_BYTES = _PlainSubclass.__basicsize__


def _is_plain(value: object) -> bool:
    """Whether msgpack gives back the very same: tuples, subclasses and other objects would change their type."""
    if type(value) is list:
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(name) is str and _is_plain(one) for name, one in value.items())
    return type(value) in _PLAIN_TYPES
