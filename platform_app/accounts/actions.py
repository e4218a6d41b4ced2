"""The rules of accounts: who gets in, how often one may try, what a new password ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.utils import timezone
from knox.models import AuthToken
from knox.settings import knox_settings
from social_core.exceptions import AuthAssociationError
from social_django.models import UserSocialAuth

from platform_app.accounts import connections, professors
from platform_app.accounts.tasks import mail_password_reset
from platform_app.errors import FieldError, InvalidInput, NotAllowed, NotFound, WrongCredentials
from platform_app.models import Role, User
from platform_app.throttling import Limit

# What people may choose for themselves; only an administrator makes administrators.
OPEN_ROLES = (Role.STUDENT, Role.PROFESSOR)

SIGN_IN_FROM_ADDRESS = Limit("sign_in_address", attempts=10)
# Guesses from one address must not lock the owner out at another, and guesses from many must end as well.
SIGN_IN_AS_PERSON_FROM_ADDRESS = Limit("sign_in_person_address", attempts=10)
SIGN_IN_AS_PERSON = Limit("sign_in_person", attempts=100)
PRESENT_PASSWORD = Limit("present_password", attempts=10)
# Wider: a class signs up from one address in its first lecture.
SIGN_UP_FROM_ADDRESS = Limit("sign_up_address", attempts=60)
RESET_FROM_ADDRESS = Limit("reset_address", attempts=10)
RESET_FOR_PERSON = Limit("reset_person", attempts=5, window_seconds=900)


@dataclass(frozen=True)
class NewToken:
    """`secret` exists here and with its owner only."""

    secret: str
    expires: datetime


def sign_up(*, email: str, name: str, password: str, role: str, address: str) -> User:
    """A new account. Raises InvalidInput for a taken e-mail address, NotAllowed for a role that is not open."""
    SIGN_UP_FROM_ADDRESS.count_attempt(address)
    _require_open(role)
    user = User(email=User.objects.normalize_email(email), name=name, role=role)
    if settings.PROFESSORS_NEED_APPROVAL:
        professors.as_allowed(user, role)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            return user
    except IntegrityError as error:
        taken = FieldError("email", "unique", "This e-mail address has an account already. Sign in instead.")
        raise InvalidInput(taken.detail, errors=[taken]) from error


def sign_up_with_provider(
    *, email: str, name: str, role: str, identity: dict[str, str]
) -> tuple[User, UserSocialAuth]:
    """A new account without a password, and its connection; `email` was proved. Raises AuthAssociationError if it is taken.

    Who calls it has counted SIGN_UP_FROM_ADDRESS: a refusal here would use up the sign-in that waits.
    """
    _require_open(role)
    user = professors.as_allowed(User(email=email, name=name, email_verified_at=timezone.now()), role)
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            return user, connections.connect(user, **identity, email=email)
    except IntegrityError as error:
        raise AuthAssociationError(code="email_in_use", stage="pipeline") from error


def _require_open(role: str) -> None:
    if role not in OPEN_ROLES:
        raise NotAllowed("This role is given by an administrator.")


def check_credentials(*, email: str, password: str, address: str) -> User:
    """The user of an e-mail address and password.

    Raises WrongCredentials, alike and after like work for an unknown address, a wrong password and a disabled account;
    TooManyAttempts beyond ten failures a minute from one network address, ten attempts a minute for one person from
    there, or a hundred for one person from anywhere.
    """
    person = User.objects.normalize_email(email)
    # One after the other: what an address is refused does not count for the person.
    from_address = SIGN_IN_FROM_ADDRESS.count_attempt(address)
    SIGN_IN_AS_PERSON_FROM_ADDRESS.count_attempt(f"{person}\0{address}")
    SIGN_IN_AS_PERSON.count_attempt(person)
    user = authenticate(username=person, password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    from_address.take_back()
    return user


def check_present_password(user: User, password: str) -> None:
    """Whoever sits at an open screen must know it as well, where there is one. Raises WrongCredentials, TooManyAttempts."""
    if user.has_usable_password():
        attempt = PRESENT_PASSWORD.count_attempt(str(user.pk))
        if not user.check_password(password):
            raise WrongCredentials
        attempt.take_back()


def rename(user: User, name: str) -> None:
    user.name = name
    user.save(update_fields=["name"])


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """A new password ends what the old one opened: sessions (they carry a hash of it) and API tokens."""
    user.set_password(password)
    user.save(update_fields=["password"])
    revoke_all_tokens(user)


@transaction.atomic
def reset_password(user: User, password: str) -> None:
    """By the link of a mail, which proves the address. What strangers may have connected before it was proved goes."""
    if user.email_verified_at is None:
        connections.disconnect_all(user)
    set_password(user, password)
    prove_address(user)


def prove_address(user: User) -> None:
    """Mail to this address reaches this person; what he asked for on the strength of it is settled."""
    if user.email_verified_at is None:
        user.email_verified_at = timezone.now()
        user.save(update_fields=["email_verified_at"])
    professors.settle(user)


def request_password_reset(*, email: str, address: str, origin: str) -> None:
    """Mail a link, if this e-mail address has an active account; what the caller sees is the same if not."""
    RESET_FROM_ADDRESS.count_attempt(address)
    person = User.objects.normalize_email(email)
    RESET_FOR_PERSON.count_attempt(person)
    user = User.objects.filter(email=person).first()
    mail_password_reset.enqueue(user.pk if user else None, origin)


@transaction.atomic
def issue_token(user: User) -> NewToken:
    """A new API token. Expired ones go, and above the limit the oldest as well, so that scripts never lock themselves out."""
    User.objects.select_for_update().get(pk=user.pk)  # two requests at once must not pass the limit
    tokens = AuthToken.objects.filter(user=user)
    valid = tokens.filter(expiry__gt=timezone.now()).order_by("-created", "pk")
    kept = valid.values_list("pk", flat=True)[: knox_settings.TOKEN_LIMIT_PER_USER - 1]
    tokens.exclude(pk__in=list(kept)).delete()
    token, secret = AuthToken.objects.create(user=user)
    return NewToken(secret=secret, expires=token.expiry)


def revoke_token(user: User, digest: str) -> None:
    """Raises NotFound for a token that is gone or somebody else's."""
    removed, _ = AuthToken.objects.filter(user=user, digest=digest).delete()
    if not removed:
        raise NotFound("This token does not exist any more.")


def revoke_all_tokens(user: User) -> None:
    AuthToken.objects.filter(user=user).delete()
