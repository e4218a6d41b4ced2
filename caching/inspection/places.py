"""How far somebody has looked through the keys, as a text in an address. It is signed: nobody makes one up."""

from __future__ import annotations

from typing import NamedTuple, Self

import msgspec
from django.core import signing

_SALT = "caching.inspection.places"


class BadPlace(ValueError):
    """The text leads to no place in these primaries. The message says why, to people."""


class Place(NamedTuple):
    """In the primary `server` of those that have the `fingerprint`; `passed`: how many of its keys were looked at."""

    fingerprint: str
    server: int = 0
    cursor: int = 0
    passed: int = 0

    def __str__(self) -> str:
        return signing.dumps([*self], salt=_SALT)

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises BadPlace."""
        try:
            return cls(*msgspec.convert(signing.loads(text, salt=_SALT), tuple[str, int, int, int]))
        except (signing.BadSignature, msgspec.ValidationError, ValueError) as error:
            raise BadPlace("This link leads to no place among the keys. Begin again.") from error
