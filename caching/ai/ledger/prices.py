"""What models cost: `prices.toml` and, above it, the setting AI_PRICES. A model that stands in neither has no known price,
which is None and never 0.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec

from caching import conf
from caching.ai.ledger.accounts import Counts
from caching.conf import AIPrice

TABLE = Path(__file__).with_name("prices.toml")

_MILLION = Decimal(1_000_000)
_DATED = re.compile(r"(.+)-\d{4}-\d{2}-\d{2}")


class PriceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`as_of`: the day when somebody last knew that these are the prices."""

    as_of: date
    models: dict[str, AIPrice]


@dataclass(frozen=True, slots=True)
class Money:
    """`provider_saved_usd` is what the provider's own cache took off what was spent."""

    spent_usd: Decimal
    saved_usd: Decimal
    provider_saved_usd: Decimal


@cache
def table() -> PriceTable:
    return msgspec.convert(tomllib.loads(TABLE.read_text(), parse_float=Decimal), PriceTable)


def price_of(model: str) -> AIPrice | None:
    """The operator's price of this very model, ours, the operator's of its family, ours."""
    dated = _DATED.fullmatch(model)
    for name in (model, dated[1]) if dated else (model,):
        for prices in (conf.current().ai_prices, table().models):
            if name in prices:
                return prices[name]
    return None


def money(model: str, counts: Counts) -> Money | None:
    """None: the price is not known, or it is one of tokens and there are only pictures."""
    price = price_of(model)
    if price is None:
        return None
    amounts = msgspec.structs.asdict(counts)
    spent, saved = _cost(price, amounts, "spent"), _cost(price, amounts, "saved")
    if spent is None or saved is None:
        return None
    cached_usd = _cached(price)
    taken_off = counts.spent_cached_input_tokens * (price.input_usd - cached_usd) / _MILLION
    return Money(spent, saved, taken_off)


def _cost(price: AIPrice, amounts: Mapping[str, int], side: str) -> Decimal | None:
    cached = amounts[f"{side}_cached_input_tokens"]
    output, pictures = amounts[f"{side}_output_tokens"], amounts[f"{side}_pictures"]
    if pictures and not output and price.picture_usd is None:
        return None
    tokens_usd = (
        (amounts[f"{side}_input_tokens"] - cached) * price.input_usd
        + cached * _cached(price)
        + output * price.output_usd
    )
    return tokens_usd / _MILLION + pictures * (price.picture_usd or 0)


def _cached(price: AIPrice) -> Decimal:
    return price.input_usd if price.cached_input_usd is None else price.cached_input_usd
