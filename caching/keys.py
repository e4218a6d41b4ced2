"""The names of all keys. Pure: the prefix is handed in; no other module writes a key by hand.

A name never holds a text of a user, a mail address or a secret: what is long or private is in the digest.
"""

import hashlib
import re

_NAME = re.compile(r"[a-z0-9_]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# 160 bits: even somebody who may choose both texts does not find two with one digest.
DIGEST_BYTES = 20


def digest(canonical: bytes) -> str:
    """The hex digest that stands for a canonical form in a key."""
    return hashlib.blake2b(canonical, digest_size=DIGEST_BYTES).hexdigest()


def ai_entry(prefix: str, operation: str, digest: str) -> str:
    """`ai_cache:<operation>:<digest>`"""
    return f"{prefix}ai_cache:{_name(operation)}:{digest}"


def lease(prefix: str, kind: str, of: int) -> str:
    """`flight:<kind>:<id>`: who may do something at the moment, `flight:turn:7` for instance."""
    return f"{prefix}flight:{_name(kind)}:{of}"


def event_log(prefix: str, kind: str, log_id: int | str) -> str:
    """`flight:events:<kind>:<id>`"""
    if not _ID.fullmatch(str(log_id)):
        raise ValueError(f"An id of an event log is made of letters, digits, - and _, not {log_id!r}.")
    return f"{prefix}flight:events:{_name(kind)}:{log_id}"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"Names in keys are made of a-z, 0-9 and _, not {name!r}.")
    return name
