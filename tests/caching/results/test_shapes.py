"""Plain values come back equal and of the same types, whatever they look like."""

from __future__ import annotations

import datetime as dt
import math
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from caching.results import shapes
from caching.results.alike import alike
from caching.results.shapes_found import Leaf, ListOf, MapOf, Optional, Record, Tuple, merged, shape_of
from caching.results.tagged import Unfit

OSLO = ZoneInfo("Europe/Oslo")
NOT_OURS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


def back(value: Any) -> Any:
    return shapes.load(shapes.dump(value))


zones = st.sampled_from(
    [None, UTC, OSLO, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(hours=1), "CET")]
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
hashable_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**62, max_value=2**66),
    st.floats(),
    texts,
    texts.map(SafeString),
    st.binary(),
    st.datetimes(timezones=zones),
    st.dates(),
    st.times(timezones=zones),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
)
scalars = hashable_scalars | st.binary().map(bytearray)
columns = st.sampled_from(
    [st.integers(), texts, st.decimals(allow_nan=False), st.uuids(), st.datetimes(), st.booleans()]
)
hashable = st.recursive(
    hashable_scalars,
    lambda inner: st.frozensets(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(texts, inner, max_size=4),
        st.dictionaries(hashable, inner, max_size=4),
        st.sets(hashable, max_size=4),
        st.frozensets(hashable, max_size=4),
        st.lists(
            st.fixed_dictionaries({"id": st.integers(), "name": texts}, optional={"more": inner}), max_size=4
        ),
    )


values = st.recursive(scalars, containers, max_leaves=20)
names = st.sampled_from("abcde")
native = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats() | texts | st.binary(),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(names, inner),
        st.lists(st.dictionaries(names, inner)),
    ),
    max_leaves=20,
)
rows = st.lists(names, min_size=1, unique=True).flatmap(
    lambda names: st.tuples(*(columns for _ in names)).flatmap(
        lambda kinds: st.lists(
            st.fixed_dictionaries({name: kind | st.none() for name, kind in zip(names, kinds, strict=True)})
        )
    )
)


class TestRoundTrip:
    @given(values)
    def test_any_plain_value_comes_back(self, value: Any) -> None:
        assert alike(value, back(value))

    @given(rows)
    def test_rows_come_back(self, value: list[dict[str, Any]]) -> None:
        assert alike(value, back(value))
        assert alike([tuple(row.values()) for row in value], back([tuple(row.values()) for row in value]))

    @pytest.mark.parametrize(
        "value",
        [
            2**64,
            -(2**63) - 1,
            [1, 2**70],
            [1, True, 1.0],
            -0.0,
            math.inf,
            Decimal("1.10"),
            Decimal("-0E-7"),
            Decimal("NaN"),
            datetime(2026, 10, 25, 2, 30, tzinfo=OSLO, fold=1),
            datetime(2026, 10, 25, 2, 30, fold=1),
            datetime.max.replace(tzinfo=UTC),
            datetime.min,
            time(2, 30, tzinfo=timezone(timedelta(hours=2), "X")),
            timedelta.min,
            {},
            (),
            [[]],
            [{}, {"a": 1}],
            {1: {}, 2: {"a": 1}},
            {(1, 2): 3},
            {"a": 1, 2: 3},
            {frozenset({1}), (1, 2)},
            {"ключ": 1, "née": None},
            [{"é": 1}, {}],
            tuple(range(200)),
            {str(number): number for number in range(200)},
            [{str(number): number for number in range(200)}, {}],
            [{"from": 1, "": 2, "a b": 3, "class": "x", "__init__": 4}],
            mark_safe("<b>"),
            [mark_safe("<b>"), "<b>"],
        ],
        ids=repr,
    )
    def test_corners_come_back(self, value: Any) -> None:
        assert repr(back(value)) == repr(value)
        assert alike(value, back(value))

    def test_nan_comes_back(self) -> None:
        assert math.isnan(back([math.nan])[0])

    def test_the_order_of_keys_is_kept(self) -> None:
        value = [{"b": 1, "a": 2}, {"a": 3, "b": 4}]
        assert [list(row) for row in back(value)] == [["b", "a"], ["a", "b"]]

    def test_safe_text_stays_safe_and_other_text_does_not_become_safe(self) -> None:
        assert [type(text) for text in back([mark_safe("<b>"), "<b>"])] == [SafeString, str]

    def test_lazy_text_becomes_text(self) -> None:
        assert type(back({"label": gettext_lazy("Yes")})["label"]) is str

    def test_deep_values_come_back(self) -> None:
        value: Any = 1
        for _ in range(60):
            value = [value]
        assert back(value) == value


class TestShapes:
    def test_rows_are_records(self) -> None:
        assert shape_of([{"id": 1, "price": Decimal(1)}, {"id": 2, "price": None}]) == ListOf(
            Record({"id": Leaf.INT, "price": Optional(Leaf.DECIMAL)})
        )

    def test_a_key_that_not_all_rows_have_may_be_absent(self) -> None:
        assert shape_of([{"id": 1}, {"id": 2, "note": "x"}]) == ListOf(
            Record({"id": Leaf.INT, "note": Leaf.STR}, frozenset({"note"}))
        )

    def test_a_dict_by_numbers_is_a_map(self) -> None:
        assert shape_of({1: {"a": 1}, 2: {"a": 2}}) == MapOf(Leaf.INT, Record({"a": Leaf.INT}))

    def test_what_has_several_types_is_tagged_and_the_rest_is_not(self) -> None:
        assert shape_of([(1, "x"), (UUID(int=1), "y")]) == ListOf(Tuple((Leaf.ANY, Leaf.STR)))

    @given(values, values)
    def test_a_merged_shape_fits_both(self, one: Any, other: Any) -> None:
        shape = merged(shape_of(one), shape_of(other))
        for value in (one, other):
            lowered = shapes._lowered(value, shape, ())
            read = shapes._decoder(msgspec.msgpack.encode(shape))
            assert alike(value, read(msgspec.msgpack.encode(lowered)))


class TestNative:
    @pytest.mark.parametrize(
        "value",
        [
            [{"id": 1, "name": "x", "score": 0.5, "is_open": True, "note": None}],
            (1, b"\0"),
            [],
            "",
            {"ids": [(1,)]},
        ],
    )
    def test_rows_need_no_trial(self, value: Any) -> None:
        assert shapes.is_native(shapes.dump(value))
        assert alike(value, back(value))

    @pytest.mark.parametrize(
        "value",
        [
            [Decimal(1)], {1: "x"}, {1, 2}, [2**70], [SafeString("x")], [1, "x"], bytearray(b"x"),
            datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), time(1), timedelta(1), date(2026, 1, 1), UUID(int=1),
        ],
    )  # fmt: skip
    def test_what_msgpack_has_no_type_for_is_tried(self, value: Any) -> None:
        assert not shapes.is_native(shapes.dump(value))

    def test_a_name_that_looks_like_a_sign_costs_a_trial(self) -> None:
        assert not shapes.is_native(shapes.dump({"m": 1}))
        assert back({"m": 1, "?": 2}) == {"m": 1, "?": 2}

    @given(native)
    def test_it_comes_back_without_a_trial(self, value: Any) -> None:
        data = shapes.dump(value)
        assert not shapes.is_native(data) or alike(value, shapes.load(data))


class TestRefused:
    @pytest.mark.parametrize(
        "value", [object(), OrderedDict(a=1), print, range(3), 1j, memoryview(b"x"), Ellipsis]
    )
    def test_what_is_not_plain(self, value: Any) -> None:
        with pytest.raises(Unfit) as refusal:
            shapes.dump([{"x": value}])
        assert refusal.value.place == (0, "x")

    def test_zones_of_others(self) -> None:
        class Here(dt.tzinfo):
            def utcoffset(self, _: datetime | None) -> timedelta:
                return timedelta(hours=1)

        with pytest.raises(Unfit, match="UTC"):
            shapes.dump(datetime(2026, 1, 1, tzinfo=Here()))

    def test_a_value_that_holds_itself(self) -> None:
        value: list[Any] = []
        value.append(value)
        with pytest.raises(RecursionError):
            shapes.dump(value)


class TestPlanted:
    @given(st.binary(max_size=200))
    def test_noise_is_refused(self, data: bytes) -> None:
        with pytest.raises(NOT_OURS):
            shapes.load(data + b"\xc1")

    @given(values, st.data())
    @settings(max_examples=300)
    def test_a_changed_byte_gives_a_plain_value_or_is_refused(self, value: Any, data: st.DataObject) -> None:
        body = bytearray(shapes.dump(value))
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        try:
            read = shapes.load(bytes(body))
        except NOT_OURS:
            return
        assert alike(read, back(read))

    def test_a_deep_shape_that_is_short_is_refused(self) -> None:
        written = b"\x92\xa1L" * 1900 + b"\xa1i"
        with pytest.raises(NOT_OURS):
            shapes.load(len(written).to_bytes(2, "little") + written + b"\x90")

    def test_no_file_is_looked_for_by_the_name_of_a_zone(self) -> None:
        body = shapes.dump([datetime(2026, 1, 1, tzinfo=OSLO)])
        assert b"Europe/Oslo" in body
        for name in (b"../../../../", b"tzdata/zones"[:11], b"caching.key"):
            with pytest.raises(NOT_OURS):
                shapes.load(body.replace(b"Europe/Oslo", name[:11]))

    def test_decoders_are_kept_within_bounds(self) -> None:
        for number in range(300):
            back({f"key{number}": 1})
        assert shapes._decoder.cache_info().currsize <= shapes.KEPT_DECODERS

    def test_an_empty_date_is_refused(self) -> None:
        body = shapes.dump([date(2026, 1, 1), 1])
        with pytest.raises(NOT_OURS):
            shapes.load(body.replace(b"2026-01-01", b"2026-02-31"))
