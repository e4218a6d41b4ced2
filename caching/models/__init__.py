"""What outlives Redis."""

from caching.models.audit import AuditEntry, Operation, Outcome, Unchangeable, Way
from caching.models.ledger import AILedgerLine
from caching.models.semantic import ShadowDay, ShadowHit, Verdict

__all__ = [
    "AILedgerLine",
    "AuditEntry",
    "Operation",
    "Outcome",
    "ShadowDay",
    "ShadowHit",
    "Unchangeable",
    "Verdict",
    "Way",
]
