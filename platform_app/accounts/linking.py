"""Connecting a sign-in with the account that has the same e-mail address, after its owner proved to be its owner.

Either the account's password is entered, which counts only if the account's address was proved at some time; or a link
in a mail is followed. An address that was never proved may have been typed by a stranger who waits for its owner: the
link then also ends the password, the other connections, the sessions and the API tokens that are there.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from platform_app.accounts import actions, confirmations, connections
from platform_app.accounts.addresses import account_of
from platform_app.accounts.confirmations import Asked
from platform_app.accounts.pending import Pending
from platform_app.accounts.refusals import SignInRefused
from platform_app.accounts.tasks import mail_link_confirmation
from platform_app.errors import NotAllowed, NotFound
from platform_app.models import User
from platform_app.throttling import Limit

MAIL_FROM_ADDRESS = Limit("link_mail_address", attempts=10)
MAIL_FOR_PERSON = Limit("link_mail_person", attempts=5, window_seconds=900)

DISABLED = "This account is disabled. Please ask an administrator of this platform."


def opens_with_password(user: User) -> bool:
    return user.email_verified_at is not None and user.has_usable_password()


def link_with_password(pending: Pending, *, password: str, address: str) -> User:
    """Connects and gives the account. Raises WrongCredentials, TooManyAttempts, NotAllowed, AuthAssociationError."""
    account = account_for(pending)
    if not opens_with_password(account):
        raise NotAllowed("This account can be connected by a link in a mail only.")
    user = actions.check_credentials(email=account.email, password=password, address=address)
    connections.connect(
        user, provider=pending.backend.name, uid=pending.uid, id_key=pending.id_key, email=pending.address
    )
    return user


def ask_by_mail(pending: Pending, *, address: str, origin: str) -> None:
    """Mails a link that connects this very identity with this very account."""
    account = account_for(pending)
    MAIL_FROM_ADDRESS.count_attempt(address)
    MAIL_FOR_PERSON.count_attempt(account.email)
    handle = confirmations.ask(
        Asked(
            user_id=account.pk,
            email=account.email,
            provider=pending.backend.name,
            label=pending.label,
            id_key=pending.id_key,
            uid=pending.uid,
        )
    )
    mail_link_confirmation.enqueue(handle, origin)


def account_for(pending: Pending) -> User:
    account = account_of(pending.address)
    if account is None:
        raise NotFound("This account does not exist any more. Please sign in once more.")
    if not account.is_active:
        raise SignInRefused(DISABLED)
    return account


def account_meant(asked: Asked, users: QuerySet[User]) -> User:
    """The account that the link was mailed to. Raises NotFound if there is none, or it has another address meanwhile."""
    user = users.filter(pk=asked.user_id, email=asked.email, is_active=True).first()
    if user is None:
        raise NotFound("This account does not exist any more, or has another address.")
    return user


@transaction.atomic
def link_by_mail(asked: Asked) -> User:
    """What the button behind the link does. Raises NotFound for an account that is not the one that was asked about."""
    user = account_meant(asked, User.objects.select_for_update())
    if user.email_verified_at is None:
        take_over(user)
    connections.connect(user, provider=asked.provider, uid=asked.uid, id_key=asked.id_key, email=asked.email)
    actions.prove_address(user)
    return user


def take_over(user: User) -> None:
    """Ends all that was made before anybody proved that the address is his; sessions carry a digest of the password."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    actions.revoke_all_tokens(user)
    connections.disconnect_all(user)
