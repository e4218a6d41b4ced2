"""Which rows a SELECT can have read: by a pin on a table that it names once, those with that value only.

Why that is safe. FROM makes tuples with at most one row of the table in each; WHERE looks at each tuple alone, after all
joins. A tuple with another value in the pinned column fails, and so does one that an outer join filled with NULL for
want of a row. So no other row of this table can come into the result, keep another tuple out of it, or let a NULL in.
What follows WHERE (GROUP BY, ORDER BY, LIMIT) sees only what passed. It needs: one SELECT, no query in brackets, and a
FROM of plain tables, each with a name of its own. Everything else is read as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caching.sql.conditions import Pin, pinned
from caching.sql.tokens import is_name, name_of

_OTHER_QUERIES = frozenset("union intersect except table values with into lateral".split())
_JOINING = frozenset("inner left right full outer cross".split())
_END_OF_CONDITION = _JOINING | frozenset(
    "join , where group having window order limit offset fetch for ;".split()
)
_END_OF_SOURCES = frozenset("where group having window order limit offset fetch for ;".split())


@dataclass(frozen=True, slots=True)
class Selection:
    """`pins`: of tables that are named once. `rows_are_found`: each row of the result proves that its rows of the pinned
    tables exist, and without a join each of these gives at most one row.
    """

    pins: tuple[Pin, ...]
    rows_are_found: bool
    joins: bool


UNPINNED = Selection((), rows_are_found=False, joins=False)


def selection(words: Sequence[str]) -> Selection:
    """Of a text that is one statement."""
    if words[:1] != ("select",) or words.count("select") != 1 or not _OTHER_QUERIES.isdisjoint(words):
        return UNPINNED
    start = _at_depth_zero(words, "from")
    if start is None:
        return UNPINNED
    sources = _Sources(words, start + 1)
    if not sources.understood or words[sources.end : sources.end + 1] != ("where",):
        return UNPINNED
    where = pinned(words, sources.end + 1)
    pins = tuple(
        Pin(table, pin.column, pin.values)
        for pin in where.pins
        if (table := sources.tables.get(pin.table)) is not None and sources.is_named_once(table)
    )
    rest = words[where.end :]
    # COUNT(*) gives a row where there is none, and so does HAVING; without a bracket there is no aggregate.
    aggregates = "(" in words[:start] or "group" in rest or "having" in rest
    return Selection(pins, rows_are_found=not aggregates, joins=len(sources.tables) > 1)


def _at_depth_zero(words: Sequence[str], wanted: str) -> int | None:
    depth = 0
    for position, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == wanted:
            return position
    return None


class _Sources:
    """`tables`: by the name under which the rest of the statement knows them. Not `understood`: more than plain tables."""

    def __init__(self, words: Sequence[str], start: int) -> None:
        self.words = words
        self.end = start
        self.found: dict[str, str] = {}
        self.understood = self._table()
        while self.understood and not self._ended():
            self.understood = self._next()

    @property
    def tables(self) -> Mapping[str, str]:
        return self.found

    def is_named_once(self, table: str) -> bool:
        return list(self.found.values()).count(table) == 1

    def _word(self) -> str:
        return self.words[self.end] if self.end < len(self.words) else ""

    def _ended(self) -> bool:
        return self._word() == "" or self._word() in _END_OF_SOURCES

    def _table(self) -> bool:
        """A table with or without another name. With a schema before it, it may be any."""
        if not self._is_name():
            return False
        table = alias = name_of(self._word())
        self.end += 1
        if self._word() == "as":
            self.end += 1
            if not self._is_name():
                return False
        if self._is_name() and self._word() not in _END_OF_CONDITION and self._word() != "on":
            alias = name_of(self._word())
            self.end += 1
        if alias in self.found:
            return False
        self.found[alias] = table
        return True

    def _is_name(self) -> bool:
        word = self._word()
        return word != "" and is_name(word)

    def _next(self) -> bool:
        """`, table` or `[LEFT …] JOIN table [ON condition]`"""
        if self._word() == ",":
            self.end += 1
            return self._table()
        while self._word() in _JOINING:
            self.end += 1
        if self._word() != "join":
            return False
        self.end += 1
        if not self._table():
            return False
        if self._word() == "on":
            self._skip_condition()
        return True

    def _skip_condition(self) -> None:
        depth = 0
        while self._word() and (depth > 0 or self._word() not in _END_OF_CONDITION):
            depth += (self._word() == "(") - (self._word() == ")")
            self.end += 1
