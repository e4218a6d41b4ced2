import struct
from array import array

import pytest

from caching import codec
from caching.ai import vectors
from caching.ai.kept import tags_of
from caching.ai.vectors import CODEC, Sealed

NAMES = tags_of("case_passage", ())
STAMPS = {name: name.encode() for name in NAMES}


def test_vectors_come_back_as_float32() -> None:
    vector = array("f", [0.1, -2.5, 3e38, 0.0])
    assert vectors.load(vectors.dump(vector)) == vector
    assert vectors.load(vectors.dump(vector)).typecode == "f"


def test_they_are_little_endian_everywhere() -> None:
    assert vectors.dump(array("f", [1.0]), 7) == struct.pack("<If", 7, 1.0)


@pytest.mark.parametrize("body", [b"", b"abc", b"abcd", b"abcdefg"])
def test_what_is_no_vector_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        vectors.load(body)


def test_1536_floats_take_little_more_than_themselves() -> None:
    entry = Sealed(vectors.seal(NAMES, STAMPS), 2_000_000_000, vectors.dump(array("f", [0.5] * 1536)))
    assert len(codec.encode(CODEC, entry, compress_above=10_000)) - 4 * 1536 < 36


def test_another_stamp_or_tag_is_another_seal() -> None:
    seal = vectors.seal(NAMES, STAMPS)
    assert seal == vectors.seal(NAMES, dict(reversed(STAMPS.items())))
    assert seal != vectors.seal(NAMES, STAMPS | {NAMES[0]: b"another"})
    assert seal != vectors.seal(NAMES[::-1], STAMPS)


def test_without_a_stamp_there_is_no_seal() -> None:
    assert vectors.seal(NAMES, {NAMES[0]: b"1"}) == b""
