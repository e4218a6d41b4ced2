"""What the AI cost and what the cache saved, day by day, as charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from caching.admin.charts import Chart, Form, Line, Value
from caching.ai.ledger.report import Report, Sums
from caching.inspection.wording import Unit, share, told, usd

DAY_SECONDS = 86_400


def ledger_charts(report: Report) -> list[Chart]:
    """Tokens, and money where a price is known and is not nothing, as that of the offline engine. Days are those of UTC."""
    charts = [tokens_by_day(report)]
    if report.total.spent_usd or report.total.saved_usd:
        charts.append(money_by_day(report))
    return charts


def tokens_by_day(report: Report) -> Chart:
    total = report.total
    spent = total.fresh_tokens + total.provider_cached_tokens
    return _by_day(
        report,
        ("ledger-tokens", "Tokens by day", _gist_of_tokens(total, spent, report.days)),
        Unit.COUNT,
        _line(report, "Saved", "saved", lambda sums: sums.saved_tokens, told(total.saved_tokens, Unit.COUNT)),
        _line(report, "Paid for", "spent", _spent_tokens, told(spent, Unit.COUNT)),
    )


def money_by_day(report: Report) -> Chart:
    total = report.total
    gist = f"In {report.days} days {usd(total.saved_usd)} saved, {usd(total.spent_usd)} spent."
    if total.unpriced_requests:
        gist += f" Not in it: {total.unpriced_requests:,} requests without a known price."
    return _by_day(
        report,
        ("ledger-money", "Money by day", gist),
        Unit.USD,
        _line(report, "Saved", "saved", lambda sums: _float(sums.saved_usd), usd(total.saved_usd)),
        _line(report, "Spent", "spent", lambda sums: _float(sums.spent_usd), usd(total.spent_usd)),
    )


def _gist_of_tokens(total: Sums, spent: int, days: int) -> str:
    if not total.requests:
        return "No requests to the AI yet."
    whole = total.saved_tokens + spent
    part = share(total.saved_tokens / whole) if whole else "none"
    return f"In {days} days {part} of the tokens came out of the cache: they were paid for once before."


def _by_day(report: Report, words: tuple[str, str, str], unit: Unit, *lines: Line) -> Chart:
    name, title, gist = words
    return Chart(
        id=name,
        title=title,
        gist=gist,
        at=[_midnight(day) for day in _days(report)],
        seconds=DAY_SECONDS,
        lines=lines,
        unit=unit,
        form=Form.STACKED,
        in_utc=True,
    )


def _line(report: Report, label: str, tone: str, value_of: Callable[[Sums], Value], whole: str) -> Line:
    by_day = {sums.name: sums for sums in report.by_day}
    days = [by_day.get(day.isoformat()) for day in _days(report)]
    return Line(label, tone, [value_of(sums) if sums else 0 for sums in days], whole)


def _spent_tokens(sums: Sums) -> int:
    return sums.fresh_tokens + sums.provider_cached_tokens


def _float(amount: object) -> float | None:
    return None if amount is None else float(str(amount))


def _days(report: Report) -> Iterator[date]:
    for number in range(report.days):
        yield report.first_day + timedelta(days=number)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
