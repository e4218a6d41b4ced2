"""Names of keys on pages and in addresses: always what comes behind our prefix, as bytes, for a name may hold any.

On a page a name is one line of text; in an address it is base64url, so that every name can be asked for.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from caching import conf
from caching.inspection.namespaces import Namespace, known

MOST_ADDRESSED_BYTES = 1000
"""Longer names stand in lists, but no address leads to them."""


def key_of(name: bytes) -> bytes:
    return conf.key_prefix().encode() + name


def name_of(key: bytes) -> bytes | None:
    """None: it does not begin with our prefix."""
    prefix = conf.key_prefix().encode()
    return key[len(prefix) :] if key.startswith(prefix) else None


def namespace_of(name: bytes) -> Namespace | None:
    """None: foreign. It lies beside our keys, and nothing of it is ours to show."""
    return next((each for each in known() if name.startswith(each.start.encode())), None)


def shown(text: bytes | str) -> str:
    """As one line: bytes that are not UTF-8, line ends and signs that would turn the text round are written as escapes."""
    if isinstance(text, bytes):
        text = text.decode(errors="backslashreplace")
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def address_of(name: bytes) -> str:
    """Empty for a name that no address leads to."""
    if len(name) > MOST_ADDRESSED_BYTES:
        return ""
    return urlsafe_b64encode(name).rstrip(b"=").decode()


def name_at(address: str) -> bytes:
    """Raises ValueError for what is no address of a key."""
    try:
        return urlsafe_b64decode(address.encode("ascii") + b"=" * (-len(address) % 4))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("This is not the address of a key.") from error
