"""Results of queries, and answers of the AI with their vectors: strings that hold an entry."""

from __future__ import annotations

import math
import time

from caching.ai import vectors
from caching.ai.vectors import Sealed
from caching.codec import Undecodable
from caching.entries import Entry
from caching.inspection import validity
from caching.inspection.kept import entry_in
from caching.inspection.names import shown
from caching.inspection.values.bodies import show_answer, show_result
from caching.inspection.values.opened import Block, Opened
from caching.inspection.wording import lasting, size

FIRST_NUMBERS = 8


def open_result(opened: Opened, packed: bytes, *, may_read: bool) -> None:
    found = _entry(opened, packed)
    opened.what = f"A result of the query {_part(opened)}."
    if isinstance(found, Sealed):
        opened.fault = "Not decodable: this is a vector, and no result of a query."
    elif found is not None:
        _describe(opened, found)
        if may_read:
            show_result(opened, found.body)


def open_answer(opened: Opened, packed: bytes, *, may_read: bool) -> None:
    found = _entry(opened, packed)
    opened.what = f"An answer of the AI to the operation {_part(opened)}."
    if isinstance(found, Sealed):
        _open_vector(opened, found, may_read=may_read)
    elif found is not None:
        _describe(opened, found)
        if may_read:
            show_answer(opened, found.body)


def _entry(opened: Opened, packed: bytes) -> Entry | Sealed | None:
    try:
        return entry_in(packed)
    except Undecodable as error:
        opened.fault = f"Not decodable: {error}. Readers count it as a miss."
        return None


def _part(opened: Opened) -> str:
    """What stands behind the beginning of the name: the query, or the operation."""
    return shown(opened.facts.name.split(b":")[1])


def _describe(opened: Opened, entry: Entry) -> None:
    now = time.time()
    opened.validity = validity.of_entry(entry, now=now)
    opened.details += [
        ("Computed in", _seconds(entry.computed_seconds)),
        ("Counts until", _until(entry.expires_at, now)),
        ("Body", size(len(entry.body))),
    ]


def _open_vector(opened: Opened, found: Sealed, *, may_read: bool) -> None:
    opened.what = f"An embedding, a vector of the operation {_part(opened)}."
    now = time.time()
    opened.validity = validity.of_vector(found, _part(opened), now=now)
    opened.details.append(("Counts until", _until(found.expires_at, now)))
    try:
        vector = vectors.load(found.body)
    except ValueError:
        opened.fault = "Not decodable: its body is no vector."
        return
    opened.details += [
        ("Dimension", f"{len(vector):,}"),
        ("Tokens", f"{vectors.tokens_of(found.body):,}"),
    ]
    if may_read:
        norm = math.sqrt(math.fsum(number * number for number in vector if math.isfinite(number)))
        opened.details.append(("Norm", f"{norm:.6f}"))
        begin = "\n".join(f"{number: .8f}" for number in vector[:FIRST_NUMBERS])
        opened.blocks.append(Block("First numbers", begin))


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else lasting(min(seconds, 1e9))


def _until(moment: float, now: float) -> str:
    """Planted entries may name any moment."""
    if not abs(moment - now) < 1e9:
        return "a moment that makes no sense"
    away = lasting(abs(moment - now))
    return f"in {away}" if moment > now else f"{away} ago"
