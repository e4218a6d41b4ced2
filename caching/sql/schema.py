"""What is known of a database: its tables with the columns that name rows, and what lies behind other names.

Pure values; `introspection` reads them. Names are keys in lower case. Two questions are asked here for many names at
once: what else does reading these read, and what else does writing these write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from caching.sql.values import Column

EVERYTHING: Final = "*"
"""In place of a name: any table. As the name of a tag: tables of which nothing is known."""
UNKNOWN_TABLE: Final = "?"
"""In place of a name: some table of which nothing is known, such as the system's own after a definition."""


@dataclass(frozen=True, slots=True)
class Table:
    """`key`: the primary key, `foreign_keys`: columns that point to another row; those of a type that names rows.

    A column that is both is a foreign key, and the key as well. `uncached`: writes to it are not announced, so nothing
    that reads it is kept.
    """

    name: str
    key: Column | None = None
    foreign_keys: tuple[Column, ...] = ()
    uncached: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Key first, each once."""
        return (self.key, *self.other_foreign_keys) if self.key else self.foreign_keys

    @property
    def other_foreign_keys(self) -> tuple[Column, ...]:
        """Those that are not the primary key as well."""
        return tuple([column for column in self.foreign_keys if column != self.key])


@dataclass(frozen=True, slots=True)
class Catalog:
    """What the database says of itself. Sets may contain EVERYTHING.

    `names`     tables, views, functions and procedures
    `reads`     who reads this, reads those: views, functions, policies, partitions
    `writes`    who writes this, writes those too: triggers, rules, actions of foreign keys
    `writing`   functions that write as they are called
    `altering`  tables whose rows may end up otherwise than the statement says: they have triggers or rules
    """

    names: frozenset[str] = frozenset()
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    writes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    writing: frozenset[str] = frozenset()
    altering: frozenset[str] = frozenset()


class Schema:
    """Tables and catalog together; a new one is made when the database has changed."""

    def __init__(self, tables: Iterable[Table], catalog: Catalog | None = None) -> None:
        catalog = catalog or Catalog()
        self.tables: Mapping[str, Table] = {table.name.lower(): table for table in tables}
        self.names = catalog.names | self.tables.keys()
        self._uncached = frozenset(name for name, table in self.tables.items() if table.uncached)
        self._reads = catalog.reads
        # Who writes a view writes what it reads; who calls a procedure may write all that it names.
        self._writes = {
            name: catalog.reads.get(name, frozenset()) | catalog.writes.get(name, frozenset())
            for name in catalog.reads.keys() | catalog.writes.keys()
        }
        self._altering = catalog.altering
        self.writing = frozenset(
            name for name in self.names if not self.read_with({name}).isdisjoint(catalog.writing)
        )

    def read_with(self, names: Iterable[str]) -> frozenset[str]:
        """These names and all that reading them reads."""
        return _closure(names, self._reads)

    def written_with(self, names: Iterable[str]) -> frozenset[str]:
        """These names and all that writing them writes."""
        return _closure(names, self._writes)

    def reads_uncached(self, names: Iterable[str]) -> bool:
        """What may read anything may read these."""
        return bool(self._uncached) and not (self._uncached | {EVERYTHING}).isdisjoint(self.read_with(names))

    def writes_only_uncached(self, names: Iterable[str]) -> bool:
        written = self.written_with(names)
        return bool(written) and written <= self._uncached

    def readable_by_row(self, name: str) -> Table | None:
        """The table of this name, if its rows are its own: no view, no parent of others, no policy that reads others."""
        return None if self._reads.get(name) else self.tables.get(name)

    def writable_by_row(self, name: str) -> Table | None:
        """The table of this name, if a statement on it does to its rows what it says."""
        return None if name in self._altering else self.readable_by_row(name)


def _closure(names: Iterable[str], edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found = set(names)
    waiting = list(found)
    while waiting:
        new = edges.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return frozenset(found)
