"""What this process knows of each database: the identity in the names of its tags, and its schema.

All connections to one database share it. The schema is read before the first statement about tables, and again after a
change of the schema that came through one of our connections. A process that runs while another one migrates goes on
with the schema that it read.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from caching import keys
from caching.sql import Statements, read_schema, schema_of_models

if TYPE_CHECKING:
    from caching.db.observed import ObservedDatabase

_IDENTITY_CHARACTERS = 12
_lock = threading.Lock()
_catalogs: dict[str, Catalog] = {}


class Catalog:
    """The analyser of statements for one database, and whether its schema is still the one that was read."""

    def __init__(self, connection: ObservedDatabase, name: str) -> None:
        self.name = name
        self.statements = Statements(name, connection.vendor, schema_of_models(connection))
        self.changes = 0
        self.read_at: int | None = None
        """`changes` when the schema was read last; it is outdated while they differ."""

    def outdated(self) -> None:
        with _lock:
            self.changes += 1

    def read(self, connection: ObservedDatabase) -> None:
        """A change that comes in the midst of it counts as one that comes after it."""
        changes = self.changes
        self.statements.reload(read_schema(connection))
        self.read_at = changes


def catalog_of(connection: ObservedDatabase) -> Catalog:
    name = keys.digest(repr(connection.identity()).encode())[:_IDENTITY_CHARACTERS]
    with _lock:
        if name not in _catalogs:
            _catalogs[name] = Catalog(connection, name)
        return _catalogs[name]
