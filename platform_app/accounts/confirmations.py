"""What waits until somebody follows a link in a mail: one account, and the one identity that may be connected with it.

It lies in Redis under a digest, for an hour, and is taken out once. The mail carries the handle signed, so that whoever
reads Redis or the arguments of a job cannot make the link.
"""

from __future__ import annotations

import msgspec
from django.core.signing import BadSignature, Signer
from django.utils.crypto import get_random_string

from sessions_ext.oauth import records

SECONDS = 3600
_KIND = "link"


class Asked(msgspec.Struct, frozen=True):
    """`email` is the address that the mail goes to: an account that has another one meanwhile is not meant."""

    user_id: int
    email: str
    provider: str
    label: str
    id_key: str
    uid: str


def ask(asked: Asked) -> str:
    """The handle of what waits now. Raises CacheUnavailable."""
    handle = get_random_string(43)
    records.put(_KIND, handle, msgspec.to_builtins(asked), seconds=SECONDS)
    return handle


def find(handle: str) -> Asked | None:
    """What waits under this handle; None when it was taken, is too old, or was never there."""
    return _asked(records.look(_KIND, handle))


def take(handle: str) -> Asked | None:
    """The same, for the one who gets it: nobody finds it again."""
    return _asked(records.take(_KIND, handle))


def signed(handle: str) -> str:
    return _signer().sign(handle)


def handle_in(link: str) -> str:
    """The handle that a link of ours carries; "" for any other."""
    try:
        return _signer().unsign(link)
    except BadSignature:
        return ""


def _signer() -> Signer:
    return Signer(salt="platform_app.accounts.confirmations")


def _asked(found: object) -> Asked | None:
    try:
        return msgspec.convert(found, Asked)
    except msgspec.ValidationError:  # absent, or not what we wrote
        return None
