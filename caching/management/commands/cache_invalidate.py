"""Invalidation by hand, of what a program outside has written for instance, or counting first what it would hit."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db.models import Model

from caching.entries import invalidate
from caching.errors import CacheUnavailable
from caching.invalidation import by_hand, census
from caching.invalidation.by_hand import Names

WRONG_USE = 2


class Command(BaseCommand):
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
        parser.add_argument("--json", action="store_true", help="say it as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pk"] is not None and options["model"] is None:
            raise CommandError("--pk needs --model.", returncode=WRONG_USE)
        try:
            names = _names(options)
            if options["dry_run"]:
                self._say_count(names, as_json=options["json"])
            else:
                invalidate(names)
                self._say(f"Invalidated {_listed(names)}.", {"tags": sorted(names)}, as_json=options["json"])
        except CacheUnavailable as error:
            raise CommandError(
                f"Redis does not work, and perhaps nothing was invalidated: {error}"
            ) from error
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from error

    def _say_count(self, names: Names, *, as_json: bool) -> None:
        counted = census.count_entries(names)
        least = "" if counted.complete else "at least "
        self._say(
            f"Would invalidate {least}{counted.hit} of {least}{counted.seen} results, by {_listed(names)}.",
            {
                "tags": sorted(names),
                "dry_run": True,
                "results": counted.hit,
                "of": counted.seen,
                "complete": counted.complete,
            },
            as_json=as_json,
        )

    def _say(self, sentence: str, facts: dict[str, Any], *, as_json: bool) -> None:
        self.stdout.write(json.dumps({"dry_run": False, **facts}) if as_json else sentence)


def _names(options: dict[str, Any]) -> Names:
    if options["model"] is not None:
        return _names_of_model(options["model"], options["pk"])
    if options["all"]:
        return by_hand.tags_of_everything()
    option = next(name for name in ("user", "scenario", "operation") if options[name] is not None)
    try:
        if option == "operation":
            return by_hand.tags_of_operation(options[option])
        return by_hand.tags_of(option, options[option])
    except ValueError as error:
        raise CommandError(f"--{option}: {error}", returncode=WRONG_USE) from error


def _names_of_model(label: str, pk: str | None) -> Names:
    model = model_called(label)
    try:
        return by_hand.tags_of_model(model) if pk is None else by_hand.tags_of_row(model, pk)
    except ValidationError as error:
        raise CommandError(f"--pk: {' '.join(error.messages)}", returncode=WRONG_USE) from error


def model_called(label: str) -> type[Model]:
    """Raises CommandError."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError) as error:
        raise CommandError(
            f"--model {label}: there is no such model. Write app.Model.", returncode=WRONG_USE
        ) from error


def _listed(names: Names) -> str:
    return ", ".join(sorted(names))
