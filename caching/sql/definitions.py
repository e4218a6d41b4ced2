"""What the definitions in a database's catalog name, as edges from name to names."""

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import NamedTuple

from caching.sql.kinds import has_writing_words
from caching.sql.names import known_names, named_tables
from caching.sql.schema import EVERYTHING, Catalog
from caching.sql.tokens import Tokens, scan

_FUNCTIONS = frozenset({"function", "reading function"})
# Who reads the one reads the other; all else matters to writers only.
_READ_ALONG = frozenset({"view", "virtual table", "part", "policy"}) | _FUNCTIONS
_WRITTEN_ALONG = frozenset({"trigger", "action"})
_ALTERING = frozenset({"trigger"})
_READABLE_LANGUAGES = frozenset({"sql", "plpgsql"})
_STATEMENTS_BEYOND_DML = frozenset("execute copy create alter drop refresh".split())


class Definition(NamedTuple):
    """`kind`: table, virtual table, view, part, function, reading function (not volatile), trigger, policy or action.
    `text` belongs to `name`; `language` is that of a function.
    """

    kind: str
    name: str
    text: str
    language: str | None


def catalog_of(definitions: Iterable[Definition], known: Set[str], vendor: str) -> Catalog:
    definitions = list(definitions)
    names = frozenset(known | {one.name.lower() for one in definitions})
    reads: defaultdict[str, set[str]] = defaultdict(set)
    writes: defaultdict[str, set[str]] = defaultdict(set)
    writing: set[str] = set()
    altering: set[str] = set()
    for one in definitions:
        name, tokens = one.name.lower(), scan(one.text, vendor)
        if one.kind in _READ_ALONG:
            reads[name] |= _concerned(one, tokens, names, vendor)
        elif one.kind in _WRITTEN_ALONG:
            writes[name] |= _concerned(one, tokens, names, vendor)
        if one.kind in _ALTERING:
            altering.add(name)
        if one.kind == "function" and _may_write(one, tokens):
            writing.add(name)
    return Catalog(
        names, _without_self(reads), _without_self(writes), frozenset(writing), frozenset(altering)
    )


def _concerned(definition: Definition, tokens: Tokens, names: frozenset[str], vendor: str) -> frozenset[str]:
    if not tokens.understood or not _is_readable(definition):
        return frozenset({EVERYTHING})
    if definition.kind in _FUNCTIONS and "execute" in tokens.words:
        return frozenset({EVERYTHING})
    found = known_names(tokens.words, names, vendor)
    # A function's own tables may be unknown; elsewhere rule 2 would find keywords of definitions.
    return found | named_tables(tokens.words) if definition.kind in _FUNCTIONS else found


def _may_write(function: Definition, tokens: Tokens) -> bool:
    return (
        not tokens.understood
        or not _is_readable(function)
        or has_writing_words(tokens.words)
        or not _STATEMENTS_BEYOND_DML.isdisjoint(tokens.words)
    )


def _is_readable(definition: Definition) -> bool:
    return definition.language is None or definition.language in _READABLE_LANGUAGES


def _without_self(edges: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(others - {name}) for name, others in edges.items() if others - {name}}
