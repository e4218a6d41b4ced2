"""What this process has posted to the ledger and not yet brought to Redis."""

from caching.ai.ledger import book
from caching.ai.ledger.postings import Cell, Key


def postings() -> dict[Key, Cell]:
    found: dict[Key, Cell] = {}
    for page in book.own()._written:
        for key, cell in page.postings().items():
            found[key] = found.get(key, Cell()).plus(cell)
    return found
