"""What one piece of work asked of the cache and of the AI, as the fields of its line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from caching.ai.ledger.bill import bill_of
from caching.trace import Account


def figures(account: Account) -> dict[str, Any]:
    """Those of the AI only where one was asked, or would have been without the cache. Money is US dollars; it is left out where
    no price is known."""
    counted = account.outcomes
    fields: dict[str, Any] = {
        "cache_near": account.near,
        "cache_hits": counted["hit"],
        "cache_misses": counted["absent"] + counted["outdated"] + counted["undecodable"],
        "cache_bypasses": counted["bypass"],
        "cache_computed": counted["computed"],
        "cache_waited": counted["waited"],
    }
    if (bill := bill_of(account.answers)) is not None:
        fields |= {
            "ai_asked": bill.asked,
            "ai_spared": bill.spared,
            "ai_tokens_spent": bill.spent_tokens,
            "ai_tokens_saved": bill.saved_tokens,
        }
        if bill.spent_usd is not None and bill.saved_usd is not None:
            fields |= {"ai_usd_spent": _usd(bill.spent_usd), "ai_usd_saved": _usd(bill.saved_usd)}
    return fields


def _usd(amount: Decimal) -> float:
    return round(float(amount), 6)
