"""Removes what expired sessions have left behind. In Redis they end by themselves; in the database somebody has to do it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from caching.errors import CacheUnavailable, Unrecorded
from caching.management.stopping import StoppableCommand
from caching.models import Operation
from caching.operations.auditing import at_the_command_line, audited
from sessions_ext.leftovers import ROWS


class Command(StoppableCommand):
    help = "Deletes the database's copies of sessions that have expired, and says how many of each kind there were."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cleaned: dict[str, int] = {}

    def so_far(self) -> str:
        done = sum(self._cleaned.values())
        return f"Copies deleted so far: {done:,}; nothing is half done, and run again it does the rest."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._clean()
        except (CacheUnavailable, DatabaseError, Unrecorded) as error:
            raise CommandError(" ".join(str(error).split())) from error
        if options["json"]:
            self.stdout.write(json.dumps({"cleaned": self._cleaned}))
            return
        for cleaner in ROWS:
            title = cleaner.title[0].lower() + cleaner.title[1:]
            self.stdout.write(f"{self._cleaned[cleaner.name]:,} {title}")

    def _clean(self) -> None:
        with audited(at_the_command_line(), Operation.CLEAN_UP, "copies of sessions") as deed:
            for cleaner in ROWS:
                self._cleaned[cleaner.name] = cleaner.clean()
                deed.affected, deed.detail = sum(self._cleaned.values()), {"cleaned": self._cleaned}
