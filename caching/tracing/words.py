"""Why the cache decided as it did, in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from caching.trace import Decision

Tone = Literal["good", "plain", "warn", "bad"]


class Said(NamedTuple):
    """`name` is short, for a badge; `why` a sentence."""

    name: str
    why: str
    tone: Tone = "plain"


_UNKNOWN = Said("noted", "")
_OF_ANY: Mapping[str, Said] = {
    "near": Said("near hit", "A copy in this process still held, so nobody was asked.", "good"),
    "hit": Said("hit", "Redis had it, and nothing that it rests on has changed.", "good"),
    "absent": Said("absent", "It was not there: never kept, expired or evicted.", "warn"),
    "outdated": Said("outdated", "It was there, but something that it rests on has changed since", "warn"),
    "bypass": Said("bypassed", "The cache was passed by", "warn"),
    "undecodable": Said("unreadable", "What lay there could not be read, so it counts as absent.", "bad"),
    "waited": Said(
        "waited", "Somebody else was computing it at that moment, and his result was taken.", "good"
    ),
    "early": Said(
        "early", "It held, but would soon have expired: this request computed it anew ahead of time."
    ),
    "computed": Said("computed", "The function ran."),
    "unstored": Said("not kept", "It was returned, but not kept", "warn"),
    "asked": Said("asked", "The AI provider was asked."),
    "failed": Said("failed", "The AI provider gave no answer, and there was nothing in its place.", "bad"),
    "stale": Said("stale", "The provider failed, and an expired answer took its place.", "warn"),
    "semantic": Said("similar", "The answer to another question of the same meaning was taken.", "good"),
    "barrier": Said(
        "barrier", "All changes up to now were applied to the copies of this process; once a request."
    ),
    "off": Said("off", "The copies of this process could not be used, so Redis was asked each time.", "warn"),
    "announced": Said("announced", "Before it was written, everybody was told what would change"),
    "loaded": Said("loaded", "The session was read."),
    "saved": Said("saved", "What changed in the session was written."),
}
_OF_SESSIONS: Mapping[str, Said] = {
    "absent": Said("absent", "There is no such session in Redis: it was ended, or has expired.", "warn"),
}
_OF_TABLE = re.compile(r"[0-9a-f]{12}:(.+):([^:]+)")
_BY_WRITERS = "A writer was about to change what it rests on, so the database was asked: "
_OWN = "this transaction has written it"
_WANTED = "the caller wanted"


def said(decision: Decision) -> Said:
    """What to call this decision, and the whole sentence of its reason."""
    kinds = _OF_SESSIONS if decision.kind == "session" else {}
    words = kinds.get(decision.outcome) or _OF_ANY.get(decision.outcome, _UNKNOWN)
    return words._replace(why=_sentence(words, decision))


def _sentence(words: Said, decision: Decision) -> str:
    particulars = decision.why
    if not particulars:
        return f"{words.why.rstrip('.')}." if words.why else ""
    if decision.outcome == "unstored":
        return f"{words.why}: {particulars}."
    if decision.outcome in ("outdated", "announced"):
        return f"{words.why}: {_tags(particulars)}."
    if decision.outcome == "bypass":
        is_of_others = not particulars.startswith((_OWN, _WANTED))
        return f"{_BY_WRITERS}{_tags(particulars)}." if is_of_others else f"{words.why}: {particulars}."
    return f"{words.why} ({particulars})".strip()


def _tags(names: str) -> str:
    return ", ".join(map(tag_in_words, names.split(", ")))


def tag_in_words(name: str) -> str:
    """`13b451431cc7:scenario:id=5` is the row of a table; `user:7` says by itself what it is."""
    if (match := _OF_TABLE.fullmatch(name)) is None:
        return name
    table, which = match.groups()
    if which == "any":
        return f"anything in {table}"
    return f"several rows of {table}" if which == "bulk" else f"{table} with {which}"
