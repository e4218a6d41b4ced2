"""One key, opened for an operator: what it is, whether it counts, and its content as far as he may read it.

    opened       what a page shows              entries      results, answers, vectors      stamps      tags
    plain        any value as bounded text      questions    questions of kept answers      withheld    secrets: nothing
    bodies       results and answers as text    elements     any other type of Redis

Nothing is unpickled, nothing larger than a bound is fetched or expanded, and bytes that are not ours are said to be so.
"""

from __future__ import annotations

from collections.abc import Callable

from caching.inspection import names
from caching.inspection.facts import Facts, facts_of
from caching.inspection.names import shown
from caching.inspection.namespaces import Content
from caching.inspection.primaries import client_of, known, pipelined
from caching.inspection.values import withheld
from caching.inspection.values.elements import elements_of, open_elements
from caching.inspection.values.entries import open_answer, open_result
from caching.inspection.values.opened import MOST_SHOWN, Block, Opened
from caching.inspection.values.questions import open_questions
from caching.inspection.values.stamps import open_stamp
from caching.inspection.wording import size

__all__ = ["Block", "Opened", "open_key"]

MOST_FETCHED_BYTES = 4 * 2**20
MOST_VALUE_BYTES = 64 * 2**20
"""Of a value with elements: a page asks for some of them, but each may be large."""

HIDDEN_CACHED = "hidden: needs the permission “May read cached values”"
HIDDEN_SECRET = "hidden: nobody may read this, on no page"  # noqa: S105
HIDDEN_FOREIGN = "hidden: this key belongs to another program"

_STRINGS: dict[str, Callable[..., None]] = {
    "db_query:": open_result,
    "ai_cache:": open_answer,
    "tag:": open_stamp,
}
_QUESTIONS = "ai_semantic:"


def open_key(name: bytes, *, may_read_cached: bool) -> Opened | None:
    """None: there is no such key. Raises CacheUnavailable."""
    key = names.key_of(name)
    client = client_of(key)
    found = facts_of(client, [name])
    if not found:
        return None
    opened = Opened(found[0])
    opened.hidden = _why_hidden(opened.facts, may_read_cached=may_read_cached)
    if opened.hidden in (HIDDEN_FOREIGN, HIDDEN_SECRET):
        opened.what = withheld.purpose_of(name, opened.facts.namespace)
        return opened
    _Opening(opened, key, may_read=not opened.hidden).run()
    return opened


def _why_hidden(facts: Facts, *, may_read_cached: bool) -> str:
    if facts.namespace is None:
        return HIDDEN_FOREIGN
    if facts.namespace.content is Content.TECHNICAL:
        return ""
    if facts.namespace.content is Content.SECRET:
        return HIDDEN_SECRET
    return "" if may_read_cached else HIDDEN_CACHED


class _Opening:
    def __init__(self, opened: Opened, key: bytes, *, may_read: bool) -> None:
        self._opened = opened
        self._key = key
        self._client = client_of(key)
        self._may_read = may_read

    def run(self) -> None:
        facts = self._opened.facts
        start = facts.namespace.start if facts.namespace else ""
        if start == _QUESTIONS:
            open_questions(self._opened, self._client, self._key, may_read=self._may_read)
        elif facts.type == "string":
            self._open_string(start)
        elif start in _STRINGS:
            self._opened.fault = f"Not decodable: a {facts.type} lies where a string should."
        else:
            self._open_elements(facts)

    def _open_string(self, start: str) -> None:
        length, found = map(
            known,
            pipelined(
                self._client, [("STRLEN", self._key), ("GETRANGE", self._key, 0, MOST_FETCHED_BYTES - 1)]
            ),
        )
        if not isinstance(found, bytes):
            self._opened.fault = "Not readable: it has changed meanwhile."
        elif length > len(found):
            self._opened.fault = f"Not decodable here: {size(length)} are too much for a page."
        elif start in _STRINGS:
            _STRINGS[start](self._opened, found, may_read=self._may_read)
        elif self._may_read:
            whole = size(length) if length > MOST_SHOWN else ""
            self._opened.blocks.append(Block("Value", shown(found[:MOST_SHOWN]), whole))

    def _open_elements(self, facts: Facts) -> None:
        if (facts.size_bytes or 0) > MOST_VALUE_BYTES:
            self._opened.fault = f"Not read: {size(facts.size_bytes)} are too much for a page."
            return
        elements = elements_of(self._client, self._key, facts.type or "")
        if elements is None:
            self._opened.fault = (
                "Not readable: it has changed meanwhile, or is of a type that is not known here."
            )
            return
        open_elements(self._opened, elements, may_read=self._may_read)
