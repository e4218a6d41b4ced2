"""E-mail addresses as providers say them, and which account one of them belongs to.

Only addresses that are the same letter by letter, in lower case, are the same. Refuses letters beyond ASCII: several of
them look like another one, or become another one in lower or upper case (ı, ſ, K, ａ, ß), and would open somebody else's
account or make one that nobody can tell from it.
"""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from platform_app.models import User

LONGEST = 254


class UnusableAddress(ValueError):
    """No address, or one that could be taken for another."""


def normalised(said: object) -> str:
    """The address in the form in which accounts have it. Raises UnusableAddress."""
    address = said.strip() if isinstance(said, str) else ""
    # Before lower(), which makes a plain k of the Kelvin sign.
    if not address.isascii() or len(address) > LONGEST:
        raise UnusableAddress
    try:
        validate_email(address)
    except ValidationError as error:
        raise UnusableAddress from error
    return User.objects.normalize_email(address)


def account_of(address: str) -> User | None:
    """The account with this normalised address, whichever way its international domain is written; if both are there, as said."""
    for spelling in (address, _with_letters(address)):
        if user := User.objects.filter(email=spelling).first():
            return user
    return None


def _with_letters(address: str) -> str:
    """bücher.example for xn--bcher-kva.example: people who sign up with a password may have typed either."""
    name, _, domain = address.rpartition("@")
    labels = domain.split(".")
    for index, label in enumerate(labels):
        if label.startswith("xn--"):
            with suppress(UnicodeError):
                labels[index] = label.removeprefix("xn--").encode().decode("punycode")
    return f"{name}@{'.'.join(labels)}"
