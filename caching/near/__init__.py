"""The near cache: copies of entries in this process, of which no read is ever stale.

    copies     what is held, bounded by bytes, and what a push does to it     tracking   connections, and the barrier
    pushes     one connection on which a primary tells what changes           scopes     how long one barrier serves

A reader passes `scopes.ready()` and then takes what `get` finds. What was read from Redis after `position` may be kept.
"""

from caching.near.copies import Entry, Position, discard, get, keep, position, stamps

__all__ = ["Entry", "Position", "discard", "get", "keep", "position", "stamps"]
