"""Values to bytes and back, by type. Nothing is ever unpickled: what is read can at worst be `Undecodable`.

An entry is one header byte and a payload. The header says format version, codec and compression, so that a reader of
another version, or of another type, sees a miss and not a wrong value.

    version (4 bits) · codec (3 bits) · zstd (1 bit)
"""

from __future__ import annotations

import sys
import threading
from array import array
from enum import Enum
from typing import Final, Generic, Protocol, TypeVar

import msgspec
import zstandard

FORMAT_VERSION = 1
COMPRESS_ABOVE_BYTES = 1000
# What a planted frame may make us allocate. Larger values are stored as they are.
MAX_EXPANDED_BYTES = 16 * 2**20

T = TypeVar("T")


class Absence(Enum):
    MISS = "MISS"


MISS: Final = Absence.MISS
"""Nothing usable is stored. None, False, 0 and "" are values like any other."""


class Undecodable(ValueError):
    """The bytes are not an entry of the expected type. The reader counts a miss."""


class _Zstd(threading.local):
    """A pair for each thread: they are costly to make and not safe to share."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self.decompressor = zstandard.ZstdDecompressor()


_zstd = _Zstd()


def _header(tag: int, *, compressed: bool) -> bytes:
    return bytes((FORMAT_VERSION << 4 | tag << 1 | compressed,))


_HEADERS = [(_header(tag, compressed=False), _header(tag, compressed=True)) for tag in range(8)]


class Codec(Protocol[T]):
    """How one type becomes a payload. `load` raises ValueError for what `dump` cannot have written."""

    tag: int
    compressible: bool

    def dump(self, value: T) -> bytes: ...

    def load(self, payload: bytes) -> T: ...


class Typed(Generic[T]):
    """Dataclasses and msgspec Structs as msgpack. The type is the schema: field types and constraints are checked."""

    tag = 1
    compressible = True

    def __init__(self, type_: type[T]) -> None:
        self.dump = msgspec.msgpack.Encoder().encode
        self.load = msgspec.msgpack.Decoder(type_).decode


class Raw:
    """Bytes that are bytes. `magic` is what they must begin with, such as the signature of a picture format."""

    tag = 2
    compressible = False

    def __init__(self, magic: bytes = b"") -> None:
        self.magic = magic

    def dump(self, value: bytes) -> bytes:
        return value

    def load(self, payload: bytes) -> bytes:
        if not payload.startswith(self.magic):
            raise Undecodable("wrong signature")
        return payload


def float32(packed: bytes) -> array[float]:
    """Of little-endian bytes. Raises ValueError unless they are whole numbers of four."""
    return little_endian(array("f", packed))


def little_endian(values: array[float]) -> array[float]:
    """As vectors lie in Redis, whatever the machine."""
    if sys.byteorder == "little":
        return values
    swapped = values[:]
    swapped.byteswap()
    return swapped


def encode(codec: Codec[T], value: T, *, compress_above: int = COMPRESS_ABOVE_BYTES) -> bytes:
    payload = codec.dump(value)
    if codec.compressible and compress_above < len(payload) <= MAX_EXPANDED_BYTES:
        packed = _zstd.compressor.compress(payload)
        if len(packed) < len(payload):
            return _HEADERS[codec.tag][True] + packed
    return _HEADERS[codec.tag][False] + payload


def decode(codec: Codec[T], entry: bytes) -> T:
    """The value of an entry. Raises `Undecodable` for everything that `encode` with this codec cannot have written."""
    try:
        return codec.load(_payload(codec, entry))
    except (ValueError, zstandard.ZstdError, RecursionError) as error:
        raise Undecodable(str(error)) from error


def expanded_bytes(entry: bytes) -> int:
    """How large the payload will be. Raises `Undecodable` for what no codec has written."""
    if not entry or entry[0] >> 4 != FORMAT_VERSION:
        raise Undecodable("another format")
    if not entry[0] & 1:
        return len(entry) - 1
    try:
        return zstandard.frame_content_size(entry[1:])
    except zstandard.ZstdError as error:
        raise Undecodable(str(error)) from error


def _payload(codec: Codec[T], entry: bytes) -> bytes:
    header, payload = entry[:1], entry[1:]
    plain, compressed = _HEADERS[codec.tag]
    if header == plain:
        return payload
    if header != compressed:
        raise Undecodable("another format")
    # zstd trusts the size that the frame claims, whatever limit it is given: look before it allocates.
    if not 0 <= zstandard.frame_content_size(payload) <= MAX_EXPANDED_BYTES:
        raise Undecodable("too large")
    return _zstd.decompressor.decompress(payload, allow_extra_data=False)
