"""The PostgreSQL side of the bridge for writers outside of this program; `cache_listen` is the other one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from caching import conf
from caching.invalidation import bridge
from caching.management.commands.cache_invalidate import WRONG_USE, model_called


class Command(BaseCommand):
    help = (
        "Puts triggers on tables in PostgreSQL that tell `cache_listen` what programs outside have written. Such a write is"
        ' seen within milliseconds after its commit, not before. Set CACHING["BRIDGE"] as well, so that this program, which'
        " announces its writes itself, is not heard twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--install", action="store_true", help="on the tables of all models, or of those named"
        )
        what.add_argument("--remove", action="store_true", help="from all tables")
        what.add_argument("--list", action="store_true", help="the tables that have one")
        parser.add_argument("--model", metavar="app.Model", nargs="+", help="with --install: only these")
        parser.add_argument(
            "--database", metavar="ALIAS", default=DEFAULT_DB_ALIAS, choices=list(connections)
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["model"] is not None and not options["install"]:
            raise CommandError("--model goes with --install.", returncode=WRONG_USE)
        connection = connections[options["database"]]
        try:
            bridge.require_postgres(connection)
            if options["install"]:
                self._install(connection, options["model"])
            elif options["remove"]:
                self._remove(connection)
            else:
                self._list(connection)
        except (DatabaseError, bridge.BridgeUnavailable) as error:
            raise CommandError(" ".join(str(error).split())) from error

    def _install(self, connection: BaseDatabaseWrapper, labels: list[str] | None) -> None:
        tables = _tables(connection, labels)
        bridge.install(connection, tables)
        self.stdout.write(
            f"Triggers are on {_listed(tables)}. Run `manage.py cache_listen` as a process of its own."
        )
        if not conf.current().bridge:
            self.stderr.write(
                'CACHING["BRIDGE"] is off: what this program writes will be notified too, needlessly.'
            )

    def _remove(self, connection: BaseDatabaseWrapper) -> None:
        tables = bridge.bridged_tables(connection)
        bridge.remove(connection)
        self.stdout.write(f"Triggers were removed from {_listed(tables)}.")

    def _list(self, connection: BaseDatabaseWrapper) -> None:
        self.stdout.write(f"Triggers are on {_listed(bridge.bridged_tables(connection))}.")


def _tables(connection: BaseDatabaseWrapper, labels: list[str] | None) -> list[str]:
    """Of the models that are named, or of all that have a table in this database."""
    there = set(connection.introspection.table_names())
    if labels is None:
        return sorted(there & {model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    wanted = {model_called(label)._meta.db_table for label in labels}
    if missing := wanted - there:
        raise CommandError(f"The database {connection.alias!r} has no table {', '.join(sorted(missing))}.")
    return sorted(wanted)


def _listed(tables: list[str]) -> str:
    return ", ".join(tables) or "no table"
