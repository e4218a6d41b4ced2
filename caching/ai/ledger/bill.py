"""What one piece of work, such as a request, spent and saved at AI providers: for its line in the log."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from caching.ai.ledger import prices
from caching.ai.ledger.accounts import ASKED, Counts
from caching.trace import Answers


@dataclass(frozen=True, slots=True)
class Bill:
    """`asked`: requests to a provider; `spared`: those that were answered without one. Money of models without a known price
    is left out, and None if there is no other."""

    asked: int
    spared: int
    spent_tokens: int
    saved_tokens: int
    spent_usd: Decimal | None
    saved_usd: Decimal | None


def bill_of(answers: Answers) -> Bill | None:
    """None: it had nothing to do with an AI."""
    by_model: defaultdict[str, Counts] = defaultdict(Counts)
    for (model, outcome), cell in list(answers.items()):
        by_model[model] += _counts(outcome, cell)
    if not by_model:
        return None
    whole = sum(by_model.values(), Counts())
    money = [known for model, counts in by_model.items() if (known := prices.money(model, counts))]
    return Bill(
        asked=whole.requests - whole.spared_requests,
        spared=whole.spared_requests,
        spent_tokens=whole.spent_input_tokens + whole.spent_output_tokens,
        saved_tokens=whole.saved_input_tokens + whole.saved_output_tokens,
        spent_usd=sum((each.spent_usd for each in money), Decimal()) if money else None,
        saved_usd=sum((each.saved_usd for each in money), Decimal()) if money else None,
    )


def _counts(outcome: str, cell: list[int]) -> Counts:
    requests, input_tokens, cached_input_tokens, output_tokens, pictures = cell
    side = "spent" if outcome in ASKED else "saved"
    return Counts(
        **{
            f"{outcome}_requests": requests,
            f"{side}_input_tokens": input_tokens,
            f"{side}_cached_input_tokens": cached_input_tokens,
            f"{side}_output_tokens": output_tokens,
            f"{side}_pictures": pictures,
        }
    )
