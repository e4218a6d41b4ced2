"""What is told to other processes: errors as plain data, rebuilt exactly or not at all, and nothing imported or run."""

import sys
from typing import Any

import msgspec
import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from caching.errors import AIAnswerUnusable, CacheUnavailable
from caching.flight.outcomes import ABANDONED, Arrived, Failed, Landing, PlainError, pack, rebuilt, unpack
from platform_app.models import Scenario


class Refused(Exception):
    """Its `__init__` must not run a second time: it would need what the arguments no longer are."""

    def __init__(self, reason: str, *, retry: bool) -> None:
        super().__init__(f"Refused: {reason}")
        self.retry = retry


class Slotted(Exception):
    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def told(error: Exception) -> Failed | None:
    """What another process makes of it."""
    landing = unpack(pack(Failed(error, b"stamps")))
    return None if landing.error is None else rebuilt(landing.error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no such case", 404),
        KeyError("x"),
        Refused("too long", retry=True),
        Http404(),
        Scenario.DoesNotExist("Scenario matching query does not exist."),
        CacheUnavailable("gone", retry_after_seconds=7),
        AIAnswerUnusable("Try again.", reason="empty"),
        RuntimeError(1.5, None, b"\xff", True, ["a", {"b": 2**40}]),
    ],
)
def test_an_error_arrives_as_it_was_raised(error: Exception) -> None:
    failed = told(error)
    assert failed is not None
    assert type(failed.error) is type(error)
    assert repr(failed.error.args) == repr(error.args)
    assert (str(failed.error), vars(failed.error)) == (str(error), vars(error))
    assert failed.evidence == b"stamps"


def test_notes_arrive_too() -> None:
    error = ValueError("x")
    error.add_note("while reading case 7")
    failed = told(error)
    assert failed is not None
    assert failed.error.__notes__ == ["while reading case 7"]


class Local:
    class Inner(Exception):
        pass


def local_class() -> type[Exception]:
    class Hidden(Exception):
        pass

    return Hidden


def with_attribute(value: object) -> Exception:
    error = ValueError()
    error.value = value  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file", "/tmp/x"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        ImportError("x", name="y"),
        StopIteration(3),
        Slotted("x"),
        ValueError((1, 2)),
        ValueError(object()),
        ValueError({1: 2}),
        ValueError(2**80),
        ValueError("\ud800"),
        ValueError("x" * 70_000),
        with_attribute({1, 2}),
        local_class()("x"),
        ExceptionGroup("two", [ValueError()]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_would_not_arrive_exactly_is_not_told(error: Exception) -> None:
    assert told(error) is None
    assert unpack(pack(Failed(error))) == Landing()


def test_a_nested_class_is_found() -> None:
    failed = told(Local.Inner("x"))
    assert failed is not None
    assert type(failed.error) is Local.Inner


def plain(module: str, qualname: str, args: list[Any] | None = None) -> PlainError:
    return PlainError(module, qualname, args or [], {}, b"")


@pytest.mark.parametrize(
    ("module", "qualname"),
    [
        ("builtins", "eval"),
        ("builtins", "SystemExit"),
        ("builtins", "KeyboardInterrupt"),
        ("builtins", "int"),
        ("builtins", "OSError"),
        ("builtins", ""),
        ("os", "system"),
        ("nowhere", "Error"),
        ("caching.errors", "no.such.thing"),
        ("caching.errors", "__builtins__"),
    ],
)
def test_a_planted_name_makes_nothing(module: str, qualname: str) -> None:
    assert rebuilt(plain(module, qualname, ["x"])) is None


def test_nothing_is_imported() -> None:
    assert "this" not in sys.modules
    assert rebuilt(plain("this", "Error")) is None
    assert "this" not in sys.modules


@given(st.binary())
def test_any_bytes_say_only_that_the_flight_is_over_or_are_a_landing(element: bytes) -> None:
    assert isinstance(unpack(element), Landing)


def test_deep_nesting_is_no_landing() -> None:
    assert unpack(b"\x92\xc2" + b"\x91" * 100_000) == Landing()
    assert unpack(msgspec.msgpack.encode([False, ["m", "q", "not a list", {}, b""]])) == Landing()


def test_an_abandoned_flight_is_told_as_such() -> None:
    assert unpack(pack(ABANDONED)) == Landing(abandoned=True)
    assert unpack(pack(Arrived("value"))) == Landing()
