"""Embeddings and pictures: surfaces that do not stream. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from caching.ai.surfaces.tokens import usage

__all__ = ["assemble", "is_last", "replay", "text", "usage", "why_not_kept", "without", "without_usage"]


class _Item(msgspec.Struct):
    embedding: str | list[Any] | None = None
    b64_json: str | None = None
    url: str | None = None


class _Reply(msgspec.Struct):
    data: list[_Item] | None = None


_decode = msgspec.json.Decoder(_Reply).decode


def assemble(chunks: Sequence[bytes]) -> bytes | None:
    return None


def replay(body: bytes) -> list[bytes]:
    raise ValueError("Embeddings and pictures do not stream.")


def text(chunk: bytes) -> str | None:
    return None


def without(chunk: bytes, characters: int) -> bytes:
    raise ValueError("Embeddings and pictures do not stream.")


def without_usage(chunk: bytes) -> bytes | None:
    return chunk


def is_last(chunk: bytes) -> bool:
    return False


def why_not_kept(body: bytes) -> str:
    """A picture that is only pointed to is not kept: the URL expires."""
    try:
        items = _decode(body).data
    except msgspec.DecodeError:
        return "invalid"
    if not items:
        return "empty"
    if all(item.embedding or item.b64_json for item in items):
        return ""
    return "url" if any(item.url for item in items) else "empty"
