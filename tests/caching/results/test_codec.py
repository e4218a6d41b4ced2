"""Results of cached functions come back exactly, or the function is refused with a sentence that helps."""

from __future__ import annotations

import dataclasses
import io
import pickle
import threading
from collections import OrderedDict, namedtuple
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NotRequired,
    TypedDict,
    TypeVar,
)
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db.models import IntegerChoices, QuerySet, TextChoices
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from caching.codec import Undecodable
from caching.errors import Uncacheable
from caching.results.alike import alike
from caching.results.codec import ResultCodec
from platform_app.models import Scenario
from tests.caching.results.test_shapes import values

if TYPE_CHECKING:
    from elsewhere import Unknown

T = TypeVar("T")


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    DONE = "done", "Done"


class Level(IntegerChoices):
    LOW = 1, "Low"
    HIGH = 2, "High"


class Mixed(Enum):
    ONE = 1
    PAIR = (1, "x")


class Rights(Flag):
    READ = 1
    WRITE = 2


class Row(msgspec.Struct, frozen=True):
    id: int
    price: Decimal
    at: datetime
    note: str | None = None


class Basket(msgspec.Struct):
    rows: list[Row]
    anything: Any = None


class Point(NamedTuple):
    x: int
    y: float = 0.0


class Card(TypedDict):
    id: UUID
    day: date
    tags: NotRequired[list[str]]


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str = "EUR"


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)
    known: ClassVar[int] = 7


@dataclass
class Counted:
    """Its `__post_init__` must not run again."""

    parts: list[Money]
    total: Decimal = field(init=False)
    made: ClassVar[int] = 0

    def __post_init__(self) -> None:
        type(self).made += 1
        self.total = sum((part.amount for part in self.parts), Decimal(0))

    @cached_property
    def first(self) -> Money:
        return self.parts[0]


@dataclass
class Page(Generic[T]):
    items: list[T]
    total: int
    status: Status = Status.DRAFT


@dataclass
class Holder:
    anything: Any


def function_returning(annotation: Any) -> Callable[..., Any]:
    def cached() -> Any: ...

    cached.__annotations__["return"] = annotation
    return cached


def codec_of(annotation: Any) -> ResultCodec:
    return ResultCodec(function_returning(annotation))


def form(codec: ResultCodec, body: bytes) -> str:
    return {b"a": "annotated", b"p": "plain", b"o": "objects"}[body[8:9]]


MONEY = Money(Decimal("1.10"))
NOW = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
ROW = Row(1, Decimal("2.50"), NOW)


class TestByAnnotation:
    @pytest.mark.parametrize(
        ("annotation", "value"),
        [
            (list[Row], [ROW, Row(2, Decimal(1), NOW, "x")]),
            (Row | None, None),
            (Row | None, ROW),
            (dict[int, Decimal], {1: Decimal("1.0")}),
            (tuple[int, ...], (1, 2, 3)),
            (tuple[str, Decimal], ("a", Decimal(1))),
            (set[UUID], {UUID(int=1)}),
            (frozenset[str], frozenset({"a"})),
            (list[Card], [{"id": UUID(int=1), "day": date(2026, 1, 1)}]),
            (list[Point], [Point(1, 2.0)]),
            (Money, MONEY),
            (Tree, Tree("a", [Tree("b"), Tree("c", [Tree("d")])])),
            (Page[Row], Page([ROW], 1, Status.DONE)),
            (list[Status], [Status.DRAFT, Status.DONE]),
            (Level, Level.HIGH),
            (Literal["a", "b"], "a"),
            (Annotated[list[int], msgspec.Meta(max_length=5)], [1, 2]),
            (datetime, NOW),
            (timedelta, timedelta(days=-1, microseconds=1)),
            (bytearray, bytearray(b"x")),
            (None, None),
        ],
        ids=repr,
    )
    def test_what_is_annotated_exactly_is_decoded_by_it(self, annotation: Any, value: Any) -> None:
        codec = codec_of(annotation)
        body = codec.dump(value)
        assert form(codec, body) == "annotated"
        assert alike(value, codec.load(body))

    @pytest.mark.parametrize(
        ("annotation", "value"),
        [
            (list[str], ("a", "b")),
            (list[int], [True, 1]),
            (float, 3),
            (int, 2**80),
            (str, mark_safe("<b>")),
            (datetime, datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Oslo"))),
            (datetime, datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=2)))),
            (Card, {"id": UUID(int=1), "day": date(2026, 1, 1), "more": 1}),
            (Row, Row("no number", None, 3)),  # type: ignore[arg-type]
            (Page[Money], Page((MONEY,), 1)),  # type: ignore[arg-type]
            (tuple[datetime, Row], (datetime(2026, 7, 1, fold=1), ROW)),
        ],
        ids=repr,
    )
    def test_an_annotation_that_is_wrong_changes_nothing(self, annotation: Any, value: Any) -> None:
        codec = codec_of(annotation)
        assert alike(value, codec.load(codec.dump(value)))

    @pytest.mark.parametrize(
        ("annotation", "value"),
        [
            (Basket, Basket([ROW], {"any": (1, NOW, {UUID(int=2)})})),
            (Holder | Money | Status, [Holder(MONEY), Holder([Status.DONE])]),
            (Mixed | Money | Status, [Mixed.PAIR, MONEY, Status.DRAFT, {"x": Mixed.ONE}]),
            (Page, Page([1, "x", None, 2**70], 1)),
            (Point, {"at": Point(1), "list": [Point(2, 3.0)]}),
            (Money | str, {MONEY: frozenset({MONEY})}),
            (Row | Tree, {"a": (Tree("x"), ROW)}),
        ],
        ids=repr,
    )
    def test_objects_stand_anywhere_once_the_annotation_names_their_class(
        self, annotation: Any, value: Any
    ) -> None:
        codec = codec_of(annotation)
        back = codec.load(codec.dump(value))
        assert back == value
        assert type(back) is type(value)

    def test_what_a_class_does_when_it_is_made_is_not_done_again(self) -> None:
        value = Counted([MONEY, MONEY])
        codec = codec_of(Counted)
        made, first = Counted.made, value.first
        back = codec.load(codec.dump(value))
        assert back == value
        assert back.total == Decimal("2.20")
        assert back.first == first
        assert Counted.made == made

    def test_an_enum_is_the_member_itself(self) -> None:
        for annotation, member in ((Status, Status.DONE), (Mixed, Mixed.PAIR), (Level, Level.LOW)):
            codec = codec_of(annotation)
            assert codec.load(codec.dump(member)) is member

    def test_names_that_are_known_later_are_read_at_first_use(self) -> None:
        def cached() -> Any: ...

        cached.__annotations__["return"] = "list[Later]"
        codec = ResultCodec(cached)
        globals()["Later"] = Row
        try:
            assert form(codec, codec.dump([ROW])) == "annotated"
        finally:
            del globals()["Later"]

    def test_a_name_for_the_type_checker_alone_counts_as_no_annotation(self) -> None:
        def cached(of: Unknown) -> list[Unknown]: ...

        codec = ResultCodec(cached)
        assert codec.load(codec.dump([(1, NOW)])) == [(1, NOW)]

    def test_a_parameter_for_the_type_checker_alone_does_not_matter(self) -> None:
        def cached(of: Unknown) -> list[Row]: ...

        codec = ResultCodec(cached)
        assert form(codec, codec.dump([ROW])) == "annotated"

    def test_coroutine_functions_are_what_they_return(self) -> None:
        async def cached() -> list[Row]: ...

        codec = ResultCodec(cached)
        assert codec.load(codec.dump([ROW])) == [ROW]


class TestPlain:
    @given(values)
    def test_any_plain_value_comes_back(self, value: Any) -> None:
        assert alike(value, PLAIN.load(PLAIN.dump(value)))

    @given(st.lists(st.builds(Money, st.decimals(allow_nan=False)) | values))
    def test_any_value_with_objects_comes_back(self, value: list[Any]) -> None:
        codec = codec_of(Money)
        assert alike(value, codec.load(codec.dump(value)))

    def test_every_load_is_a_copy_of_its_own(self) -> None:
        body = PLAIN.dump([{"tags": ["a"]}])
        PLAIN.load(body)[0]["tags"].append("b")
        assert PLAIN.load(body) == [{"tags": ["a"]}]

    def test_lazy_text_becomes_text(self) -> None:
        for codec in (PLAIN, codec_of(str), codec_of(Holder)):
            assert type(codec.load(codec.dump(gettext_lazy("Yes")))) is str
        holder = codec_of(Holder)
        assert type(holder.load(holder.dump(Holder(gettext_lazy("Yes")))).anything) is str

    def test_safe_text_in_a_text_field_stays_safe(self) -> None:
        codec = codec_of(Page[str])
        assert type(codec.load(codec.dump(Page([mark_safe("<b>")], 1))).items[0]) is SafeString


def cached() -> Any: ...


PLAIN = ResultCodec(cached)
Loose = namedtuple("Loose", "id name")  # as values_list(named=True) makes them


@dataclass
class Unnamed:
    x: int


class Text(str):
    __slots__ = ()


class TestRefused:
    def test_generators(self) -> None:
        def rows() -> Iterator[int]:
            yield 1

        async def more() -> AsyncIterator[int]:
            yield 1

        for function in (rows, more):
            with pytest.raises(
                Uncacheable, match=r"is a generator, which can be read once only. Return a list."
            ):
                ResultCodec(function)

    @pytest.mark.parametrize(
        "annotation",
        [
            QuerySet,
            QuerySet[Scenario],
            "QuerySet[Scenario]",
            Iterator[int],
            Generator[int],
            QuerySet | None,
            list[QuerySet],
        ],
    )
    def test_annotations_of_lazy_results(self, annotation: Any) -> None:
        with pytest.raises(Uncacheable, match=r"cached cannot be cached: it returns a .*Return a list"):
            codec_of(annotation)

    @pytest.mark.parametrize(
        ("value", "why"),
        [
            (
                {"rows": [1, (print, 2)]},
                r"result\['rows'\]\[1\]\[0\] is a builtin_function_or_method, which is code",
            ),
            ([threading.Lock()], r"result\[0\] is a lock: return plain values"),
            (io.BytesIO(), r"result is a BytesIO, an open file"),
            (HttpResponse(), r"result is a HttpResponse, which belongs to one request"),
            ((x for x in ()), r"result is a generator, which can be read once only: return a list"),
            (iter([1]), "read once only"),
            (Scenario, "a part of the program"),
            (SimpleLazyObject(lambda: 1), "a lazy object"),
            (OrderedDict(a=1), r"a OrderedDict, which would come back as dict: return dict\(...\)"),
            (Text("x"), r"would come back as str: return str\(...\)"),
            (
                [Loose(1, "x")],
                r"result\[0\] is a Loose, which the return annotation does not name: add it there",
            ),
            (Unnamed(1), "which the return annotation does not name"),
            (
                {"status": Status.DONE},
                r"result\['status'\] is a Status, which the return annotation does not name",
            ),
            (1j, "a complex: return plain values"),
            ("\ud800", "text that is not Unicode"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_the_sentence_says_where_and_what_instead(self, value: Any, why: str) -> None:
        with pytest.raises(Uncacheable, match=f"cached: .*{why}"):
            PLAIN.dump(value)

    def test_a_subclass_of_what_is_annotated(self) -> None:
        @dataclass(frozen=True)
        class Bribe(Money):
            to: str = ""

        with pytest.raises(
            Uncacheable, match=r"result is a .*Bribe, which the return annotation does not name"
        ):
            codec_of(Money).dump(Bribe(Decimal(1)))

    def test_attributes_beyond_the_fields(self) -> None:
        value = Tree("a")
        value.colour = "red"  # type: ignore[attr-defined]
        with pytest.raises(Uncacheable, match=r"result.colour is an attribute that is no field"):
            codec_of(Tree).dump(value)

    def test_a_field_that_was_never_set(self) -> None:
        value = Counted([])
        del value.total
        with pytest.raises(Uncacheable, match=r"result.total is a field that was never set"):
            codec_of(Counted).dump(value)

    def test_a_value_that_holds_itself(self) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(Uncacheable, match="holds itself"):
            PLAIN.dump(value)

    def test_flags_in_combination(self) -> None:
        with pytest.raises(Uncacheable, match="cannot be read back"):
            codec_of(Rights | Mixed).dump(Rights.READ | Rights.WRITE)

    def test_two_classes_of_one_name(self) -> None:
        one, other = (dataclasses.make_dataclass("Same", [("x", int)]) for _ in range(2))
        with pytest.raises(Uncacheable, match="Two classes"):
            codec_of(one | other)


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exploded.append, ("boom",))


exploded: list[str] = []
CODECS = [PLAIN, *map(codec_of, (list[Row], Money, Page[Row], Basket, Mixed | Money, Counted, Rights))]


class TestPlanted:
    @pytest.mark.parametrize("codec", CODECS)
    def test_what_others_wrote_is_undecodable(self, codec: ResultCodec) -> None:
        foreign = [
            b"",
            b"x",
            pickle.dumps(Bomb()),
            pickle.dumps({"a": 1}),
            b'{"a": 1}',
            msgspec.msgpack.encode({"a": 1}),
            *(other.dump(value) for other, value in ((codec_of(list[int]), [1]), (codec_of(dict), {"a": 1}))),
        ]
        for body in foreign:
            with pytest.raises(Undecodable):
                codec.load(body)
            for head in codec._forms().loads:
                with pytest.raises(Undecodable):
                    codec.load(head + body)
        assert exploded == []

    def test_another_function_of_the_same_annotation_is_undecodable(self) -> None:
        def other() -> Any: ...

        with pytest.raises(Undecodable):
            ResultCodec(other).load(PLAIN.dump([1]))

    @pytest.mark.parametrize(
        ("annotation", "value"),
        [
            (
                None,
                [{"id": 1, "price": Decimal(1), "at": NOW, "mixed": (1, NOW, None)}, {"id": 2, "mixed": "x"}],
            ),
            (list[Row], [ROW, ROW]),
            (Counted | Status | Point, [Counted([MONEY]), Status.DONE, Point(1)]),
        ],
        ids=["plain", "annotated", "objects"],
    )
    def test_a_truncated_body_is_undecodable(self, annotation: Any, value: Any) -> None:
        codec = codec_of(annotation)
        body = codec.dump(value)
        for length in range(len(body)):
            with pytest.raises(Undecodable):
                codec.load(body[:length])
        with pytest.raises(Undecodable):
            codec.load(body + b"\x00")

    @given(st.integers(0, 2), st.data())
    def test_a_changed_byte_is_undecodable_or_a_value(self, which: int, data: st.DataObject) -> None:
        annotation, value = (
            (list[Row], [ROW]),
            (None, [{"id": 1, "at": NOW}, (1, None, {2})]),
            (Counted | Status | Point, [Counted([MONEY]), Status.DONE, Point(1), {MONEY}]),
        )[which]
        codec = codec_of(annotation)
        body = bytearray(codec.dump(value))
        for _ in range(data.draw(st.integers(1, 3))):
            body[data.draw(st.integers(8, len(body) - 1))] = data.draw(st.integers(0, 255))
        with suppress(Undecodable):
            codec.load(bytes(body))

    def test_a_class_that_the_annotation_does_not_name_is_not_built(self) -> None:
        codec, module = codec_of(Mixed | Money), __name__.encode()
        body = codec.dump([MONEY])
        for name in (b"Point", b"Bombs"):
            with pytest.raises(Undecodable):
                codec.load(body.replace(module + b".Money", module + b"." + name))

    def test_a_class_with_other_fields_is_undecodable(self) -> None:
        def made(*fields: str) -> ResultCodec:
            cls = dataclasses.make_dataclass("Made", [(name, Any) for name in fields])
            return codec_of(cls)

        (cls,) = made("x")._forms().promise.classes.values()
        body = codec_of(cls).dump(cls(1))
        for later in (made("x", "y"), made("y")):
            with pytest.raises(Undecodable):
                later.load(body)


class TestImmutable:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            1,
            1.5,
            "x",
            b"x",
            mark_safe("x"),
            Decimal(1),
            UUID(int=1),
            NOW,
            date.today(),
            timedelta(1),
            (),
            (1, ("x", None)),
            frozenset({1, (2,)}),
            Status.DONE,
            MONEY,
            (MONEY, ROW),
            Point(1),
        ],
        ids=repr,
    )
    def test_what_nobody_can_change_is_shared(self, value: Any) -> None:
        assert PLAIN.is_immutable(value)

    @pytest.mark.parametrize(
        "value",
        [
            [],
            {},
            set(),
            bytearray(),
            ([],),
            (1, {"a": 1}),
            frozenset({Tree}),
            Tree("a"),
            Basket([]),
            Page([], 0),
            Row(1, [], NOW),
            pytest.param(object(), id="object()"),  # its repr differs between processes
            Point([], 1),
            IntEnum,
        ],  # type: ignore[arg-type, list-item]
        ids=repr,
    )
    def test_what_can_be_changed_is_copied(self, value: Any) -> None:
        assert not PLAIN.is_immutable(value)

    def test_a_model_instance_is_copied(self) -> None:
        assert not PLAIN.is_immutable((Scenario(),))
