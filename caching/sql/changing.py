"""The forms of INSERT, UPDATE and DELETE that say which rows they change. Everything else changes a table in bulk.

One table, no query in brackets, none of the clauses that make other rows (ON CONFLICT DO UPDATE, OR REPLACE). The
values that matter are those of the primary key and the foreign keys: a new row is missing in the results that were
pinned to them, and a row that moves leaves the results of its old values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from caching.sql.conditions import Clause, pinned
from caching.sql.tokens import is_name, is_placeholder, name_of


@dataclass(frozen=True, slots=True)
class Insertion:
    """`rows`: for each row column to the word of its value; None: no single placeholder, NULL or DEFAULT.

    `repeated`: the row stands for many of its kind, one after the other. `columnwise`: one row whose parameters are
    lists, of as many values as there are rows.
    """

    table: str
    rows: tuple[Mapping[str, int | None], ...]
    repeated: bool = False
    columnwise: bool = False


@dataclass(frozen=True, slots=True)
class Alteration:
    """UPDATE (`assigned`: column to the word of its new value, None as above) or DELETE (`assigned` is empty)."""

    table: str
    assigned: Mapping[str, int | None]
    where: Clause
    returns: bool


def insertion(words: Sequence[str]) -> Insertion | None:
    position = 1
    if tuple(words[1:3]) == ("or", "ignore"):
        position = 3
    if words[:1] != ("insert",) or tuple(words[position : position + 1]) != ("into",):
        return None
    if position + 2 >= len(words) or not is_name(words[position + 1]):
        return None
    table = name_of(words[position + 1])
    columns, position = _columns(words, position + 2)
    if not columns:
        return None
    return _values(table, columns, words, position) or _unnested(table, columns, words, position)


def _columns(words: Sequence[str], position: int) -> tuple[list[str], int]:
    """The names in brackets and the place behind them; no names if these are not plain."""
    if words[position] != "(":
        return [], position
    names: list[str] = []
    while position + 2 < len(words) and words[position] in ("(", ",") and is_name(words[position + 1]):
        names.append(name_of(words[position + 1]))
        position += 2
    plain = words[position] == ")" and len(set(names)) == len(names)
    return (names, position + 1) if plain else ([], position)


def _values(table: str, columns: list[str], words: Sequence[str], position: int) -> Insertion | None:
    """VALUES (…), (…) or VALUES (…), ..."""
    if tuple(words[position : position + 2]) != ("values", "(") or "select" in words:
        return None
    rows: list[Mapping[str, int | None]] = []
    while words[position] == "values" or words[position] == ",":
        if words[position + 1 : position + 2] == ("...",):
            repeated = len(rows) == 1 and _ends_harmlessly(words, position + 2)
            return Insertion(table, tuple(rows), repeated=True) if repeated else None
        items, position = _items(words, position + 1)
        if len(items) != len(columns):
            return None
        rows.append({column: _plain(words, item) for column, item in zip(columns, items, strict=True)})
        if position >= len(words):
            break
    return Insertion(table, tuple(rows)) if _ends_harmlessly(words, position) else None


def _unnested(table: str, columns: list[str], words: Sequence[str], position: int) -> Insertion | None:
    """SELECT * FROM UNNEST((%s)::bigint[], …): how Django inserts many rows into PostgreSQL."""
    head = ("select", "*", "from", "unnest", "(")
    if tuple(words[position : position + 5]) != head or words.count("select") != 1:
        return None
    items, position = _items(words, position + 4)
    if len(items) != len(columns) or not _ends_harmlessly(words, position):
        return None
    row = {column: _cast(words, item) for column, item in zip(columns, items, strict=True)}
    return Insertion(table, (row,), columnwise=True)


def _items(words: Sequence[str], position: int) -> tuple[list[range], int]:
    """What stands between the commas of the bracket that opens here, and the place behind the closing one."""
    items: list[range] = []
    if words[position : position + 1] != ("(",):
        return items, position
    depth, start = 0, position + 1
    for here in range(position, len(words)):
        word = words[here]
        depth += (word == "(") - (word == ")")
        if depth == 0 or (depth == 1 and word == ","):
            items.append(range(start, here))
            start = here + 1
        if depth == 0:
            return items, start
    return [], len(words)


def _plain(words: Sequence[str], item: range) -> int | None:
    return (
        item.start
        if len(item) == 1 and (is_placeholder(words[item.start]) or words[item.start] in _WORDS)
        else None
    )


_WORDS = frozenset({"null", "default"})


def _cast(words: Sequence[str], item: range) -> int | None:
    """( %s ) :: type [ ]"""
    inner = [place for place in item if is_placeholder(words[place])]
    return inner[0] if inner == [item.start + 1] and words[item.start + 2] == ")" else None


def _ends_harmlessly(words: Sequence[str], position: int) -> bool:
    """ON CONFLICT … DO NOTHING and RETURNING change no row that exists."""
    rest = tuple(words[position:])
    if ";" in rest[:-1] or not {"update", "select", "where"}.isdisjoint(rest):
        return False
    if rest[:2] == ("on", "conflict"):
        return ("do", "nothing") in pairwise(rest)
    return rest[:1] in ((), (";",), ("returning",))


def alteration(words: Sequence[str]) -> Alteration | None:
    if "select" in words or ";" in words:
        return None
    if words[:1] == ("update",) and words[2:3] == ("set",) and is_name(words[1]):
        return _update(words)
    if tuple(words[:2]) == ("delete", "from") and words[3:4] == ("where",) and is_name(words[2]):
        return _altered(name_of(words[2]), {}, words, 4)
    return None


def _update(words: Sequence[str]) -> Alteration | None:
    """SET a = …, b = … WHERE …; a FROM in between would make it a join."""
    assigned: dict[str, int | None] = {}
    depth, start = 0, 3
    for here in range(3, len(words)):
        word = words[here]
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _END_OF_ASSIGNMENT:
            if word in ("from", "returning") or here < start + 3 or words[start + 1] != "=":
                return None
            assigned[name_of(words[start])] = _plain(words, range(start + 2, here))
            start = here + 1
            if word == "where":
                return _altered(name_of(words[1]), assigned, words, start)
    return None


_END_OF_ASSIGNMENT = frozenset({",", "where", "from", "returning"})


def _altered(
    table: str, assigned: Mapping[str, int | None], words: Sequence[str], start: int
) -> Alteration | None:
    where = pinned(words, start)
    rest = words[where.end :] if where.pins else ()
    if (
        not where.pins
        or any(pin.table != table for pin in where.pins)
        or rest[:1] not in ((), ("returning",))
    ):
        return None
    return Alteration(table, assigned, where, returns=bool(rest))
