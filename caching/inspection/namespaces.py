"""The kinds of keys that are ours. Apps above this library register theirs, so that an operator finds all of them named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from caching import conf


class Content(StrEnum):
    """Who may read the values below a namespace."""

    CACHED = "cached"
    """results and answers: whoever may see cached values"""
    TECHNICAL = "technical"
    """stamps, leases and counts, which say nothing of people: whoever may see the cache"""
    SECRET = "secret"  # noqa: S105
    """sessions, sign-ins, attempts: nobody, on no page"""


@dataclass(frozen=True, slots=True)
class Namespace:
    """`start` is how its keys begin, behind the prefix: `db_query:`. `is_purgeable`: a missing key is but a miss."""

    start: str
    title: str
    content: Content
    is_purgeable: bool = False


_namespaces: dict[str, Namespace] = {}


def register(*namespaces: Namespace) -> None:
    """For the start of the program."""
    _namespaces.update({each.start: each for each in namespaces})


def known() -> tuple[Namespace, ...]:
    """In the order in which they were registered."""
    return tuple(_namespaces.values())


def of_key(key: str) -> Namespace | None:
    """None: not one of our keys, by its prefix or by its beginning."""
    prefix = conf.key_prefix()
    if not key.startswith(prefix):
        return None
    rest = key[len(prefix) :]
    return next((each for each in known() if rest.startswith(each.start)), None)


register(
    Namespace("db_query:", "Results of queries", Content.CACHED, is_purgeable=True),
    Namespace("ai_cache:", "Answers of the AI", Content.CACHED, is_purgeable=True),
    Namespace("ai_semantic:", "Questions whose answers are kept", Content.CACHED, is_purgeable=True),
    Namespace("tag:", "Stamps of tags", Content.TECHNICAL),
    Namespace("flight:", "Computations and event logs under way", Content.SECRET),
    Namespace("stats:", "Counts", Content.TECHNICAL),
    Namespace("cache:", "Django's cache", Content.SECRET),
)
