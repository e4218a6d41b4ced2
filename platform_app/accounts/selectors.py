"""What the account page and the API show of an account."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from knox.models import AuthToken

from platform_app.models import User


def valid_tokens(user: User) -> QuerySet[AuthToken]:
    """The user's API tokens that still open something, the newest first."""
    return AuthToken.objects.filter(user=user, expiry__gt=timezone.now()).order_by("-created", "pk")


def user_with_email(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()
