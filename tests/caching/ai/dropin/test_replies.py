"""What the SDK makes of the streams that it is given in place of the provider's."""

from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncStream, Stream
from openai.types.chat import ChatCompletionChunk

from caching.ai.asking import Reply
from caching.ai.dropin import replies
from caching.ai.dropin.calls import Call, call_of
from caching.ai.dropin.keeping import Keeping
from caching.ai.dropin.replies import Arriving, AsyncArriving, Piece
from caching.ai.live import RESTART, BrokenOff, UpstreamError
from caching.ai.surfaces import CHAT
from tests.caching.ai.dropin.twins import SyncTwin, Twin
from tests.caching.ai.surfaces.completions import body, chunk, reply

FIRST, SECOND, LAST = chunk({"content": "One "}), chunk({"content": "two."}), chunk(finish="stop")
WHOLE = Reply(body(reply()), body(reply()), "provider")


def call() -> Call:
    options = openai._models.FinalRequestOptions.construct(
        method="post", url="/chat/completions", json_data={"model": "m", "messages": [], "stream": True}
    )
    one = call_of(
        options, stream=True, base_url="http://provider/v1", default_query={}, keeping=Keeping("chat")
    )
    assert one is not None
    return one


def stream_of(twin: Twin, *pieces: Piece | Exception) -> Any:
    """The SDK's stream of these pieces; an exception among them is raised there."""

    def plain() -> Generator[Piece, None, None]:
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def awaited() -> AsyncGenerator[Piece, None]:
        for piece in plain():
            yield piece

    if isinstance(twin, SyncTwin):
        response = replies.arriving(call(), Arriving(call(), FIRST, plain()))
        client: Any = openai.OpenAI(api_key="k")
        return Stream(cast_to=ChatCompletionChunk, response=response, client=client)
    response = replies.arriving(call(), AsyncArriving(call(), FIRST, awaited()))
    client = openai.AsyncOpenAI(api_key="k")
    return AsyncStream(cast_to=ChatCompletionChunk, response=response, client=client)


def shown(twin: Twin, stream: Any, error: type[Exception]) -> str:
    """What the SDK has shown when it raises."""
    chunks: list[ChatCompletionChunk] = []
    with pytest.raises(error):
        while True:
            chunks.append(twin.first(stream))
    return "".join(one.choices[0].delta.content or "" for one in chunks)


def test_a_stream_ends_with_its_last_chunk(twin: Twin) -> None:
    chunks = twin.all(stream_of(twin, SECOND, LAST, WHOLE))
    assert [one.choices[0].delta.content for one in chunks] == ["One ", "two.", None]


def test_an_answer_that_begins_anew_is_raised_as_a_broken_stream(twin: Twin) -> None:
    stream = stream_of(twin, SECOND, RESTART, FIRST, LAST, WHOLE)
    assert shown(twin, stream, openai.APIConnectionError) == "One two."


def test_a_stream_that_broke_off_is_raised_as_one(twin: Twin) -> None:
    assert shown(twin, stream_of(twin, SECOND, BrokenOff()), openai.APIConnectionError) == "One two."


def test_what_a_later_leader_was_refused_is_raised_in_the_providers_words(twin: Twin) -> None:
    error = UpstreamError(429, b'{"error": {"message": "Slow down."}}')
    assert shown(twin, stream_of(twin, error), openai.APIError) == "One "


def test_an_answer_that_begins_anew_before_anything_was_shown_is_just_an_answer(
    client: Any, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(*_: object) -> Generator[Piece, None, None]:
        yield from (RESTART, FIRST, LAST, WHOLE)

    async def awaited(*_: object) -> AsyncGenerator[Piece, None]:
        for piece in plain():
            yield piece

    monkeypatch.setattr("caching.ai.asking.stream", plain)
    monkeypatch.setattr("caching.ai.asking.astream", awaited)
    messages = [{"role": "user", "content": "Hello."}]
    chunks = twin.all(twin.get(client.chat.completions.create(model="m", messages=messages, stream=True)))
    assert [one.choices[0].delta.content for one in chunks] == ["One ", None]


def test_the_failures_of_another_door_have_a_class_of_the_sdk() -> None:
    assert type(replies.exception(UpstreamError(cause="timeout"), call())) is openai.APITimeoutError
    assert type(replies.exception(UpstreamError(cause="unreadable"), call())) is openai.APIConnectionError
    html = replies.exception(UpstreamError(502, b"<html>"), call())
    assert isinstance(html, openai.InternalServerError)
    assert (str(html), html.body) == ("Error code: 502", "<html>")


def test_the_usage_is_kept_from_whom_did_not_ask() -> None:
    usage = body({"choices": [], "usage": {"prompt_tokens": 1}})
    assert list(replies.framed(call(), [usage, LAST])) == [b"data: " + LAST + b"\n\n"]


def test_a_body_that_no_stream_could_bring_is_not_replayed() -> None:
    unreplayable = Reply(b"{}", b"{}", "cache")
    assert replies.replayed(call(), unreplayable) is None
    assert isinstance(replies.replayed(call(), WHOLE), httpx2.Response)
    assert CHAT.replay(WHOLE.body)
