"""API tokens: `Authorization: Bearer <token>`. Only their SHA-512 is stored, so a copy of the database opens nothing."""

from __future__ import annotations

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from platform_app.models import User


class BearerAuthentication(TokenAuthentication):
    """knox's header rules, with one look-up by the digest in place of a walk through the user's tokens."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        # latin-1 takes every byte: what is no token has a digest that nobody has.
        digest = hash_token(token.decode("latin-1"))
        found = AuthToken.objects.select_related("user").filter(
            digest=digest, expiry__gt=timezone.now(), user__is_active=True
        )
        stored = found.first()
        if stored is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return stored.user, stored
