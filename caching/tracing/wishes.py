"""How a request says that it wants to be traced, and who may ask for that.

`?cache=trace` in the address of a page is for people: the explanation is shown in place of the page. The header
`X-Cache-Trace: 1` is for programs and for everything that is not a GET: the answer is as always, and `X-Cache-Trace-Id` says
where the explanation is kept.
"""

from __future__ import annotations

from enum import Enum

from django.db import Error as DatabaseError
from django.http import HttpRequest

from caching.admin.pages import VIEW
from caching.errors import CacheUnavailable
from caching.trace import Account, accounting

PARAMETER = "cache=trace"
HEADER = "X-Cache-Trace"
ID_HEADER = "X-Cache-Trace-Id"
_META = "HTTP_X_CACHE_TRACE"


class Wish(Enum):
    NOTHING = 0
    EXPLANATION = 1
    """in place of the page"""
    KEPT = 2
    """beside the answer"""


def taken(request: HttpRequest) -> Wish:
    """What this request wishes. The parameter is taken out of its address: it is answered as if it had not been there, to
    whomever, and what it asks the cache for is the same."""
    if request.META.get(_META) == "1":
        return Wish.KEPT
    query = request.META.get("QUERY_STRING", "")
    if PARAMETER not in query or request.method != "GET":
        return Wish.NOTHING
    parts = query.split("&")
    others = [part for part in parts if part != PARAMETER]
    if len(others) == len(parts):
        return Wish.NOTHING
    request.META["QUERY_STRING"] = "&".join(others)
    return Wish.EXPLANATION


def may_trace(request: HttpRequest) -> bool:
    """Asked after the answer was made: who it is, is known by then. Nobody, when that cannot be found out."""
    try:
        with accounting(Account()):  # it belongs to no trace, and to no line in a log
            user = getattr(request, "user", None)
            return bool(user and user.is_active and user.is_staff and user.has_perm(VIEW))
    except (CacheUnavailable, DatabaseError):
        return False
