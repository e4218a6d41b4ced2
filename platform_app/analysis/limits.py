"""How often an analysis may be started: it reads a whole book with an AI, and a worker does one after the other."""

from __future__ import annotations

from platform_app.models import User
from platform_app.throttling import Limit, count_together

ANALYSES_OF_USER = Limit("analyses_user", attempts=10, window_seconds=600)
# Colleagues in one building.
ANALYSES_FROM_ADDRESS = Limit("analyses_address", attempts=60, window_seconds=600)


def count_analysis(user: User, address: str) -> None:
    """Before a file is read, or a failed analysis started again. Raises TooManyAttempts, CacheUnavailable."""
    count_together((ANALYSES_OF_USER, str(user.pk)), (ANALYSES_FROM_ADDRESS, address))
