"""Every kind of write that Django and SQL offer, each as a function of the world. `KINDS` lists them all."""

from tests.caching.invalidation.kinds import many_objects, one_object, statements, transactions
from tests.caching.invalidation.kinds.listing import KINDS, Kind

__all__ = ["KINDS", "Kind", "many_objects", "one_object", "statements", "transactions"]
