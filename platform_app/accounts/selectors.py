"""What pages and the API show of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from knox.models import AuthToken

from caching import cache_user_query
from platform_app.models import User

# A query for so many keys rests on these rows only; one for more on the whole table, which changes at every sign-in.
PINNED = 8


@dataclass(frozen=True)
class APIToken:
    """What is stored of a token; the token itself is not."""

    digest: str
    token_key: str
    created: datetime
    expiry: datetime | None


def valid_tokens(user_id: int) -> list[APIToken]:
    """The user's API tokens that still open something, the newest first."""
    now = timezone.now()
    return [token for token in _tokens(user_id) if token.expiry and token.expiry > now]


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """For what is cached by those who ask: it rests on the rows of these users."""
    ids = sorted(set(user_ids))
    names: dict[int, str] = {}
    for start in range(0, len(ids), PINNED):
        names.update(User.objects.filter(pk__in=ids[start : start + PINNED]).values_list("pk", "name"))
    return names


@cache_user_query("api_tokens")
def _tokens(user_id: int) -> tuple[APIToken, ...]:
    tokens = AuthToken.objects.filter(user_id=user_id).order_by("-created", "pk")
    return tuple(APIToken(**row) for row in tokens.values("digest", "token_key", "created", "expiry"))
