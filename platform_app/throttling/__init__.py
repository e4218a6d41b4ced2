"""How often somebody may try: `limits` counts in Redis, `addresses` says who is counted where nobody has signed in."""

from platform_app.throttling.addresses import address_of
from platform_app.throttling.limits import Attempt, Limit, count_together

__all__ = ["Attempt", "Limit", "address_of", "count_together"]
