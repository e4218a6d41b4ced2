import random
import struct
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from caching import codec
from caching.codec import MISS, Raw, Typed, Undecodable, decode, encode


class Row(msgspec.Struct):
    name: str
    price: Decimal
    id: UUID
    at: datetime
    day: date
    note: str | None = None
    tags: list[str] = []


@dataclass
class Point:
    x: int
    y: float


ROW = Row(
    "Anna", Decimal("1.10"), UUID(int=7), datetime(2026, 1, 2, 3, 4, 5, 6, UTC), date(2026, 1, 2), None, ["a"]
)
ROWS = Typed(Row)
PNG = Raw(magic=b"\x89PNG")
CODECS: list[Any] = [ROWS, Typed(Point), Raw(), PNG]


def test_types_come_back_exactly() -> None:
    assert decode(ROWS, encode(ROWS, ROW)) == ROW
    assert decode(Typed(Point), encode(Typed(Point), Point(1, 0.1))) == Point(1, 0.1)


@pytest.mark.parametrize("value", [b"", b"\x00", b"text"])
def test_bytes_come_back(value: bytes) -> None:
    assert decode(Raw(), encode(Raw(), value)) == value


@pytest.mark.parametrize("value", [None, False, 0, "", []])
def test_an_empty_value_is_a_value(value: Any) -> None:
    class Box(msgspec.Struct):
        value: Any

    found = decode(Typed(Box), encode(Typed(Box), Box(value)))
    assert found is not MISS
    assert found.value == value


def test_long_text_is_compressed_and_short_text_is_not() -> None:
    short, long = (msgspec.structs.replace(ROW, name="Anna " * times) for times in (10, 1000))
    assert len(encode(ROWS, long)) < 300
    assert encode(ROWS, short)[0] == encode(ROWS, ROW)[0] != encode(ROWS, long)[0]
    assert decode(ROWS, encode(ROWS, long)) == long


def test_noise_is_not_compressed_as_that_does_not_pay() -> None:
    class Blob(msgspec.Struct):
        data: bytes

    noise = Blob(random.Random(1).randbytes(2000))
    assert encode(Typed(Blob), noise)[0] == encode(Typed(Blob), Blob(b""))[0]


def test_bytes_are_never_compressed() -> None:
    assert len(encode(Raw(), b"x" * 100_000)) > 100_000


@pytest.mark.parametrize(
    ("entry", "reader"),
    [
        (encode(Raw(), b"text"), ROWS),
        (encode(Raw(), b"text"), PNG),
        (encode(ROWS, ROW), Typed(Point)),
        (encode(ROWS, ROW), Raw()),
    ],
)
def test_an_entry_of_another_type_is_undecodable(entry: bytes, reader: Any) -> None:
    with pytest.raises(Undecodable):
        decode(reader, entry)


def test_the_first_byte_tells_version_codec_and_compression() -> None:
    assert encode(Raw(), b"text") == b"\x14text"
    assert encode(ROWS, ROW)[0] == 0x12
    assert encode(ROWS, msgspec.structs.replace(ROW, name="Anna " * 1000))[0] == 0x13


def test_another_version_of_the_format_is_undecodable() -> None:
    entry = encode(ROWS, ROW)
    with pytest.raises(Undecodable):
        decode(ROWS, bytes((entry[0] + 0x10,)) + entry[1:])


def test_a_missing_or_mistyped_field_is_undecodable() -> None:
    header = encode(Typed(Point), Point(1, 2))[:1]
    for wrong in ({"x": 1}, {"x": "1", "y": 2}, [1, 2], None, {"x": 1, "y": None}):
        with pytest.raises(Undecodable):
            decode(Typed(Point), header + msgspec.msgpack.encode(wrong))


def frame(content: bytes, **options: Any) -> bytes:
    header = encode(ROWS, msgspec.structs.replace(ROW, name="Anna " * 1000))[:1]
    return header + zstandard.ZstdCompressor(**options).compress(content)


def test_a_decompression_bomb_is_refused_before_it_expands(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = frame(b"\0" * (codec.MAX_EXPANDED_BYTES + 1))
    assert len(bomb) < 5000
    monkeypatch.setattr(codec._zstd, "decompressor", None)
    with pytest.raises(Undecodable, match="too large"):
        decode(ROWS, bomb)


def test_a_frame_that_does_not_tell_its_size_is_refused() -> None:
    with pytest.raises(Undecodable):
        decode(ROWS, frame(msgspec.msgpack.encode(ROW), write_content_size=False))


def test_a_frame_that_lies_about_its_size_is_refused() -> None:
    entry = bytearray(frame(b"\0" * 1_000_000))
    size_at = entry.index(struct.pack("<I", 1_000_000))
    entry[size_at : size_at + 4] = struct.pack("<I", 1000)
    with pytest.raises(Undecodable):
        decode(ROWS, bytes(entry))


def test_a_frame_with_something_behind_it_is_refused() -> None:
    long = msgspec.structs.replace(ROW, name="Anna " * 1000)
    with pytest.raises(Undecodable):
        decode(ROWS, encode(ROWS, long) + b"more")


def test_a_value_too_large_to_be_expanded_is_kept_as_it_is() -> None:
    large = msgspec.structs.replace(ROW, name="x" * (codec.MAX_EXPANDED_BYTES + 1))
    assert len(encode(ROWS, large)) > codec.MAX_EXPANDED_BYTES
    assert decode(ROWS, encode(ROWS, large)) == large


def test_deep_nesting_is_undecodable() -> None:
    nested = b"\x81\xa1z" + b"\x91" * 100_000 + b"\xc0"
    with pytest.raises(Undecodable):
        decode(ROWS, encode(ROWS, ROW)[:1] + nested)


@given(st.binary(max_size=200), st.sampled_from(CODECS), st.booleans())
def test_noise_is_undecodable_or_a_value_but_never_another_error(
    noise: bytes, kind: Any, compressed: bool
) -> None:
    entry = codec._HEADERS[kind.tag][compressed] + noise
    for candidate in (noise, entry):
        with suppress(Undecodable):
            decode(kind, candidate)


@given(st.data())
def test_a_damaged_compressed_entry_is_undecodable(data: st.DataObject) -> None:
    entry = bytearray(encode(ROWS, msgspec.structs.replace(ROW, name="Anna and Bert " * 200)))
    place = data.draw(st.integers(0, len(entry) - 1))
    entry[place] ^= data.draw(st.integers(1, 255))
    try:
        damaged = decode(ROWS, bytes(entry))
    except Undecodable:
        return
    assert damaged.name == "Anna and Bert " * 200  # a bit that zstd does not read
