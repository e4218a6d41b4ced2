"""How often a turn may be taken: each asks an AI, which costs money and the others' time.

Nobody who reads the answers speaks twenty times a minute, but hints, help and the ends of scenes count as well. A class of a
hundred plays from one address, at its liveliest six turns a minute each.
"""

from __future__ import annotations

from platform_app.models import User
from platform_app.throttling import Limit, count_together

TURNS_OF_USER = Limit("turns_user", attempts=40)
TURNS_FROM_ADDRESS = Limit("turns_address", attempts=600)


def count_turn(user: User, address: str) -> None:
    """Before anything of a turn is read or stored. Raises TooManyAttempts, CacheUnavailable."""
    count_together((TURNS_OF_USER, str(user.pk)), (TURNS_FROM_ADDRESS, address))
