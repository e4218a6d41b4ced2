"""The days in the database: copies of the sheets in Redis, which expire.

A copy only grows: whoever copies an older state of a sheet changes nothing, so that any number of processes may do it at
once, and that Redis loses a sheet takes nothing away from what was copied.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from caching.ai.ledger import sheets
from caching.ai.ledger.accounts import COUNTS, Account, Counts
from caching.ai.ledger.sheets import Sheet
from caching.models import AILedgerLine

ROWS_A_STATEMENT = 200


class Line(NamedTuple):
    day: date
    sheet: str
    account: Account


Lines = dict[Line, Counts]


def today() -> date:
    return datetime.now(UTC).date()


def persist() -> int:
    """Copies all that Redis holds, and says how many lines have changed. Raises CacheUnavailable or a DatabaseError."""
    until = today() + timedelta(days=1)  # another host's clock may be ahead
    days = [until - timedelta(days=back) for back in range(sheets.KEPT_DAYS + 1)]
    held = in_redis(days)
    copied = in_database(min(days), until)
    behind = {line: counts for line, counts in held.items() if counts != copied.get(line)}
    return _copy(behind) if behind else 0


def in_redis(days: Iterable[date]) -> Lines:
    """Raises CacheUnavailable."""
    return _lines(sheets.read(list(days)))


def in_database(first: date, last: date) -> Lines:
    rows = AILedgerLine.objects.filter(day__range=(first, last)).iterator()
    return {_line_of(row): counts_of(row) for row in rows}


def newest(one: Lines, other: Lines) -> Lines:
    """Both, and of a line that is in both the one that has gone on."""
    both = dict(one)
    for line, counts in other.items():
        both[line] = counts.largest(both[line]) if line in both else counts
    return both


def _lines(found: Iterable[Sheet]) -> Lines:
    return {
        Line(sheet.day, sheet.name, account): counts
        for sheet in found
        for account, counts in sheet.counts.items()
    }


def _copy(behind: Lines) -> int:
    with transaction.atomic():
        # In one order, so that two who copy wait for each other and do not both wait for ever.
        AILedgerLine.objects.bulk_create(
            [
                AILedgerLine(day=line.day, sheet=line.sheet, **line.account._asdict())
                for line in sorted(behind)
            ],
            batch_size=ROWS_A_STATEMENT,
            ignore_conflicts=True,
        )
        rows = AILedgerLine.objects.filter(
            day__in={line.day for line in behind}, sheet__in={line.sheet for line in behind}
        )
        changed = [row for row in rows.order_by("pk").select_for_update() if _grow(row, behind)]
        AILedgerLine.objects.bulk_update(changed, COUNTS, batch_size=ROWS_A_STATEMENT)
    return len(changed)


def _grow(row: AILedgerLine, to: Lines) -> bool:
    """Whether there is anything to write."""
    before = counts_of(row)
    after = before.largest(to.get(_line_of(row), before))
    for name in COUNTS:
        setattr(row, name, getattr(after, name))
    return after != before


def _line_of(row: AILedgerLine) -> Line:
    return Line(row.day, row.sheet, Account(row.operation, row.model, row.scenario))


def counts_of(row: AILedgerLine) -> Counts:
    return Counts(**{name: getattr(row, name) for name in COUNTS})
