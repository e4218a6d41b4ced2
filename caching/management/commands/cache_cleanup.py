"""Takes away what should not be there: keys without an expiry, undecodable entries, stale index members, expired copies."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from caching.connection.walking import count_keys
from caching.errors import CacheUnavailable, Unrecorded
from caching.management.progress import Progress
from caching.management.stopping import StoppableCommand
from caching.models import Operation
from caching.operations import cleaning
from caching.operations.auditing import at_the_command_line, audited


class Command(StoppableCommand):
    help = (
        "Removes what has been left behind: cached values without an expiry, entries that cannot be decoded, members of indexes"
        " that are gone, expired copies in the database. Sessions, stamps and leases without an expiry get one. Keys of other"
        " programs are never touched. It may run at any time, beside traffic; Ctrl+C ends it, and it may be run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def so_far(self) -> str:
        return "What is listed was done, nothing is half done, and run again it does the rest."

    def handle(self, *args: Any, **options: Any) -> None:
        self._as_json = options["json"]
        try:
            with audited(at_the_command_line(), Operation.CLEAN_UP) as deed:
                self._clean(cleaning.Total(deed))
        except CacheUnavailable as error:
            raise CommandError(f"Redis does not work, and the rest was not cleaned: {error}") from error
        except (DatabaseError, Unrecorded) as error:
            raise CommandError(" ".join(str(error).split())) from error

    def _clean(self, total: cleaning.Total) -> None:
        """However it ends, it says what was done."""
        try:
            with Progress(self.stderr, count_keys()) as progress:
                for step in cleaning.clean():
                    total.add(step)
                    progress.tell(total.looked_at, "keys looked at")
        finally:
            self._say(total)

    def _say(self, total: cleaning.Total) -> None:
        if self._as_json:
            self.stdout.write(json.dumps(total.facts()))
            return
        for title, number in total.lines():
            self.stdout.write(f"{number:>8,}  {title}")
        self.stdout.write(f"Looked at {total.looked_at:,} keys.")
