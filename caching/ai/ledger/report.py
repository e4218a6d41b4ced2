"""The sums of the ledger for a number of days: for the command, the API, the admin and whoever else shows them.

Redis and the database are read together, line by line, so that it does not matter how far one has been copied to the
other. Field names are stable: they are those of the JSON.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from caching.ai.ledger import days as ledger_days
from caching.ai.ledger import prices, sheets
from caching.ai.ledger.accounts import Counts
from caching.ai.ledger.days import Line, Lines
from caching.ai.ledger.delivery import flush

MOST_DAYS = 3660
USD_PLACES = Decimal("0.000001")


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the operation, model, scenario or day; "" is the total, or what belongs to no scenario.

    Money is None where no price is known; where only some are, it is the sum of those, and `unpriced_requests` says how
    many requests are not in it.
    """

    name: str
    requests: int
    hits: int
    """answered without asking the provider: near, in Redis, joined, stale"""
    hit_ratio: float | None
    """None: there was no request"""
    near_hits: int
    redis_hits: int
    joined: int
    stale: int
    fresh: int
    unkept: int
    failed: int
    fresh_tokens: int
    """paid for in full: input and output"""
    provider_cached_tokens: int
    """input that the provider's own cache made cheap"""
    saved_tokens: int
    """what the hits took when they were fresh"""
    spent_input_tokens: int
    spent_output_tokens: int
    saved_input_tokens: int
    saved_output_tokens: int
    spent_pictures: int
    saved_pictures: int
    spent_usd: Decimal | None
    saved_usd: Decimal | None
    provider_saved_usd: Decimal | None
    unpriced_requests: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Days are those of UTC. The largest operations, models and scenarios come first, and the latest day last."""

    days: int
    first_day: date
    last_day: date
    prices_as_of: date
    unpriced_models: tuple[str, ...]
    total: Sums
    by_operation: tuple[Sums, ...]
    by_model: tuple[Sums, ...]
    by_scenario: tuple[Sums, ...]
    by_day: tuple[Sums, ...]


def ledger_report(days: int = 30) -> Report:
    """Today and the days before it, with what this process has counted so far.

    Raises CacheUnavailable, a DatabaseError, and ValueError unless 1 <= days <= MOST_DAYS.
    """
    first, last = _span(days)
    flush()
    in_redis = [last - timedelta(days=back) for back in range(min(days, sheets.KEPT_DAYS + 1))]
    lines = ledger_days.newest(ledger_days.in_database(first, last), ledger_days.in_redis(in_redis))
    return _report(first, last, lines)


def copied_report(days: int = 30) -> Report:
    """What the database alone knows of them, for when Redis does not answer. Raises a DatabaseError, or ValueError as above."""
    first, last = _span(days)
    return _report(first, last, ledger_days.in_database(first, last))


def _span(days: int) -> tuple[date, date]:
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"The ledger has 1 to {MOST_DAYS} days, not {days}.")
    last = ledger_days.today()
    return last - timedelta(days=days - 1), last


def _report(first: date, last: date, lines: Lines) -> Report:
    models = {line.account.model for line in lines}
    return Report(
        days=(last - first).days + 1,
        first_day=first,
        last_day=last,
        prices_as_of=prices.table().as_of,
        unpriced_models=tuple(sorted(model for model in models if prices.price_of(model) is None)),
        total=_sums("", lines.items()),
        by_operation=_largest_first(_grouped(lines, lambda line: line.account.operation)),
        by_model=_largest_first(_grouped(lines, lambda line: line.account.model)),
        by_scenario=_largest_first(_grouped(lines, lambda line: line.account.scenario)),
        by_day=tuple(sorted(_grouped(lines, lambda line: line.day.isoformat()), key=lambda sums: sums.name)),
    )


def _grouped(lines: Lines, name_of: Callable[[Line], str]) -> list[Sums]:
    groups: defaultdict[str, list[tuple[Line, Counts]]] = defaultdict(list)
    for line, counts in lines.items():
        groups[name_of(line)].append((line, counts))
    return [_sums(name, group) for name, group in groups.items()]


def _largest_first(groups: list[Sums]) -> tuple[Sums, ...]:
    def size(sums: Sums) -> tuple[int, int, str]:
        tokens = sums.fresh_tokens + sums.provider_cached_tokens + sums.saved_tokens
        return -tokens, -sums.requests, sums.name

    return tuple(sorted(groups, key=size))


def _sums(name: str, lines: Iterable[tuple[Line, Counts]]) -> Sums:
    by_model: defaultdict[str, Counts] = defaultdict(Counts)
    for line, counts in lines:
        by_model[line.account.model] += counts
    whole = sum(by_model.values(), Counts())
    spent, saved, provider_saved, unpriced = _money(by_model)
    return Sums(
        name=name,
        requests=whole.requests,
        hits=whole.spared_requests,
        hit_ratio=round(whole.spared_requests / whole.requests, 4) if whole.requests else None,
        near_hits=whole.near_requests,
        redis_hits=whole.hit_requests,
        joined=whole.joined_requests,
        stale=whole.stale_requests,
        fresh=whole.fresh_requests,
        unkept=whole.unkept_requests,
        failed=whole.failed_requests,
        fresh_tokens=whole.spent_input_tokens - whole.spent_cached_input_tokens + whole.spent_output_tokens,
        provider_cached_tokens=whole.spent_cached_input_tokens,
        saved_tokens=whole.saved_input_tokens + whole.saved_output_tokens,
        spent_input_tokens=whole.spent_input_tokens,
        spent_output_tokens=whole.spent_output_tokens,
        saved_input_tokens=whole.saved_input_tokens,
        saved_output_tokens=whole.saved_output_tokens,
        spent_pictures=whole.spent_pictures,
        saved_pictures=whole.saved_pictures,
        spent_usd=spent,
        saved_usd=saved,
        provider_saved_usd=provider_saved,
        unpriced_requests=unpriced,
    )


def _money(by_model: dict[str, Counts]) -> tuple[Decimal | None, Decimal | None, Decimal | None, int]:
    known = {model: prices.money(model, counts) for model, counts in by_model.items()}
    unpriced = sum(by_model[model].requests for model, money in known.items() if money is None)
    sums = [money for money in known.values() if money is not None]
    if unpriced and not sums:
        return None, None, None, unpriced
    return (
        sum((money.spent_usd for money in sums), Decimal()).quantize(USD_PLACES),
        sum((money.saved_usd for money in sums), Decimal()).quantize(USD_PLACES),
        sum((money.provider_saved_usd for money in sums), Decimal()).quantize(USD_PLACES),
        unpriced,
    )
