"""What callers of the AI door get, and the form in which an answer is kept."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

import msgspec
import pydantic

from caching.ai.usage import Usage
from caching.codec import Floats, Raw, Typed

M = TypeVar("M", bound=pydantic.BaseModel)

GOOD_ENDING = "stop"
_WORD = re.compile(r"\s*\S+|\s+")


class Answer(msgspec.Struct, frozen=True):
    """A text that ended well. The usage of an answer from the cache is what it cost when it was fresh."""

    text: str
    model: str
    finish_reason: str
    usage: Usage
    from_cache: bool = False

    def pieces(self) -> Iterator[str]:
        """The text as a stream would bring it, a word at a time."""
        return (word[0] for word in _WORD.finditer(self.text))


@dataclass(frozen=True, slots=True)
class StructuredAnswer(Generic[M]):
    """An answer that fits the schema it was asked for; `text` is the JSON of which `value` was made."""

    value: M
    model: str
    usage: Usage
    from_cache: bool
    text: str = field(repr=False)


class _Kept(msgspec.Struct, frozen=True):
    """An answer in Redis. It has no finish reason, because only those are kept that ended well."""

    text: Annotated[str, msgspec.Meta(min_length=1)]
    model: str
    usage: Usage


_KEPT = Typed(_Kept)


class AnswerCodec:
    tag = _KEPT.tag
    compressible = True

    def dump(self, value: Answer) -> bytes:
        return _KEPT.dump(_Kept(value.text, value.model, value.usage))

    def load(self, payload: bytes) -> Answer:
        kept = _KEPT.load(payload)
        return Answer(kept.text, kept.model, GOOD_ENDING, kept.usage, from_cache=True)


class StructureCodec(Generic[M]):
    """The same bytes, but what does not fit the schema is undecodable, so that a changed validator causes a miss."""

    tag = _KEPT.tag
    compressible = True

    def __init__(self, schema: type[M]) -> None:
        self._schema = schema

    def dump(self, value: StructuredAnswer[M]) -> bytes:
        return _KEPT.dump(_Kept(value.text, value.model, value.usage))

    def load(self, payload: bytes) -> StructuredAnswer[M]:
        kept = _KEPT.load(payload)
        value = self._schema.model_validate_json(kept.text)
        return StructuredAnswer(value, kept.model, kept.usage, from_cache=True, text=kept.text)


ANSWER = AnswerCodec()
VECTOR = Floats()
PICTURE = Raw(magic=b"\x89PNG\r\n\x1a\n")


class AnswerStream(Iterator[str]):
    """The pieces of an answer as they come; `.answer` is there when they have all been taken.

    Iterating raises AIUnavailable where the provider breaks off, AIAnswerUnusable at the end of an answer that ended
    badly, CacheUnavailable where it cannot be kept. `close()` hangs up on the provider, and nothing is kept.
    """

    def __init__(self, pieces: Generator[str, None, Answer]) -> None:
        self._pieces = pieces
        self._answer: Answer | None = None

    def __next__(self) -> str:
        try:
            return next(self._pieces)
        except StopIteration as end:
            self._answer = self._answer or end.value
            raise

    def close(self) -> None:
        self._pieces.close()

    @property
    def answer(self) -> Answer:
        if self._answer is None:
            raise RuntimeError("The answer is complete only when its stream has been read to the end.")
        return self._answer
