"""Pictures as the bytes of a PNG, with what they took. Pure."""

import msgspec

from caching.ai.surfaces.plain import assemble, is_last, replay, text, without, without_usage
from caching.ai.usage import Usage

__all__ = [
    "Picture", "assemble", "dump", "is_last", "load", "replay", "text", "usage", "why_not_kept", "without",
    "without_usage",
]  # fmt: skip

SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Picture(msgspec.Struct, frozen=True, array_like=True):
    png: bytes
    usage: Usage


dump = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Picture).decode


def load(body: bytes) -> Picture:
    """Raises ValueError for what is no picture."""
    picture = _decode(body)
    if not picture.png.startswith(SIGNATURE):
        raise ValueError("This is no PNG.")
    return picture


def why_not_kept(body: bytes) -> str:
    try:
        load(body)
    except ValueError:
        return "invalid"
    return ""


def usage(body: bytes) -> tuple[str, Usage]:
    return "", load(body).usage
