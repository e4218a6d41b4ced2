"""Which sign-ins are connected with an account. No identity is ever moved to another account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from social_core.exceptions import AuthAssociationError, AuthPolicyError
from social_django.models import UserSocialAuth

from caching import cache_user_query
from platform_app.accounts import providers
from platform_app.models import User


@dataclass(frozen=True)
class Connection:
    """`email` is the address that the provider vouched for when it was connected, for telling two apart."""

    id: int
    provider: str
    email: str
    since: datetime

    @property
    def label(self) -> str:
        return providers.label_of(self.provider)


@cache_user_query("connections")
def connections_of(user_id: int) -> tuple[Connection, ...]:
    rows = UserSocialAuth.objects.filter(user_id=user_id).order_by("created", "pk")
    return tuple(Connection(row.pk, row.provider, _email(row), row.created) for row in rows)


def still_open(user_id: int) -> str:
    """What a new password does not end, in words; "" without any."""
    ways = {connection.provider: connection.label for connection in connections_of(user_id)}
    labels = [ways[offer.name] for offer in providers.offered() if offer.name in ways]
    if not labels:
        return ""
    return f"Signing in with {' or '.join(labels)} still opens your account; you can end that on your account page."


def connect(user: User, *, provider: str, uid: str, id_key: str, email: str) -> UserSocialAuth:
    """Makes the connection, or finds it. Raises AuthAssociationError if the identity is another user's."""
    found = UserSocialAuth.get_social_auth(provider, uid)
    if found is None:
        try:
            with transaction.atomic():
                return UserSocialAuth.objects.create(
                    user=user, provider=provider, uid=uid, id_key=id_key, extra_data={"email": email}
                )
        except IntegrityError:  # somebody was faster
            found = UserSocialAuth.get_social_auth(provider, uid)
    if found is None or found.user_id != user.pk:
        raise AuthAssociationError(code="identity_in_use", stage="pipeline")
    return found


@transaction.atomic
def disconnect(user: User, provider: str, connection_id: int | None) -> None:
    """Ends one connection, or all with this provider. Raises AuthPolicyError for the last way in."""
    locked = User.objects.select_for_update().get(pk=user.pk)  # two at once must not end both
    connected = UserSocialAuth.objects.filter(user=locked)
    ended = connected.filter(provider=provider)
    if connection_id is not None:
        ended = ended.filter(pk=connection_id)
    open_ways = connected.exclude(pk__in=ended.values("pk")).filter(
        provider__in=[offer.name for offer in providers.offered()]
    )
    if ended.exists() and not locked.has_usable_password() and not open_ways.exists():
        raise AuthPolicyError(code="disconnect_disallowed", stage="disconnect")
    ended.delete()


def disconnect_all(user: User) -> None:
    UserSocialAuth.objects.filter(user=user).delete()


def _email(row: UserSocialAuth) -> str:
    return str(row.extra_data.get("email", "")) if isinstance(row.extra_data, dict) else ""
