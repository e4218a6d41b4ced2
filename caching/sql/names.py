"""Which tables a text names. Too many are harmless, one too few would be a stale entry.

Rule 1: each name in the text that is known counts, wherever it stands: a column that is called like a table costs an
entry now and then, but no syntax that we do not know can hide a table. Rule 2: what stands where SQL wants a table
counts even if nobody knows it: a table made by raw SQL since the catalog was read, or in another schema.
"""

from collections.abc import Sequence, Set

from caching.sql.tokens import POSTGRESQL, is_name, name_of

_BEFORE_TABLES = frozenset("from join into update table truncate view using copy only".split())
# In definitions: CREATE INDEX … ON t, CREATE TRIGGER … ON t, REFERENCES t
_BEFORE_TABLES_OF_DEFINITIONS = _BEFORE_TABLES | {"on", "references"}
_DEFINITIONS = frozenset({"create", "alter", "drop", "comment"})
# FOR UPDATE [OF t] [NOWAIT] is among those that UPDATE may stand before.
_BETWEEN = frozenset(
    "only lateral if not exists or ignore replace rollback abort fail of nowait skip".split()
)
_END_OF_LIST = frozenset(
    "where group order having limit offset union intersect except window fetch for returning set values "
    "select on do when".split()
)
# EXTRACT(YEAR FROM column): what follows FROM is no table.
_FROM_INSIDE = frozenset({"extract", "substring", "trim", "overlay"})
_BEFORE_FUNCTIONS = frozenset({"from", "join", "using"})


def known_names(words: Sequence[str], known: Set[str], vendor: str) -> frozenset[str]:
    """Rule 1. SQLite takes 'x' for a name where a string makes no sense, so strings are names there too."""
    starts = '"' if vendor == POSTGRESQL else "\"'"
    return frozenset([word[1:] if word[0] in starts else word for word in set(words)]) & known


def named_tables(words: Sequence[str]) -> frozenset[str]:
    """Rule 2, whether the names are known or not. One walk; at each depth it knows if it is in a list: FROM a, b."""
    before = _BEFORE_TABLES_OF_DEFINITIONS if words and words[0] in _DEFINITIONS else _BEFORE_TABLES
    found: set[str] = set()
    outside: list[tuple[bool, bool]] = []
    in_list = inside_function = expecting = maybe_function = False
    for position, word in enumerate(words):
        if word == "(":
            outside.append((in_list, inside_function))
            inside_function = position > 0 and words[position - 1] in _FROM_INSIDE
            # FROM (a JOIN b), but JOIN b USING (column)
            in_list = expecting = expecting and words[position - 1] != "using"
        elif word == ")":
            in_list, inside_function = outside.pop() if outside else (False, False)
            expecting = False
        elif word == ",":
            expecting = in_list
        elif word in before:
            expecting = in_list = not inside_function
            maybe_function = word in _BEFORE_FUNCTIONS
        elif word in _END_OF_LIST:
            in_list = expecting = False
        elif expecting and word not in _BETWEEN:
            expecting = False
            found |= _table_at(words, position, maybe_function=maybe_function)
    return frozenset(found)


def _table_at(words: Sequence[str], position: int, *, maybe_function: bool) -> set[str]:
    """The name that begins here, without its schema; none if it calls a function: FROM generate_series(…)."""
    end = len(words) - 1
    while position + 2 <= end and words[position + 1] == ".":
        position += 2
    word = words[position]
    if maybe_function and position < end and words[position + 1] == "(":
        return set()
    return {name_of(word)} if is_name(word) or (len(word) > 1 and word[0] == "'") else set()
