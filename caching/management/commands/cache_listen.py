"""The process that hears from PostgreSQL what programs outside have written: for a supervisor, beside web and worker."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from caching.invalidation.bridge import BridgeUnavailable
from caching.invalidation.listener import Listener


class Command(BaseCommand):
    help = (
        "Listens on PostgreSQL for writes of other programs to tables that have a trigger of `cache_triggers`, and invalidates"
        " what rests on them. Such a write is seen within milliseconds after its commit, not before. It runs until SIGTERM"
        " or SIGINT, and lasts through absences of PostgreSQL and Redis."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            metavar="ALIAS",
            default=DEFAULT_DB_ALIAS,
            choices=list(connections),
            help="one that leads to the server itself: a pooler in transaction mode hands on no notifications",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            listener = Listener(connections[options["database"]], self._say)
        except BridgeUnavailable as error:
            raise CommandError(str(error)) from error
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: listener.stop())
        try:
            listener.run()
        except KeyboardInterrupt:
            self._say("Stopped.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
