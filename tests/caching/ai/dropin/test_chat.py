"""Every way in which the SDK asks for a chat completion, with both clients: one call to the provider, and the SDK's types."""

from typing import Any

import openai
import pydantic
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

from caching.ai import AnswerPolicy, ai
from tests.caching.ai.dropin.twins import Twin
from tests.loopback_openai import MODEL, LoopbackOpenAI, Reply

QUESTION: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "Tell me about the case."}],
}
TEXT = "The case is about  a decision:\n\nshould Anna sell? \n"


class Verdict(pydantic.BaseModel):
    sell: bool
    why: str


class StricterVerdict(pydantic.BaseModel):
    model_config = {"title": "Verdict"}

    sell: bool
    why: str

    @pydantic.field_validator("why")
    @classmethod
    def must_be_long(cls, why: str) -> str:
        if len(why) < 100:
            raise ValueError("too short")
        return why


StricterVerdict.__name__ = "Verdict"
VERDICT = '{"sell": true, "why": "It is late."}'


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def test_a_question_is_asked_once(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    fresh, kept = (twin.get(client.chat.completions.create(**QUESTION)) for _ in range(2))
    assert isinstance(kept, ChatCompletion)
    assert kept == fresh
    assert kept.choices[0].message.content == "Answer 1."
    assert len(provider_server.calls) == 1


def test_an_answer_is_what_the_sdk_alone_would_give(
    client: Any, uncached: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(TEXT))
    expected = twin.get(uncached.chat.completions.create(**QUESTION))
    for _ in range(2):
        assert twin.get(client.chat.completions.create(**QUESTION)) == expected
    asked, asked_by_us = provider_server.calls
    assert asked.body == asked_by_us.body
    assert asked.headers["authorization"] == asked_by_us.headers["authorization"]


def test_a_stream_after_a_plain_answer_is_a_hit(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT))
    twin.get(client.chat.completions.create(**QUESTION))
    stream = twin.get(client.chat.completions.create(**QUESTION, stream=True))
    assert isinstance(stream, twin.stream_class)
    chunks = twin.all(stream)
    assert all(isinstance(chunk, ChatCompletionChunk) for chunk in chunks)
    assert text_of(chunks) == TEXT
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, None, "stop"]
    assert len(provider_server.calls) == 1


def test_a_plain_answer_after_a_stream_is_a_hit_with_the_usage(
    client: Any, uncached: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(TEXT))
    expected = twin.get(uncached.chat.completions.create(**QUESTION))
    chunks = twin.all(twin.get(client.chat.completions.create(**QUESTION, stream=True)))
    assert text_of(chunks) == TEXT
    assert len(chunks) > 3
    answer = twin.get(client.chat.completions.create(**QUESTION))
    assert answer.to_dict() | {"choices": []} == expected.to_dict() | {"choices": []}
    assert answer.choices[0].message == expected.choices[0].message
    assert len(provider_server.calls) == 2


def test_the_usage_is_streamed_to_whom_asks_for_it_and_to_nobody_else(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    asking = {"stream": True, "stream_options": {"include_usage": True}}
    for _ in range(2):
        assert all(
            chunk.usage is None and chunk.choices
            for chunk in twin.all(twin.get(client.chat.completions.create(**QUESTION, stream=True)))
        )
        last = twin.all(twin.get(client.chat.completions.create(**QUESTION, **asking)))[-1]
        assert last.usage.prompt_tokens == 100
        assert last.choices == []
    assert len(provider_server.calls) == 1


def test_the_helper_for_streams_hits_and_fires_its_events(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT))
    for _ in range(2):
        final = twin.within(
            client.chat.completions.stream(**QUESTION), lambda stream: stream.get_final_completion()
        )
        assert isinstance(final, ParsedChatCompletion)
        assert final.choices[0].message.content == TEXT
    events: list[Any] = []
    twin.within(client.chat.completions.stream(**QUESTION), collect_into(events))
    assert {event.type for event in events} == {"chunk", "content.delta", "content.done"}
    assert len(provider_server.calls) == 1


def collect_into(events: list[Any]) -> Any:
    def collect(stream: Any) -> Any:
        if not hasattr(stream, "__aiter__"):
            events.extend(stream)
            return None

        async def collected() -> None:
            events.extend([event async for event in stream])

        return collected()

    return collect


def test_a_parsed_answer_is_kept_and_parsed_anew(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(VERDICT))
    for _ in range(2):
        answer = twin.get(client.chat.completions.parse(**QUESTION, response_format=Verdict))
        assert isinstance(answer, ParsedChatCompletion)
        assert answer.choices[0].message.parsed == Verdict(sell=True, why="It is late.")
    streamed = twin.within(
        client.chat.completions.stream(**QUESTION, response_format=Verdict),
        lambda stream: stream.get_final_completion(),
    )
    assert streamed.choices[0].message.parsed == Verdict(sell=True, why="It is late.")
    assert len(provider_server.calls) == 1


def test_a_kept_answer_that_no_longer_fits_its_class_is_a_miss(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    long = '{"sell": true, "why": "' + "It is late. " * 10 + '"}'
    provider_server.script(Reply(VERDICT), Reply(long), Reply(VERDICT))
    twin.get(client.chat.completions.parse(**QUESTION, response_format=Verdict))
    for _ in range(2):
        answer = twin.get(client.chat.completions.parse(**QUESTION, response_format=StricterVerdict))
        assert answer.choices[0].message.content == long
    assert len(provider_server.calls) == 2


def test_a_fresh_answer_that_does_not_fit_its_class_is_the_sdks_error(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(VERDICT))
    with pytest.raises(pydantic.ValidationError):
        twin.get(client.chat.completions.parse(**QUESTION, response_format=StricterVerdict))


def test_a_raw_response_has_the_body_and_is_parsed_as_usual(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT, headers={"x-request-id": "req-1"}))
    fresh, kept = (twin.get(client.chat.completions.with_raw_response.create(**QUESTION)) for _ in range(2))
    assert fresh.headers["x-request-id"] == fresh.request_id == "req-1"
    assert fresh.headers["x-ai-cache"] == "provider"
    assert kept.request_id is None
    assert kept.headers["x-ai-cache"] in {"cache", "near"}
    assert kept.content == fresh.content
    assert kept.parse() == fresh.parse() == twin.get(client.chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 1


def test_a_raw_stream_is_parsed_to_a_stream(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))
    for _ in range(2):
        raw = twin.get(client.chat.completions.with_raw_response.create(**QUESTION, stream=True))
        assert text_of(twin.all(raw.parse())) == TEXT
    assert len(provider_server.calls) == 1


def test_a_streaming_response_hits_and_can_be_read_in_lines(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT))
    for _ in range(2):
        answer = twin.within(
            client.chat.completions.with_streaming_response.create(**QUESTION),
            lambda response: response.parse(),
        )
        assert answer.choices[0].message.content == TEXT
    lines: list[str] = []
    twin.within(
        client.chat.completions.with_streaming_response.create(**QUESTION, stream=True),
        lambda response: collect_into(lines)(response.iter_lines()),
    )
    assert lines[-2:] == ["data: [DONE]", ""]
    assert len(provider_server.calls) == 1


def test_tool_calls_are_kept_in_both_forms(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    tools = [{"type": "function", "function": {"name": "sell", "parameters": {"type": "object"}}}]
    calls = (("sell", '{"when": "now"}'), ("wait", "{}"))
    provider_server.script(Reply("", finish_reason="tool_calls", tool_calls=calls))
    twin.all(twin.get(client.chat.completions.create(**QUESTION, tools=tools, stream=True)))
    answer = twin.get(client.chat.completions.create(**QUESTION, tools=tools))
    said = [(call.function.name, call.function.arguments) for call in answer.choices[0].message.tool_calls]
    assert tuple(said) == calls
    final = twin.within(
        client.chat.completions.stream(**QUESTION, tools=tools), lambda stream: stream.get_final_completion()
    )
    assert [call.function.name for call in final.choices[0].message.tool_calls] == ["sell", "wait"]
    assert len(provider_server.calls) == 1


def test_logprobs_are_kept_in_both_forms(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("One two three four."))
    twin.all(twin.get(client.chat.completions.create(**QUESTION, logprobs=True, stream=True)))
    answer = twin.get(client.chat.completions.create(**QUESTION, logprobs=True))
    assert len(answer.choices[0].logprobs.content) > 3
    twin.get(client.chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 2


def test_several_answers_are_kept_from_a_plain_call_and_replayed(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(TEXT))
    for _ in range(2):  # a stream of several is passed through
        twin.all(twin.get(client.chat.completions.create(**QUESTION, n=2, stream=True)))
    assert len(provider_server.calls) == 2
    for _ in range(2):
        answer = twin.get(client.chat.completions.create(**QUESTION, n=2))
        assert [choice.message.content for choice in answer.choices] == [TEXT, f"{TEXT} (1)"]
    chunks = twin.all(twin.get(client.chat.completions.create(**QUESTION, n=2, stream=True)))
    assert {choice.index for chunk in chunks for choice in chunk.choices} == {0, 1}
    assert len(provider_server.calls) == 3


def test_with_options_the_client_stays_what_it_is(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    scoped = client.with_cache(operation="grading", scopes=("user:7",))
    for copy in (scoped.with_options(timeout=3), scoped.copy(max_retries=1), scoped):
        assert type(copy) is type(client)
        twin.get(copy.chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 1
    twin.get(client.with_options(timeout=3).chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 2


def test_operation_and_scopes_decide_who_shares(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    for other in (
        client,
        client.with_cache(operation="grading"),
        client.with_cache(scopes=("user:7",)),
        client.with_cache(scopes=("user:77",)),
    ):
        for _ in range(2):
            twin.get(other.chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 4
    with pytest.raises(TypeError, match="tuple"):
        client.with_cache(scopes="user:7")
    with pytest.raises(ValueError):
        twin.get(client.with_cache(operation="no spaces").chat.completions.create(**QUESTION))


def test_the_policy_decides_what_is_taken_and_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    policies = [AnswerPolicy(no_store=True), AnswerPolicy(), AnswerPolicy(refresh=True), AnswerPolicy()]
    answers = [
        twin.get(client.with_cache(policy=policy).chat.completions.create(**QUESTION)) for policy in policies
    ]
    assert [answer.choices[0].message.content for answer in answers] == [
        "Answer 1.",
        "Answer 2.",
        "Answer 3.",
        "Answer 3.",
    ]


def test_both_doors_share_an_answer(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    kept = ai.chat("simple_chat", QUESTION["messages"], temperature=0.5, scopes=("user:7",))
    shared = client.with_cache(operation="simple_chat", scopes=("user:7",))
    answer = twin.get(shared.chat.completions.create(**QUESTION, temperature=0.5))
    assert answer.choices[0].message.content == kept.text
    answer = twin.get(shared.chat.completions.create(**QUESTION, temperature=0.6))
    again = ai.chat("simple_chat", QUESTION["messages"], temperature=0.6, scopes=("user:7",))
    assert again.from_cache
    assert again.text == answer.choices[0].message.content
    assert len(provider_server.calls) == 2


def test_bookkeeping_is_no_meaning(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    for more in (
        {},
        {"user": "u", "metadata": {"a": "b"}, "prompt_cache_key": "k", "safety_identifier": "s"},
        {"seed": None, "extra_headers": {"X-Trace": "1"}, "timeout": 4},
        {"extra_body": {"user": "u"}, "extra_query": {}},
    ):
        twin.get(client.chat.completions.create(**QUESTION, **more))
    assert len(provider_server.calls) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"seed": 1},
        {"temperature": 0.5},
        {"extra_body": {"top_k": 1}},
        {"extra_query": {"api-version": "2"}},
        {"messages": [{"role": "user", "content": "Tell me about the case. "}]},
    ],
)
def test_what_the_provider_would_see_differently_is_asked_again(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, more: dict[str, Any]
) -> None:
    for parameters in (QUESTION, QUESTION | more, QUESTION | more):
        twin.get(client.chat.completions.create(**parameters))
    assert len(provider_server.calls) == 2


def test_the_query_of_the_client_is_meaning(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    twin.get(client.chat.completions.create(**QUESTION))
    twin.get(client.with_options(default_query={"tenant": "b"}).chat.completions.create(**QUESTION))
    assert len(provider_server.calls) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(TEXT, finish_reason="length"),
        Reply(TEXT, finish_reason="content_filter"),
        Reply(refusal="I cannot."),
        Reply(""),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_ended_badly_is_shown_and_not_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, reply: Reply, stream: bool
) -> None:
    provider_server.script(reply)
    answer = twin.get(client.chat.completions.create(**QUESTION, stream=stream))
    if stream:
        chunks = twin.all(answer)
        assert chunks[-1].choices[0].finish_reason == reply.finish_reason
    else:
        assert answer.choices[0].finish_reason == reply.finish_reason
        assert answer.choices[0].message.refusal == reply.refusal
    again = twin.get(client.chat.completions.create(**QUESTION))
    assert again.choices[0].message.content == "Answer 2."


@pytest.mark.parametrize("cut", ["torn", "clean"])
def test_a_broken_stream_is_the_sdks_error_and_is_not_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, cut: Any
) -> None:
    provider_server.script(Reply(TEXT, cut_after=3, cut=cut))
    stream = twin.get(client.chat.completions.create(**QUESTION, stream=True))
    with pytest.raises(openai.APIConnectionError):
        twin.all(stream)
    again = twin.get(client.chat.completions.create(**QUESTION))
    assert again.choices[0].message.content == "Answer 2."


@pytest.mark.parametrize("before", [b"", b'data: {"choices": []}\n\n'])
def test_an_error_inside_of_a_stream_is_the_sdks_error(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, before: bytes
) -> None:
    provider_server.script(Reply(raw=before + b'data: {"error": {"message": "out of memory"}}\n\n'))
    with pytest.raises(openai.APIError, match="out of memory"):
        twin.all(twin.get(client.chat.completions.create(**QUESTION, stream=True)))
    again = twin.get(client.chat.completions.create(**QUESTION))
    assert again.choices[0].message.content == "Answer 2."


def test_what_a_plain_reply_could_not_hold_is_streamed_and_not_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    thinking = (
        b'data: {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": '
        b'[{"index": 0, "delta": {"content": "Hi.", "thoughts": "Hm."}, "finish_reason": "stop"}]}\n\n'
    )
    provider_server.script(Reply(raw=thinking + b"data: [DONE]\n\n"))
    chunks = twin.all(twin.get(client.chat.completions.create(**QUESTION, stream=True)))
    assert chunks[0].choices[0].delta.thoughts == "Hm."
    again = twin.get(client.chat.completions.create(**QUESTION))
    assert again.choices[0].message.content == "Answer 2."


def test_a_reader_who_leaves_does_not_stop_the_answer(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.01))
    stream = twin.get(client.chat.completions.create(**QUESTION, stream=True))
    assert twin.first(stream).choices[0].delta.content == TEXT[:7]
    twin.leave(stream)
    answer = twin.get(client.chat.completions.create(**QUESTION))
    assert answer.choices[0].message.content == TEXT
    assert len(provider_server.calls) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"web_search_options": {}},
        {"modalities": ["text", "audio"]},
        {"store": True},
        {"tools": [{"type": "custom", "custom": {"name": "f"}}]},
    ],
)
def test_what_rests_on_more_than_the_request_is_passed_through(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI, more: dict[str, Any]
) -> None:
    for _ in range(2):
        twin.get(client.chat.completions.create(**QUESTION, **more))
    assert len(provider_server.calls) == 2


def test_messages_changed_while_the_answer_arrives_change_nothing(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.01))
    extra = {"options": {"top_k": 1}}
    stream = twin.get(client.chat.completions.create(**QUESTION, extra_body=extra, stream=True))
    extra["options"]["top_k"] = 2
    twin.all(stream)
    assert provider_server.bodies[0]["options"] == {"top_k": 1}
    twin.get(client.chat.completions.create(**QUESTION, extra_body=extra))
    assert len(provider_server.calls) == 2
