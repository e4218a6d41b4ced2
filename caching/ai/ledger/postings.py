"""What is posted to the ledger: to whom, and how much."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from caching.ai.ledger.accounts import Outcome

# Longer names are cut when they are brought to Redis; what is made up by somebody must not fill a page.
_MOST_CHARACTERS = 200
_LAST_DAY = 100_000


class Unnamed(Exception):
    """No Key has this name."""


class Key(NamedTuple):
    """`day` is that of UTC, since 1970. `kind` is that of `AIRequest`: chat, embedding, image, response."""

    day: Annotated[int, msgspec.Meta(ge=0, le=_LAST_DAY)]
    operation: str
    kind: str
    model: str
    scenario: str
    outcome: Outcome

    def name(self) -> bytes:
        """As it stands on a page, cut to a bounded length."""
        return _encode((self.day, *(printable(part, _MOST_CHARACTERS) for part in self[1:])))

    @classmethod
    def named(cls, name: bytes) -> Key:
        """Raises Unnamed."""
        try:
            return _decode(name)
        except (msgspec.DecodeError, ValueError) as error:
            raise Unnamed from error


class Cell(NamedTuple):
    requests: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    pictures: int = 0
    milliseconds: int = 0

    def plus(self, other: Cell) -> Cell:
        return Cell(*(mine + his for mine, his in zip(self, other, strict=True)))


PARTS = len(Cell())


def printable(text: str, characters: int) -> str:
    """No database refuses it, and no terminal does what it says."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:characters])


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Key).decode
