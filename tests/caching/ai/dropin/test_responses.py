"""Every way in which the SDK asks for a response, with both clients."""

from typing import Any

import openai
import pydantic
import pytest
from openai.types.responses import ParsedResponse, Response, ResponseCompletedEvent

from tests.caching.ai.dropin.twins import Twin
from tests.loopback_openai import MODEL, LoopbackOpenAI, Reply

QUESTION: dict[str, Any] = {"model": MODEL, "input": "Tell me about the case."}
TEXT = "The case is about  a decision:\n\nshould Anna sell? \n"


class Verdict(pydantic.BaseModel):
    sell: bool


def test_a_response_is_asked_for_once(
    client: Any, uncached: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(TEXT))
    expected = twin.get(uncached.responses.create(**QUESTION))
    for _ in range(2):
        response = twin.get(client.responses.create(**QUESTION))
        assert isinstance(response, Response)
        assert response == expected
        assert response.output_text == TEXT
    assert len(provider_server.calls) == 2


def test_a_stream_after_a_plain_response_is_a_hit(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT))
    plain = twin.get(client.responses.create(**QUESTION))
    stream = twin.get(client.responses.create(**QUESTION, stream=True))
    assert isinstance(stream, twin.stream_class)
    events = twin.all(stream)
    assert isinstance(events[-1], ResponseCompletedEvent)
    assert events[-1].response == plain
    assert len(provider_server.calls) == 1


def test_a_plain_response_after_a_stream_is_a_hit(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT))
    events = twin.all(twin.get(client.responses.create(**QUESTION, stream=True)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == TEXT
    assert len(deltas) > 3
    assert twin.get(client.responses.create(**QUESTION)) == events[-1].response
    assert len(provider_server.calls) == 1


def test_the_helper_for_streams_hits(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))
    for _ in range(2):
        final = twin.within(client.responses.stream(**QUESTION), lambda stream: stream.get_final_response())
        assert isinstance(final, ParsedResponse)
        assert final.output_text == TEXT
    assert len(provider_server.calls) == 1


def test_a_parsed_response_is_kept_and_parsed_anew(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply('{"sell": true}'))
    for _ in range(2):
        response = twin.get(client.responses.parse(**QUESTION, text_format=Verdict))
        assert isinstance(response, ParsedResponse)
        assert response.output_parsed == Verdict(sell=True)
    streamed = twin.within(
        client.responses.stream(**QUESTION, text_format=Verdict),
        lambda stream: stream.get_final_response(),
    )
    assert streamed.output_parsed == Verdict(sell=True)
    assert len(provider_server.calls) == 1


def test_function_calls_are_kept_in_both_forms(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    tools = [{"type": "function", "name": "sell", "parameters": {"type": "object"}, "strict": False}]
    provider_server.script(Reply("", tool_calls=(("sell", '{"when": "now"}'),)))
    twin.all(twin.get(client.responses.create(**QUESTION, tools=tools, stream=True)))
    (call,) = twin.get(client.responses.create(**QUESTION, tools=tools)).output
    assert (call.name, call.arguments) == ("sell", '{"when": "now"}')
    final = twin.within(
        client.responses.stream(**QUESTION, tools=tools), lambda stream: stream.get_final_response()
    )
    assert final.output[0].arguments == '{"when": "now"}'
    assert len(provider_server.calls) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "reply", [Reply(TEXT, finish_reason="length"), Reply(refusal="I cannot."), Reply("")]
)
def test_a_response_that_ended_badly_is_not_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, reply: Reply, stream: bool
) -> None:
    provider_server.script(reply)
    response = twin.get(client.responses.create(**QUESTION, stream=stream))
    if stream:
        response = twin.all(response)[-1].response
    assert response.status == ("incomplete" if reply.finish_reason == "length" else "completed")
    assert twin.get(client.responses.create(**QUESTION)).output_text == "Answer 2."


def test_a_broken_stream_is_the_sdks_error_and_is_not_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT, cut_after=5))
    stream = twin.get(client.responses.create(**QUESTION, stream=True))
    with pytest.raises(openai.APIConnectionError):
        twin.all(stream)
    assert twin.get(client.responses.create(**QUESTION)).output_text == "Answer 2."


@pytest.mark.parametrize(
    "more",
    [
        {"previous_response_id": "resp-1"},
        {"conversation": "conv-1"},
        {"background": True},
        {"tools": [{"type": "web_search"}]},
        {"store": True},
        {"prompt": {"id": "p"}},
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_rests_on_more_than_the_request_is_passed_through(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, more: dict[str, Any], stream: bool
) -> None:
    for _ in range(2):
        response = twin.get(client.responses.create(**QUESTION, **more, stream=stream))
        if stream:
            twin.all(response)
    assert len(provider_server.calls) == 2


def test_a_response_that_the_provider_is_not_to_store_is_another_one(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    for _ in range(2):
        twin.get(client.responses.create(**QUESTION))
        twin.get(client.responses.create(**QUESTION, store=False))
    assert len(provider_server.calls) == 2
