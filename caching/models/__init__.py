"""What outlives Redis."""

from caching.models.audit import AuditEntry, Outcome, Way
from caching.models.ledger import AILedgerLine
from caching.models.semantic import ShadowDay, ShadowHit, Verdict

__all__ = ["AILedgerLine", "AuditEntry", "Outcome", "ShadowDay", "ShadowHit", "Verdict", "Way"]
