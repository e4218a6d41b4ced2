"""Responses in both forms, held against the SDK's own helper for streams."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from caching.ai.surfaces import RESPONSES
from caching.ai.usage import Usage

USAGE = {
    "input_tokens": 100,
    "output_tokens": 20,
    "total_tokens": 120,
    "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
CITATION = {"type": "url_citation", "url": "https://x", "title": "x", "start_index": 0, "end_index": 1}
LOGPROBS = [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def response(*output: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "m", "error": None,
        "incomplete_details": None, "instructions": None, "output": list(output), "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "usage": USAGE,
    } | changes  # fmt: skip


def text(words: str = "Hello.", **more: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []} | more


def message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": list(parts)
    }  # fmt: skip


def call(arguments: str = "{}", **more: Any) -> dict[str, Any]:
    return {
        "type": "function_call", "id": "f1", "call_id": "c1", "name": "f", "arguments": arguments,
        "status": "completed",
    } | more  # fmt: skip


def thoughts(*summaries: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "reasoning", "id": "t1", "summary": [{"type": "summary_text", "text": one} for one in summaries]
    } | more  # fmt: skip


def body(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
parts = st.one_of(
    words.map(text),
    words.map(lambda one: text(one, annotations=[CITATION], logprobs=LOGPROBS)),
    words.map(lambda one: {"type": "refusal", "refusal": one}),
)
items = st.one_of(
    st.lists(parts, max_size=3).map(lambda some: message(*some)),
    words.map(call),
    st.lists(words, max_size=2).map(lambda some: thoughts(*some)),
    words.map(lambda one: thoughts(content=[{"type": "reasoning_text", "text": one}])),
    words.map(
        lambda one: {"type": "custom_tool_call", "id": "x1", "call_id": "c2", "name": "f", "input": one}
    ),
)
responses = st.lists(items, max_size=3, unique_by=lambda item: item["type"]).map(lambda some: response(*some))


@given(responses)
def test_the_sdk_accumulates_a_replay_to_what_it_reads_in_the_body(whole: dict[str, Any]) -> None:
    state: ResponseStreamState[None] = ResponseStreamState(input_tools=omit, text_format=omit)
    for chunk in RESPONSES.replay(body(whole)):
        assert state.handle_event(EVENT.validate_json(chunk))
    assert state._completed_response is not None
    accumulated = Response.model_validate(state._completed_response.to_dict())
    assert accumulated.model_dump(exclude_none=True) == Response.model_validate(whole).model_dump(
        exclude_none=True
    )


@given(responses)
def test_every_event_fits_its_type_and_has_the_next_number(whole: dict[str, Any]) -> None:
    events = [EVENT.validate_json(chunk) for chunk in RESPONSES.replay(body(whole))]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [RESPONSES.is_last(chunk) for chunk in RESPONSES.replay(body(whole))] == [
        *(False for _ in events[1:]),
        True,
    ]


@given(responses)
def test_a_replayed_body_is_assembled_to_the_same_body(whole: dict[str, Any]) -> None:
    assembled = RESPONSES.assemble(RESPONSES.replay(body(whole)))
    assert assembled is not None
    assert json.loads(assembled) == whole


def test_the_events_of_a_text() -> None:
    events = [json.loads(chunk) for chunk in RESPONSES.replay(body(response(message(text()))))]
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert events[0]["response"]["status"] == "in_progress"
    assert events[0]["response"]["output"] == []


def test_a_stream_without_an_end_is_not_assembled() -> None:
    chunks = RESPONSES.replay(body(response(message(text()))))
    assert RESPONSES.assemble(chunks[:-1]) is None
    assert RESPONSES.assemble([]) is None
    assert RESPONSES.assemble([b"{nonsense"]) is None
    assert RESPONSES.assemble([body({"type": "response.completed", "response": {"output": None}})]) is None


def test_events_are_never_joined_with_those_of_another_answer() -> None:
    for chunk in RESPONSES.replay(body(response(message(text())))):
        assert RESPONSES.text(chunk) is None
        assert RESPONSES.without_usage(chunk) == chunk


@pytest.mark.parametrize(
    "whole",
    [
        {},
        response(status="in_progress"),
        response({"type": "web_search_call", "id": "w", "status": "completed"}),
        response(message({"type": "output_audio"})),
        response(output=None),
    ],
)
def test_a_body_that_would_lose_something_is_not_replayed(whole: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        RESPONSES.replay(body(whole))


@pytest.mark.parametrize("noise", [b"", b"<html>", b"[]", b"null"])
def test_noise_is_no_answer(noise: bytes) -> None:
    assert RESPONSES.why_not_kept(noise) == "invalid"
    assert not RESPONSES.is_last(noise)
    with pytest.raises(ValueError):
        RESPONSES.replay(noise)


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (response(message(text())), ""),
        (response(thoughts("Hm."), message(text())), ""),
        (response(call()), ""),
        (response(message(text()), status="incomplete"), "incomplete"),
        (response(message(text()), status="incomplete", incomplete_details={"reason": "max_output_tokens"}), "length"),
        (response(message(text()), status="incomplete", incomplete_details={"reason": "content_filter"}), "content_filter"),
        (response(status="failed", error={"code": "server_error", "message": "x"}), "incomplete"),
        (response(status="cancelled"), "incomplete"),
        (response(message({"type": "refusal", "refusal": "No."})), "refusal"),
        (response(message(text(" "))), "empty"),
        (response(thoughts("Hm.")), "empty"),
        (response(), "empty"),
        (response({"type": "web_search_call", "id": "w"}, message(text())), "tools"),
    ],
)  # fmt: skip
def test_only_a_response_that_ended_well_is_kept(whole: dict[str, Any], reason: str) -> None:
    assert RESPONSES.why_not_kept(body(whole)) == reason


def test_the_usage_of_a_response() -> None:
    assert RESPONSES.usage(body(response())) == ("m", Usage(100, 20, 64))
