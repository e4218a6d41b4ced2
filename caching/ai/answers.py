"""What callers of the AI door get."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import msgspec
import pydantic

from caching.ai.live import Restart
from caching.ai.usage import Usage

M = TypeVar("M", bound=pydantic.BaseModel)

GOOD_ENDING = "stop"
_WORD = re.compile(r"\s*\S+|\s+")

Source = Literal["provider", "shared", "cache", "near", "stale", "semantic"]
"""Where an answer comes from: the provider was asked for this caller, or for another one who asked the same at the same
time; it was kept in Redis, or there was a copy in this process; it had expired, and the provider failed; it
answered another question of the same meaning (`caching.ai.semantic`)."""


class Answer(msgspec.Struct, frozen=True):
    """A text that ended well. `usage` is what it cost when it was fresh.

    `cosine`: how near the other question was whose answer this is; None for an answer to this very question.
    """

    text: str
    model: str
    finish_reason: str
    usage: Usage
    source: Source = "provider"
    cosine: float | None = None

    @property
    def from_cache(self) -> bool:
        return self.source not in ("provider", "shared")

    @property
    def is_stale(self) -> bool:
        return self.source == "stale"

    def pieces(self) -> Iterator[str]:
        """The text as a stream would bring it, a word at a time."""
        return (word[0] for word in _WORD.finditer(self.text))


@dataclass(frozen=True, slots=True)
class StructuredAnswer(Generic[M]):
    """An answer that fits the schema it was asked for; `text` is the JSON of which `value` was made."""

    value: M
    model: str
    usage: Usage
    source: Source
    text: str = field(repr=False)

    @property
    def from_cache(self) -> bool:
        return self.source not in ("provider", "shared")


Piece = str | Restart


class _Holding:
    """The whole answer, once its pieces have been taken."""

    _answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        if self._answer is None:
            raise RuntimeError("The answer is complete only when its stream has been read to the end.")
        return self._answer


class AnswerStream(_Holding, Iterator[Piece]):
    """The pieces of an answer as they come; `.answer` is there when they have all been taken.

    RESTART among the pieces means that who was asked first has died, and another answer begins: what came before is void.
    Iterating raises AIUnavailable where the provider breaks off, AIAnswerUnusable at the end of an answer that ended
    badly, CacheUnavailable where it cannot be kept. `close()` stops reading; the answer is made and kept all the same.
    """

    def __init__(self, pieces: Generator[Piece | Answer, None, None]) -> None:
        self._pieces = pieces

    def __next__(self) -> Piece:
        piece = next(self._pieces)
        if isinstance(piece, Answer):
            self._answer = piece
            return next(self)
        return piece

    def close(self) -> None:
        self._pieces.close()


class AsyncAnswerStream(_Holding, AsyncIterator[Piece]):
    """As `AnswerStream`, for coroutines. It is no iterator as well: Django would then prefer to block."""

    def __init__(self, pieces: AsyncGenerator[Piece | Answer, None]) -> None:
        self._pieces = pieces

    async def __anext__(self) -> Piece:
        piece = await anext(self._pieces)
        if isinstance(piece, Answer):
            self._answer = piece
            return await anext(self)
        return piece

    async def aclose(self) -> None:
        await self._pieces.aclose()
