"""The steps of a sign-in with a provider that are ours; settings.SOCIAL_AUTH_PIPELINE has them in their order.

What they promise: an identity opens the account it is connected with, and no other. A new connection needs an e-mail
address that the provider has proved. An account that has this address already is never opened by that alone. Nothing is
made before a person has chosen a role. No token of the provider is kept.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from social_core.pipeline.partial import partial_step

from platform_app.accounts import actions, connections, pending, providers
from platform_app.accounts.addresses import UnusableAddress, account_of, normalised
from platform_app.accounts.linking import DISABLED
from platform_app.accounts.refusals import SignInRefused
from platform_app.accounts.tasks import mail_connected
from platform_app.models import User
from platform_app.requests import origin_of

Step = dict[str, Any] | HttpResponse | None
LONGEST_UID = 255
LONGEST_NAME = 120


def refuse_strange_identity(backend: Any, uid: str, **_: Any) -> None:
    """OpenID Connect Core, 2: a subject has 255 ASCII characters at most. Before a database is asked for anything else."""
    if len(uid) > LONGEST_UID or not (uid.isascii() and uid.isprintable()):
        label = providers.label_of(backend.name)
        raise SignInRefused(f"{label} names you in a way that this platform does not understand.")


def refuse_disabled_account(user: User | None = None, **_: Any) -> None:
    if user is not None and not user.is_active:
        raise SignInRefused(DISABLED)


def require_proved_address(
    backend: Any, details: dict[str, Any], response: dict[str, Any], social: Any = None, **_: Any
) -> Step:
    """A new connection rests on an address that the provider has proved: `true`, and not something like it."""
    if social is not None:
        return None
    label = providers.label_of(backend.name)
    if response.get("email_verified") is not True:
        raise SignInRefused(
            f"{label} has not confirmed your e-mail address yet. Confirm it there, then try again."
        )
    try:
        address = normalised(details.get("email"))
    except UnusableAddress as error:
        raise SignInRefused(
            f"The e-mail address that {label} has for you cannot be used here: it may hold only plain letters from a "
            "to z, digits and the usual signs. Sign up with a password and another address."
        ) from error
    return {"address": address, "name": _shown(details.get("fullname"))}


@partial_step(save_to_session=False)
def offer_link(
    strategy: Any, current_partial: Any, address: str = "", user: User | None = None, **_: Any
) -> Step:
    """An account with the same address: its owner has to prove to be its owner first."""
    account = None if user is not None else account_of(address)
    if account is None:
        return None
    if not account.is_active:
        raise SignInRefused(DISABLED)
    pending.keep(strategy, current_partial)
    return redirect("accounts:link")


@partial_step(save_to_session=False)
def choose_role(
    strategy: Any,
    current_partial: Any,
    user: User | None = None,
    chosen: dict[str, str] | None = None,
    **_: Any,
) -> Step:
    if user is not None or chosen:
        return None
    pending.keep(strategy, current_partial)
    return redirect("accounts:finish_sign_up")


def create_account(
    backend: Any,
    uid: str,
    id_key: str = "",
    address: str = "",
    user: User | None = None,
    chosen: dict[str, str] | None = None,
    **_: Any,
) -> Step:
    if user is not None or chosen is None:
        return None
    user, social = actions.sign_up_with_provider(
        email=address,
        name=chosen["name"],
        role=chosen["role"],
        identity={"provider": backend.name, "uid": uid, "id_key": id_key},
    )
    return {"user": user, "social": social, "is_new": True, "new_association": True}


def connect_account(
    strategy: Any,
    backend: Any,
    uid: str,
    id_key: str = "",
    address: str = "",
    user: User | None = None,
    social: Any = None,
    **_: Any,
) -> Step:
    """For somebody who is signed in and asked for it on the account page."""
    if user is None or social is not None:
        return None
    label = providers.label_of(backend.name)
    with transaction.atomic():  # no connection without its mail
        social = connections.connect(user, provider=backend.name, uid=uid, id_key=id_key, email=address)
        mail_connected.enqueue(user.pk, label, address, origin_of(strategy.request))
    if address == user.email:
        role = user.role
        actions.prove_address(user)
        if user.role != role:  # which ends sessions, but not the one in which it was earned
            update_session_auth_hash(strategy.request, user)
    messages.success(strategy.request, f"{label} is connected with your account.")
    return {"social": social, "new_association": True}


def disconnect(
    strategy: Any, name: str, user: User, association_id: int | None = None, **_: Any
) -> dict[str, Any]:
    """The whole of settings.SOCIAL_AUTH_DISCONNECT_PIPELINE."""
    connections.disconnect(user, name, association_id)
    messages.success(strategy.request, f"{providers.label_of(name)} is not connected any more.")
    return {}


def _shown(name: object) -> str:
    """A name to begin with in the form; a half character (a lone surrogate) could not be sent to a browser."""
    words = name.encode(errors="ignore").decode().split() if isinstance(name, str) else []
    return " ".join(words)[:LONGEST_NAME]
