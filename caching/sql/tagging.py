"""The tags of one database's tables, and what a statement depends on or changes, as sets of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from caching import keys
from caching.sql.schema import EVERYTHING, Schema
from caching.sql.values import Column

# Other names of unknown tables share the tag of all that is unknown: a tag must be short and writable as UTF-8.
_USUAL_NAME = re.compile(r"[a-z0-9_$]{1,63}")


class Dependencies(NamedTuple):
    """`tags`: what a result depends on. `absent`: on these as well, until `rows` rows of the statement were fetched: they
    stand for rows that might appear. With `rows` 0 they stay.
    """

    tags: frozenset[str]
    absent: frozenset[str] = frozenset()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """`explained`: the tags name the rows; otherwise they stand for any row of a table."""

    tags: frozenset[str]
    explained: bool


NOTHING_CHANGED = Changes(frozenset(), explained=True)


class Tagging:
    """Turns names into tags. `database` identifies the database itself, so that two aliases of it share them."""

    def __init__(self, database: str, schema: Schema) -> None:
        self.database = database
        self.schema = schema
        self.unknown = keys.table_tag(database, EVERYTHING)
        self.everything_read = frozenset({self.unknown, *(self.any(name) for name in schema.names)})
        self.everything_written = self.everything_read | {self.bulk(name) for name in schema.names}

    def any(self, table: str) -> str:
        return keys.table_tag(self.database, table)

    def bulk(self, table: str) -> str:
        return keys.bulk_tag(self.database, table)

    def row(self, table: str, column: Column, text: str) -> str:
        return keys.row_tag(self.database, table, column.key, text)

    def read(self, names: Iterable[str]) -> frozenset[str]:
        """Of tables read as a whole, and of what lies behind them. An unknown one may be anything: also one that is
        written as a part of everything, before anybody here learns its name.
        """
        names = self.schema.read_with(names)
        if EVERYTHING in names:
            return self.everything_read
        tags = {self.any(name) for name in names if _USUAL_NAME.fullmatch(name) or name in self.schema.names}
        return frozenset(tags if names <= self.schema.names else tags | {self.unknown})

    def written(self, names: Iterable[str]) -> frozenset[str]:
        """Of tables of which any row may have changed, and of what is written along with them."""
        names = self.schema.written_with(names)
        if EVERYTHING in names:
            return self.everything_written
        usual = {name for name in names if _USUAL_NAME.fullmatch(name) or name in self.schema.names}
        tags = {tag for name in usual for tag in (self.any(name), self.bulk(name))}
        return frozenset(tags if usual == names else tags | {self.unknown})
