"""The questions of one neighbourhood, whose answers are kept: a stream of texts with their vectors."""

from __future__ import annotations

from typing import Any

from caching.connection import raising_cache_unavailable
from caching.connection.clients import Client
from caching.inspection.names import shown
from caching.inspection.primaries import known
from caching.inspection.values.elements import MOST_ENTRIES, text_of
from caching.inspection.values.opened import Block, Opened

_FLOAT_BYTES = 4


def open_questions(opened: Opened, client: Client, key: bytes, *, may_read: bool) -> None:
    """Raises CacheUnavailable."""
    operation = shown(opened.facts.name.split(b":")[1])
    opened.what = f"Questions of the operation {operation}, by which an answer to another wording is found."
    with raising_cache_unavailable():
        pipe: Any = client.pipeline(transaction=False)
        pipe.xlen(key)
        pipe.xrevrange(key, count=MOST_ENTRIES)
        count, newest = map(known, pipe.execute(raise_on_error=False))
    if count is None or newest is None:
        opened.fault = "Not decodable: this is no stream of questions."
        return
    opened.details.append(("Questions", f"{count:,}"))
    lines = [_line(fields) for _, fields in newest]
    if may_read:
        whole = f"{count:,} questions" if count > len(lines) else ""
        opened.blocks.append(Block("Newest questions", "\n".join(lines), whole))


def _line(fields: dict[bytes, bytes]) -> str:
    question, vector = fields.get(b"question"), fields.get(b"vector")
    if question is None or vector is None or len(vector) % _FLOAT_BYTES:
        return "(not decodable)"
    return f"{text_of(question)}  ({len(vector) // _FLOAT_BYTES} numbers)"
