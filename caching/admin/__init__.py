"""Pages of the cache in Django's admin: models here, pages of our own below /admin/cache/ (`urls`)."""

from caching.admin import ledger

__all__ = ["ledger"]
