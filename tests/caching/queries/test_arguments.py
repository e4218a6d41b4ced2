"""Two calls share an entry only if the function could not tell their arguments apart."""

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import combinations
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from caching.errors import Uncacheable
from caching.queries.arguments import Arguments, Bound
from platform_app.models import User


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: int
    y: int


@dataclass(frozen=True)
class Pair:
    x: int
    y: int


class Filter(msgspec.Struct, frozen=True):
    text: str


def f(value: Any = None, /, *more: Any, by: str = "name", **rest: Any) -> None: ...


def bound(*args: Any, **kwargs: Any) -> Bound:
    return Arguments(f).bind(args, kwargs)


DIFFERENT = [
    1, True, 1.0, "1", b"1", Decimal(1), Decimal("1.0"), None, 0, False, "", 0.0, -0.0, float("inf"), 2**70, -(2**70), str(2**70),
    [1], (1,), [], (), {}, set(), frozenset(), {1}, frozenset({1}), {"a": 1}, {1: "a"}, {"a": 1, "b": 2}, {"b": 2, "a": 1},
    [[1], 2], [1, [2]], ["a", "b"], ["ab"], "a,b",
    date(2026, 1, 2), datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC),
    datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))), datetime(2026, 1, 2, fold=1), timedelta(1),
    UUID(int=1), Colour.RED, "red", Point(1, 2), Pair(1, 2), Point(2, 1), Filter("a"), Filter("b"), "\u00e9", "e\u0301",
]  # fmt: skip


def test_no_two_different_values_have_one_form() -> None:
    for one, other in combinations(DIFFERENT, 2):
        assert bound(one).canonical != bound(other).canonical, (one, other)


def test_equal_values_have_one_form() -> None:
    for value in DIFFERENT:
        assert bound(value).canonical == bound(value).canonical
    assert bound({1, 2, 3}).canonical == bound({3, 2, 1}).canonical
    assert bound(float("nan")).canonical == bound(float("nan")).canonical


def test_positional_keyword_and_default_are_the_same_call() -> None:
    def g(a: int, b: int = 2) -> None: ...

    arguments = Arguments(g)
    assert (
        arguments.bind((1,), {}).canonical
        == arguments.bind((1, 2), {}).canonical
        == arguments.bind((), {"b": 2, "a": 1}).canonical
    )


def test_arguments_do_not_run_into_one_another() -> None:
    assert bound("a", "b").canonical != bound("a", ("b",)).canonical
    assert bound("a", by="b").canonical != bound("b", by="a").canonical
    assert bound("a", x="1", y="2").canonical != bound("a", x="2", y="1").canonical


def test_a_wrong_call_is_the_usual_type_error() -> None:
    def g(a: int) -> None: ...

    with pytest.raises(TypeError, match="too many positional arguments"):
        Arguments(g).bind((1, 2), {})


@pytest.mark.parametrize(
    "value",
    [
        object(),
        threading.Lock(),
        RequestFactory().get("/"),
        lambda: 1,
        (n for n in ()),
        AnonymousUser(),
        [object()],
        {"a": object()},
        ValueError("x"),
        Colour,
    ],
)
def test_what_has_no_plain_form_is_refused_by_name(value: Any) -> None:
    with pytest.raises(Uncacheable, match="argument `value` cannot be part of a key"):
        bound(value)


@pytest.mark.django_db
def test_a_queryset_is_refused_and_not_evaluated(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0), pytest.raises(Uncacheable, match="QuerySet"):
        bound(User.objects.all())


def test_a_value_that_holds_itself_or_is_no_text_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(Uncacheable):
        bound(endless)
    with pytest.raises(Uncacheable):
        bound("\ud800")


def test_an_object_stands_for_its_row_and_the_function_gets_nothing_else_of_it(
    student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stale = User.objects.get(pk=student.pk)
    stale.name = "never saved"
    with django_assert_num_queries(0):
        call = bound(stale)
    (given,) = call.args
    assert given == student
    assert call.canonical == bound(student).canonical
    with django_assert_num_queries(1):
        assert given.name == student.name


def test_a_lazy_object_is_the_object(student: User) -> None:
    assert bound(SimpleLazyObject(lambda: student)).canonical == bound(student).canonical


def test_objects_of_two_models_are_two_things(published_scenario: Any) -> None:
    scenario = published_scenario
    owner = scenario.owner
    owner.pk = scenario.pk
    assert bound(owner).canonical != bound(scenario).canonical
    assert bound(scenario).canonical != bound(scenario.pk).canonical


@pytest.mark.django_db
def test_an_unsaved_object_is_refused() -> None:
    with pytest.raises(Uncacheable, match="unsaved"):
        bound(User())


@pytest.mark.parametrize("name", ["user_id", "user"])
def test_the_owner_is_found_by_position_and_by_name(name: str, student: User) -> None:
    namespace: dict[str, Any] = {}
    exec(f"def g(limit, {name}=None, scenario_id=None): ...", namespace)
    arguments = Arguments(namespace["g"])
    assert arguments.has_owner("user")
    assert arguments.bind((10, 7), {}).owners == {"user": "7"}
    assert arguments.bind((10,), {name: student, "scenario_id": 5}).owners == {
        "user": str(student.pk),
        "scenario": "5",
    }
    assert arguments.bind((10,), {}).owners == {}
