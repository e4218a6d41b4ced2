"""The typed door: every question of the platform to an AI goes through here, and every good answer is kept in Redis.

An answer is found again only by the whole meaning of its request (`requests`). Redis is asked first and must answer:
without it every method raises CacheUnavailable within 1.5 s, and no provider is called.
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

import pydantic

from caching.ai import asking, live
from caching.ai.answers import Answer, AnswerStream, AsyncAnswerStream, Piece, StructuredAnswer
from caching.ai.asking import Begun, Question, Reply
from caching.ai.chats import ChatOptions, Messages, structure_question, text_question
from caching.ai.client import error_for_users
from caching.ai.embeddings import text_batch
from caching.ai.live import UpstreamError
from caching.ai.pictures import picture_question
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.provider import Provider, ai_provider
from caching.ai.replies import read_delta

M = TypeVar("M", bound=pydantic.BaseModel)

SQUARE = "1024x1024"


class Door:
    """Questions to the AI. Every method raises AIError where there is no good answer; those with an `a` are awaited.

    `operation` names what is asked for (a-z, 0-9, _); it is part of the key and decides how long an answer lives.
    Options are those of ChatOptions. `scopes`, such as ("user:7", "persona:3"), say who shares an answer: only requests
    with the same scopes; and by what it can be invalidated. `policy` says how it is kept.
    """

    def provider(self) -> Provider:
        return ai_provider()

    def chat(self, operation: str, messages: Messages, **options: Any) -> Answer:
        """One whole answer."""
        question = text_question(operation, messages, _known(options), streamed=False)
        with _errors_for_users:
            return asking.answer(question).value

    async def achat(self, operation: str, messages: Messages, **options: Any) -> Answer:
        question = text_question(operation, messages, _known(options), streamed=False)
        with _errors_for_users:
            return (await asking.aanswer(question)).value

    def stream(self, operation: str, messages: Messages, **options: Any) -> AnswerStream:
        """What `chat` would answer, and from the same entry, but in pieces. The first one calls the provider."""
        question = text_question(operation, messages, _known(options), streamed=True)
        begun = asking.begin(question)
        return AnswerStream(_replay(begun.value) if isinstance(begun, Reply) else _live(question, begun))

    async def astream(self, operation: str, messages: Messages, **options: Any) -> AsyncAnswerStream:
        question = text_question(operation, messages, _known(options), streamed=True)
        begun = await asking.abegin(question)
        if isinstance(begun, Reply):
            return AsyncAnswerStream(_areplay(begun.value))
        return AsyncAnswerStream(_alive(question, begun))

    def structured(
        self, operation: str, messages: Messages, schema: type[M], **options: Any
    ) -> StructuredAnswer[M]:
        """An answer as a value of `schema`, validated before it is kept and again when it is found.

        When it does not fit, the model is told why and asked once more.
        """
        question = structure_question(operation, messages, schema, _known(options))
        with _errors_for_users:
            return asking.answer(question).value

    async def astructured(
        self, operation: str, messages: Messages, schema: type[M], **options: Any
    ) -> StructuredAnswer[M]:
        question = structure_question(operation, messages, schema, _known(options))
        with _errors_for_users:
            return (await asking.aanswer(question)).value

    def peek(self, operation: str, messages: Messages, **options: Any) -> Answer | None:
        """What is kept of what `chat` and `stream` would answer. Asks nobody, and is counted nowhere."""
        return asking.peek(text_question(operation, messages, _known(options), streamed=False))

    def peek_structured(
        self, operation: str, messages: Messages, schema: type[M], **options: Any
    ) -> StructuredAnswer[M] | None:
        """The same of `structured`."""
        return asking.peek(structure_question(operation, messages, schema, _known(options)))

    def embed(self, operation: str, texts: Sequence[str], *, model: str | None = None) -> list[array[float]]:
        """A float32 vector for each text. Each has an entry of its own; only unknown texts are sent, and each once."""
        with _errors_for_users:
            return text_batch(operation, texts, model).run()

    async def aembed(
        self, operation: str, texts: Sequence[str], *, model: str | None = None
    ) -> list[array[float]]:
        with _errors_for_users:
            return await text_batch(operation, texts, model).arun()

    def image(
        self,
        operation: str,
        prompt: str,
        *,
        size: str = SQUARE,
        model: str | None = None,
        policy: AnswerPolicy = DEFAULT,
    ) -> bytes:
        """A PNG picture, kept as bytes."""
        question = picture_question(operation, prompt, size=size, model=model, policy=policy)
        with _errors_for_users:
            return asking.answer(question).value.png

    async def aimage(
        self,
        operation: str,
        prompt: str,
        *,
        size: str = SQUARE,
        model: str | None = None,
        policy: AnswerPolicy = DEFAULT,
    ) -> bytes:
        question = picture_question(operation, prompt, size=size, model=model, policy=policy)
        with _errors_for_users:
            return (await asking.aanswer(question)).value.png


ai = Door()


def _known(options: dict[str, Any]) -> ChatOptions:
    # Providers have parameters of their own, so anything may stand there.
    known: Any = options
    checked: ChatOptions = known
    return checked


def _replay(answer: Answer) -> Generator[Piece | Answer, None, None]:
    yield from answer.pieces()
    yield answer


async def _areplay(answer: Answer) -> AsyncGenerator[Piece | Answer, None]:
    for piece in answer.pieces():
        yield piece
    yield answer


def _live(question: Question[Answer], begun: Begun) -> Generator[Piece | Answer, None, None]:
    with _errors_for_users:
        for news in asking.stream(question, begun):
            yield from _pieces(news)


async def _alive(question: Question[Answer], begun: Begun) -> AsyncGenerator[Piece | Answer, None]:
    with _errors_for_users:
        async for news in asking.astream(question, begun):
            for piece in _pieces(news):
                yield piece


def _pieces(news: bytes | live.Restart | Reply[Answer]) -> Iterator[Piece | Answer]:
    if isinstance(news, bytes):
        if text := read_delta(news):
            yield text
    elif isinstance(news, Reply):
        yield news.value
    else:
        yield news


class _ErrorsForUsers:
    """A class and one object, as a hit takes no longer than a dozen of contextlib's context managers."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, UpstreamError):
            raise error_for_users(error) from error


_errors_for_users = _ErrorsForUsers()
