"""Invalidation by hand, of what a program outside has written for instance, or counting first what it would hit."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import Error as DatabaseError
from django.db.models import Model

from caching.errors import CacheUnavailable, Unrecorded
from caching.management.progress import Progress
from caching.management.stopping import StoppableCommand
from caching.operations import actions
from caching.operations.actions import Invalidation, Target
from caching.operations.auditing import at_the_command_line

WRONG_USE = 2


class Command(StoppableCommand):
    _so_far = "Nothing was changed."
    help = (
        "Lets results of cached queries count no more. What this program writes invalidates itself; this is for writes of"
        " other programs to the database, and for people in doubt. A row whose foreign keys another program has changed"
        " needs the whole model, since nobody knows any more what it has left. Links of a many-to-many field are a model"
        " of their own, Scenario_tags for instance."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--user", metavar="ID", help="results and answers that were cached for this user")
        what.add_argument(
            "--scenario", metavar="ID", help="results and answers that were cached for this scenario"
        )
        what.add_argument(
            "--model", metavar="app.Model", help="everything that rests on the table of this model"
        )
        what.add_argument(
            "--operation",
            metavar="NAME",
            help="the results of one cached query, or the answers of one operation of the AI",
        )
        what.add_argument("--all", action="store_true", help="all results and all answers")
        parser.add_argument("--pk", help="with --model: only what rests on this row, as it is now")
        parser.add_argument(
            "--dry-run", action="store_true", help="count the results that it would hit, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def so_far(self) -> str:
        return self._so_far

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pk"] is not None and options["model"] is None:
            raise CommandError("--pk needs --model.", returncode=WRONG_USE)
        try:
            target = _target(options)
            told = self._previewed(target) if options["dry_run"] else self._done(target)
        except actions.NoTarget as error:
            raise CommandError(_why(error, options), returncode=WRONG_USE) from error
        except CacheUnavailable as error:
            raise CommandError(
                f"Redis does not work, and perhaps nothing was invalidated: {error}"
            ) from error
        except (DatabaseError, ImproperlyConfigured, Unrecorded) as error:
            raise CommandError(" ".join(str(error).split())) from error
        self._say(told, options["json"])

    def _previewed(self, target: Target) -> Invalidation:
        with Progress(self.stderr) as progress:

            def tell(seen: int) -> None:
                self._so_far = f"{seen:,} results were looked at, and nothing was changed."
                progress.tell(seen, "results looked at")

            return actions.preview(target, tell=tell)

    def _done(self, target: Target) -> Invalidation:
        self._so_far = "Perhaps only a part was invalidated; run it again to be sure, which does no harm."
        done = actions.carry_out(target, at_the_command_line())
        self._so_far = f"{done}"
        return done

    def _say(self, told: Invalidation, as_json: bool) -> None:
        self.stdout.write(json.dumps(told.facts()) if as_json else str(told))


def _target(options: dict[str, Any]) -> Target:
    if options["model"] is not None:
        return actions.model(options["model"], options["pk"])
    if options["operation"] is not None:
        return actions.operation(options["operation"])
    if options["all"]:
        return actions.everything()
    kind = "user" if options["user"] is not None else "scenario"
    return actions.scope(kind, options[kind])


def _why(error: actions.NoTarget, options: dict[str, Any]) -> str:
    of = f" {options['model']}" if error.about == "model" else ""
    return f"--{error.about}{of}: {error}"


def model_called(label: str) -> type[Model]:
    """Raises CommandError."""
    try:
        return actions.model_called(label)
    except actions.NoTarget as error:
        raise CommandError(f"--model {label}: {error}", returncode=WRONG_USE) from error
