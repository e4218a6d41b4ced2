"""What a text does: read, write, begin, commit, roll back, or none of these.

The first keyword of each statement decides. What is not known here is a write to everything: that costs entries, while
taking a write for something else would leave stale ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    READ = "read"
    WRITE = "write"
    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"
    OTHER = "other"
    """Neither reads nor writes rows."""


@dataclass(frozen=True, slots=True)
class Nature:
    """`everything`: the text does not say which tables; `schema_changed`: views, triggers or tables may be others now."""

    kind: Kind
    everything: bool = False
    schema_changed: bool = False


_STRENGTH = (Kind.WRITE, Kind.COMMIT, Kind.ROLLBACK, Kind.BEGIN, Kind.READ, Kind.OTHER)
_UNKNOWN = Nature(Kind.WRITE, everything=True)
_READ = Nature(Kind.READ)
_READ_EVERYTHING = Nature(Kind.READ, everything=True)
_WRITE = Nature(Kind.WRITE)
_OTHER = Nature(Kind.OTHER)

_QUERIES = frozenset({"select", "with", "values", "table", "declare"})
_WRITES = frozenset({"insert", "update", "delete", "merge", "replace", "truncate", "refresh"})
_DEFINITIONS = frozenset({"create", "alter", "drop"})
_NEITHER = frozenset(
    "savepoint release set show reset listen unlisten notify lock vacuum analyze reindex cluster checkpoint "
    "discard deallocate close comment prepare".split()
)
# What a definition may be about, when it names the tables that it concerns.
_NAMED_OBJECTS = frozenset("table view index trigger function procedure sequence policy rule".split())
_MODIFIERS = frozenset(
    "or replace temp temporary unlogged unique materialized recursive virtual constraint global local".split()
)
_EXECUTING = frozenset({"execute", "call", "do", "copy"})
# Functions of the databases that run a query of their own, given as a text, or read tables by their names.
_READING_FUNCTIONS = frozenset(
    "query_to_xml query_to_xml_and_xmlschema cursor_to_xml table_to_xml table_to_xml_and_xmlschema "
    "schema_to_xml schema_to_xml_and_xmlschema database_to_xml database_to_xml_and_xmlschema ts_stat "
    "crosstab connectby".split()
)
_WRITING_FUNCTIONS = frozenset({"dblink", "dblink_exec", "dblink_send_query", "load_extension"})
_READING_PRAGMAS = frozenset({"foreign_key_check", "integrity_check", "quick_check"})


def natures(words: Sequence[str]) -> list[Nature]:
    """One for each statement of the text; the words of comments are not among `words`."""
    return [_nature(statement) for statement in statements(words)]


def strongest(kinds: Sequence[Kind]) -> Kind:
    return min(kinds, key=_STRENGTH.index, default=Kind.OTHER)


def statements(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The text cut at its semicolons. The body of a trigger or function belongs to its CREATE, up to END."""
    start, in_body = 0, False
    for end in (*(i for i, word in enumerate(words) if word == ";"), len(words)):
        statement = words[start:end]
        start = end + 1
        if in_body:
            in_body = statement[:1] != ("end",)
        elif statement:
            in_body = statement[0] == "create" and "begin" in statement and not _BODIES.isdisjoint(statement)
            yield statement


_BODIES = frozenset({"trigger", "function", "procedure"})


def _nature(statement: Sequence[str]) -> Nature:
    words = set(statement)
    first = next((word for word in statement if word != "("), "")
    if words & _WRITING_FUNCTIONS:
        return _UNKNOWN
    if words & _READING_FUNCTIONS and first in _QUERIES:
        return Nature(Kind.WRITE if says_to_write(statement) else Kind.READ, everything=True)
    if first in _QUERIES:
        return _WRITE if says_to_write(statement) else _READ
    if first in _WRITES:
        # TRUNCATE … CASCADE empties whatever points there, also by foreign keys that have no action of their own.
        return _UNKNOWN if first == "truncate" and "cascade" in words else _WRITE
    if first in _NEITHER:
        return _prepared(statement)
    if first in _DEFINITIONS:
        return _definition(statement)
    rule = _RULES.get(first)
    return rule(statement) if rule else _UNKNOWN


def says_to_write(statement: Sequence[str]) -> bool:
    """Whether a query writes: in a CTE for instance, or by SELECT … INTO."""
    return "into" in statement or has_writing_words(statement)


def has_writing_words(words: Sequence[str]) -> bool:
    """Whether something among these inserts, updates or deletes; in the body of a function INTO fills a variable."""
    return any(
        word in _WRITING_WORDS and before != "." and not (word == "update" and before in _LOCKING)
        for before, word in zip(("", *words), words, strict=False)
    )


_WRITING_WORDS = frozenset({"insert", "update", "delete", "merge", "truncate"})
# SELECT … FOR UPDATE, FOR NO KEY UPDATE
_LOCKING = frozenset({"for", "key"})


def _definition(statement: Sequence[str]) -> Nature:
    about = next((word for word in statement[1:] if word not in _MODIFIERS), "")
    return Nature(Kind.WRITE, everything=about not in _NAMED_OBJECTS, schema_changed=True)


def _prepared(statement: Sequence[str]) -> Nature:
    """PREPARE name AS … does nothing yet; PREPARE TRANSACTION ends this session's part in it."""
    return Nature(Kind.COMMIT) if statement[:2] == ("prepare", "transaction") else _OTHER


def _explain(statement: Sequence[str]) -> Nature:
    """EXPLAIN runs nothing, EXPLAIN ANALYZE all of it."""
    executing = bool(_EXECUTING & set(statement))
    if not {"analyze", "analyse"} & set(statement):
        return _READ_EVERYTHING if executing else _READ
    if executing or {"create", "refresh"} & set(statement):
        return _UNKNOWN
    return _WRITE if says_to_write(statement) else _READ


def _copy(statement: Sequence[str]) -> Nature:
    """COPY table FROM, COPY table TO, COPY (query) TO."""
    depth = 0
    for word in statement:
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "from":
            return _WRITE
    return _WRITE if says_to_write(statement) else _READ


def _call(statement: Sequence[str]) -> Nature:
    """The catalog knows what a procedure names; `Shape` takes one that it does not know for everything."""
    return _WRITE


def _pragma(statement: Sequence[str]) -> Nature:
    return _READ_EVERYTHING if _READING_PRAGMAS & set(statement) else _OTHER


def _commit(statement: Sequence[str]) -> Nature:
    """COMMIT PREPARED lets through what another session did."""
    return _UNKNOWN if "prepared" in statement else Nature(Kind.COMMIT)


def _rollback(statement: Sequence[str]) -> Nature:
    """ROLLBACK TO a savepoint leaves the transaction open: what it wrote before still counts."""
    return _OTHER if {"to", "prepared"} & set(statement) else Nature(Kind.ROLLBACK)


def _begin(statement: Sequence[str]) -> Nature:
    return Nature(Kind.BEGIN)


def _attach(statement: Sequence[str]) -> Nature:
    return Nature(Kind.WRITE, everything=True, schema_changed=True)


def _fetch(statement: Sequence[str]) -> Nature:
    """From a cursor whose query stands in another text."""
    return _READ_EVERYTHING


_RULES = {
    "explain": _explain,
    "copy": _copy,
    "call": _call,
    "pragma": _pragma,
    "commit": _commit,
    "end": _commit,
    "rollback": _rollback,
    "abort": _rollback,
    "begin": _begin,
    "start": _begin,
    "attach": _attach,
    "detach": _attach,
    "fetch": _fetch,
    "move": _fetch,
}
