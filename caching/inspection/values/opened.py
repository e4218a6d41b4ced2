"""What a page shows of one key."""

from __future__ import annotations

from dataclasses import dataclass, field

from caching.inspection.facts import Facts
from caching.inspection.names import shown
from caching.inspection.validity import Validity

MOST_SHOWN = 65_536
"""Characters of one text."""


@dataclass(frozen=True, slots=True)
class Block:
    """A text out of the value; `whole_size` in words if this is only its beginning."""

    title: str
    text: str
    whole_size: str = ""

    @classmethod
    def of(cls, title: str, text: str) -> Block:
        is_whole = len(text) <= MOST_SHOWN
        lines = "\n".join(map(shown, text[:MOST_SHOWN].split("\n")))
        return cls(title, lines, "" if is_whole else f"{len(text):,} characters")


@dataclass(slots=True)
class Opened:
    """`what` is a sentence. `details` are names and values that anybody who sees the page may read; `blocks` hold the
    content. `hidden` says why they do not, `fault` why the bytes cannot be read."""

    facts: Facts
    what: str = ""
    details: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    hidden: str = ""
    fault: str = ""
    validity: Validity | None = None
