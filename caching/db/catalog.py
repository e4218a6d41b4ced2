"""What this process knows of each database: the identity in the names of its tags, and its schema.

All connections to one database share it. The schema is read before the first statement about tables, and again after a
change of the schema that came through one of our connections. A process that runs while another one migrates goes on
with the schema that it read.
"""

from __future__ import annotations

import os
import threading

from django.db.backends.base.base import BaseDatabaseWrapper

from caching import keys
from caching.sql import Statements, read_schema, schema_of_models

_IDENTITY_CHARACTERS = 12
_lock = threading.Lock()
_catalogs: dict[str, Catalog] = {}


class Catalog:
    """The analyser of statements for one database, and whether its schema is still the one that was read."""

    def __init__(self, connection: BaseDatabaseWrapper, name: str) -> None:
        self.name = name
        self.statements = Statements(name, connection.vendor, schema_of_models(connection))
        self.changes = 0
        self.read_at: int | None = None
        """`changes` when the schema was read last; it is outdated while they differ."""

    def outdated(self) -> None:
        with _lock:
            self.changes += 1

    def read(self, connection: BaseDatabaseWrapper) -> None:
        """A change that comes in the midst of it counts as one that comes after it."""
        changes = self.changes
        self.statements.reload(read_schema(connection))
        self.read_at = changes


def catalog_of(connection: BaseDatabaseWrapper, identity: tuple[object, ...]) -> Catalog:
    """`identity` is what tells this database from all others."""
    name = keys.digest(repr(identity).encode())[:_IDENTITY_CHARACTERS]
    with _lock:
        if name not in _catalogs:
            _catalogs[name] = Catalog(connection, name)
        return _catalogs[name]


def _forget_lock_after_fork() -> None:
    """Another thread may have held it when this process was copied."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget_lock_after_fork)
