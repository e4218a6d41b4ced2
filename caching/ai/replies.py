"""What a provider replied, read strictly and judged: an answer that ended badly is an error, never text. Pure.

Servers that call themselves compatible leave out fields, send null, or answer with an HTML page. What is read here is
checked against the types below; everything else in a reply is ignored.
"""

from __future__ import annotations

from array import array
from base64 import b64decode
from typing import TypeVar

import msgspec

from caching.ai.answers import Answer, Source
from caching.ai.surfaces import CHAT
from caching.ai.surfaces.pictures import SIGNATURE
from caching.ai.surfaces.tokens import Tokens
from caching.ai.usage import Usage
from caching.codec import float32
from caching.errors import AIAnswerUnusable, AIUnavailable

UNREADABLE = "The AI provider sent something that is not an answer. Please try again."
BROKEN_OFF = "The AI provider broke off in the middle of its answer. Please try again."

W = TypeVar("W")


def _read(reply: object, as_type: type[W]) -> W:
    try:
        return msgspec.convert(reply, as_type, from_attributes=True)
    except msgspec.ValidationError as error:
        raise AIUnavailable(UNREADABLE) from error


class _Text(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    finish_reason: str | None = None
    message: _Text | None = None
    index: int | None = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str | None = None
    usage: Tokens | None = None


_decode = msgspec.json.Decoder(_Completion).decode


def read_completion(body: bytes, source: Source = "provider") -> Answer:
    """The answer in the body of a chat completion that was not streamed.

    Raises AIAnswerUnusable if it ended badly, AIUnavailable if it is none or has not ended at all.
    """
    try:
        read = _decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AIUnavailable(UNREADABLE) from error
    choice = next((choice for choice in read.choices if not choice.index), None)
    if choice is None:
        raise AIUnavailable(BROKEN_OFF)
    said = choice.message or _Text()
    text = said.content or ""
    _judge(choice.finish_reason, text, said.refusal)
    usage = read.usage.as_usage() if read.usage else Usage()
    return Answer(text, read.model or "", choice.finish_reason or "", usage, source)


class _Delta(msgspec.Struct):
    index: int | None = 0
    delta: _Text | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Delta]


_decode_chunk = msgspec.json.Decoder(_Chunk).decode


def read_delta(chunk: bytes) -> str:
    """The text that a chunk of a chat adds to the answer. Raises ValueError for what is no chunk."""
    deltas = (choice.delta for choice in _decode_chunk(chunk).choices if not choice.index)
    return "".join(delta.content or "" for delta in deltas if delta)


def _judge(finish_reason: str | None, text: str, refusal: str | None) -> None:
    match finish_reason:
        case None:
            raise AIUnavailable(BROKEN_OFF)
        case "length":
            raise AIAnswerUnusable("The AI's answer became too long and was cut off.", reason="length")
        case "content_filter":
            raise AIAnswerUnusable("The AI provider's filter held the answer back.", reason="content_filter")
    if refusal:
        raise AIAnswerUnusable("The AI declined to answer this.", reason="refusal")
    if not text.strip():
        raise AIAnswerUnusable("The AI gave an empty answer. Please try again.", reason="empty")


def with_usage_of(body: bytes, other: bytes) -> bytes:
    """The body with the tokens of another one added: what a second attempt really cost."""
    reply = msgspec.json.decode(body)
    usage = CHAT.usage(body)[1] + CHAT.usage(other)[1]
    reply["usage"] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
    }
    return msgspec.json.encode(reply)


class _Embedding(msgspec.Struct):
    """Base64 of float32, as asked for; servers that do not know that send the numbers."""

    index: int
    embedding: str | list[float]

    def as_vector(self) -> array[float]:
        if isinstance(self.embedding, list):
            return array("f", self.embedding)
        return float32(_decoded(self.embedding))


class _Embeddings(msgspec.Struct):
    data: list[_Embedding]
    usage: Tokens | None = None


def read_vectors(reply: object, *, count: int) -> tuple[list[array[float]], int]:
    """The vectors in the order of the inputs, and the tokens of all. All of them, or AIUnavailable."""
    read = _read(reply, _Embeddings)
    embeddings = sorted(read.data, key=lambda one: one.index)
    if [one.index for one in embeddings] != list(range(count)):
        raise AIUnavailable(UNREADABLE)
    try:
        vectors = [one.as_vector() for one in embeddings]
    except ValueError as error:
        raise AIUnavailable(UNREADABLE) from error
    if not all(vectors):
        raise AIAnswerUnusable("The AI provider sent an empty embedding. Please try again.", reason="empty")
    return vectors, read.usage.as_usage().input_tokens if read.usage else 0


class _Picture(msgspec.Struct):
    b64_json: str | None = None
    url: str | None = None


class _Pictures(msgspec.Struct):
    data: list[_Picture]
    usage: Tokens | None = None


def read_picture(reply: object) -> tuple[bytes | str, Usage]:
    """The picture itself, or the URL where it lies for a while; and what it took, if the provider says so."""
    read = _read(reply, _Pictures)
    usage = read.usage.as_usage() if read.usage else Usage()
    for picture in read.data:
        if picture.b64_json:
            return _decoded(picture.b64_json), usage
        if picture.url:
            return picture.url, usage
    raise AIAnswerUnusable("The AI provider sent no picture. Please try again.", reason="empty")


def checked_png(content: bytes) -> bytes:
    if not content.startswith(SIGNATURE):
        raise AIAnswerUnusable("The AI provider sent something that is not a PNG picture.", reason="invalid")
    return content


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise AIUnavailable(UNREADABLE) from error
