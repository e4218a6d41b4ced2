"""What the AI cache spent and what it saved, as a table for people or as JSON for programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from caching.ai.ledger import days
from caching.ai.ledger.report import MOST_DAYS, Report, Sums, ledger_report
from caching.errors import CacheUnavailable

HEADINGS = ("requests", "hits", "ratio", "fresh tokens", "provider-cached", "saved tokens", "spent", "saved")
GAP = "  "


class Command(BaseCommand):
    help = (
        "Shows requests, hits, tokens and money of the AI cache by operation, model, scenario and day (of UTC). Fresh"
        " tokens were paid in full, provider-cached ones less, saved ones not again. Money is computed from the price"
        " table: check its prices. This also copies to the database what Redis holds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=_days,
            default=30,
            metavar="N",
            help="of today and the days before it (default: 30)",
        )
        parser.add_argument("--json", action="store_true", help="as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shown = ledger_report(options["days"])
            days.persist()
        except CacheUnavailable as error:
            raise CommandError(f"Redis does not work, and the ledger cannot be read: {error}") from error
        except DatabaseError as error:
            raise CommandError(" ".join(str(error).split())) from error
        self.stdout.write(json.dumps(msgspec.to_builtins(shown)) if options["json"] else _told(shown))


def _days(text: str) -> int:
    try:
        days = int(text)
    except ValueError:
        days = 0
    if not 1 <= days <= MOST_DAYS:
        raise ArgumentTypeError(f"{text!r} is no number of days: write 1 to {MOST_DAYS}.")
    return days


def _told(shown: Report) -> str:
    title = f"AI ledger, {shown.first_day} to {shown.last_day} (UTC)"
    if not shown.total.requests:
        return f"{title}: no requests."
    tables = [
        ("operation", shown.by_operation),
        ("model", shown.by_model),
        ("scenario", shown.by_scenario),
        ("day", shown.by_day),
    ]
    return "\n\n".join([title, _table(tables, shown.total), *_notes(shown)])


def _table(tables: Sequence[tuple[str, Sequence[Sums]]], total: Sums) -> str:
    """All of them under each other, with columns in common."""
    blocks = [[(name, *HEADINGS), *(_row(sums) for sums in rows)] for name, rows in tables]
    blocks.append([("total", *_row(total)[1:])])
    widths = [
        max(map(len, column)) for column in zip(*(row for block in blocks for row in block), strict=True)
    ]
    return "\n\n".join("\n".join(_line(row, widths) for row in block) for block in blocks)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *cells = row
    aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
    return GAP.join([name.ljust(widths[0]), *aligned])


def _row(sums: Sums) -> tuple[str, ...]:
    return (
        sums.name or "(none)",
        f"{sums.requests:,}",
        f"{sums.hits:,}",
        "-" if sums.hit_ratio is None else f"{sums.hit_ratio:.1%}",
        f"{sums.fresh_tokens:,}",
        f"{sums.provider_cached_tokens:,}",
        f"{sums.saved_tokens:,}",
        _usd(sums.spent_usd, sums),
        _usd(sums.saved_usd, sums),
    )


def _usd(usd: Decimal | None, sums: Sums) -> str:
    if usd is None:
        return "unknown"
    least = ">= " if sums.unpriced_requests else ""
    return f"{least}${usd:,.4f}"


def _notes(shown: Report) -> list[str]:
    notes = [f"Prices as of {shown.prices_as_of}; check them with the provider (CACHING['AI_PRICES'] wins)."]
    if shown.unpriced_models:
        notes.append(f"No price is known of: {', '.join(shown.unpriced_models)}.")
    if provider_saved := shown.total.provider_saved_usd:
        notes.append(f"The provider's own cache took ${provider_saved:,.4f} off what was spent.")
    return ["\n".join(notes)]
