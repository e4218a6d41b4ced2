"""Pages of the cache in Django's admin: models here, pages of our own below /admin/cache/ (`urls`)."""

from caching.admin import audit, ledger

__all__ = ["audit", "ledger"]
