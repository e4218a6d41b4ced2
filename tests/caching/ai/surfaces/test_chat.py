"""Chat completions in both forms, held against the SDK's own helper for streams."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from caching.ai.surfaces import CHAT
from caching.ai.usage import Usage
from tests.caching.ai.surfaces.completions import USAGE, body, choice, chunk, reply, tool_call


def as_the_sdk_reads(value: bytes | dict[str, Any]) -> dict[str, Any]:
    value = value if isinstance(value, dict) else json.loads(value)
    return ChatCompletion.model_validate(value).model_dump(exclude_none=True)


def as_the_sdk_accumulates(chunks: Sequence[bytes]) -> dict[str, Any]:
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for one in chunks:
        state.handle_chunk(ChatCompletionChunk.model_validate_json(one))
    whole = state.current_completion_snapshot.model_dump(exclude_none=True)
    for one in whole["choices"]:
        for call in one["message"].get("tool_calls", ()):
            call.pop("index", None)  # the helper leaves it in
            call["function"].pop("parsed_arguments", None)
    return whole


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
logprobs = st.none() | st.builds(
    lambda tokens: {
        "content": [{"token": t, "logprob": -0.5, "bytes": None, "top_logprobs": []} for t in tokens],
        "refusal": None,
    },
    st.lists(words, min_size=1, max_size=3),
)
tool_calls = st.lists(words, min_size=1, max_size=3).map(
    lambda all_arguments: [tool_call(n, arguments) for n, arguments in enumerate(all_arguments)]
)
messages = st.one_of(
    st.fixed_dictionaries({"content": words}),
    st.fixed_dictionaries({"content": st.none(), "refusal": words.filter(bool)}),
    st.fixed_dictionaries({"content": st.none() | words, "tool_calls": tool_calls}),
    st.fixed_dictionaries({"content": st.none(), "function_call": st.just({"name": "f", "arguments": "{}"})}),
)
choices = st.builds(
    lambda message, finish_reason, logprobs: {
        "message": {"role": "assistant", "refusal": None, **message},
        "finish_reason": finish_reason,
        "logprobs": logprobs,
    },
    messages,
    st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    logprobs,
)
replies = st.builds(
    lambda several, usage, more: (
        reply(usage=usage, **more)
        | {"choices": [{"index": index, **one} for index, one in enumerate(several)]}
    ),
    st.lists(choices, min_size=1, max_size=3),
    st.none() | st.just(USAGE),
    st.sampled_from(
        [{}, {"system_fingerprint": "fp", "service_tier": "default"}, {"timings": {"predicted_ms": 1}}]
    ),
)


@given(replies)
def test_a_replayed_body_is_assembled_to_the_same_body(whole: dict[str, Any]) -> None:
    assembled = CHAT.assemble(CHAT.replay(body(whole)))
    assert assembled is not None
    assert as_the_sdk_reads(assembled) == as_the_sdk_reads(whole)


@given(replies)
def test_the_sdk_accumulates_a_replay_to_what_it_reads_in_the_body(whole: dict[str, Any]) -> None:
    assert as_the_sdk_accumulates(CHAT.replay(body(whole))) == as_the_sdk_reads(whole)


@given(st.lists(words, min_size=1), st.lists(words), st.integers(0, 2))
def test_the_sdk_accumulates_a_stream_to_what_it_reads_in_the_assembled_body(
    pieces: list[str], arguments: list[str], number_of_calls: int
) -> None:
    chunks = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in pieces)]
    for call in range(number_of_calls):
        chunks.append(chunk({"tool_calls": [{"index": call, **tool_call(call, "")}]}))
        chunks += [
            chunk({"tool_calls": [{"index": call, "function": {"arguments": piece}}]}) for piece in arguments
        ]
    chunks.append(chunk(finish="stop"))
    chunks.append(body({**json.loads(chunk()), "choices": [], "usage": USAGE}))
    assembled = CHAT.assemble(chunks)
    assert assembled is not None
    assert as_the_sdk_reads(assembled) == as_the_sdk_accumulates(chunks)


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [chunk({"content": "No end."})],
        [chunk({"content": "a"}), chunk(finish="stop", index=1)],
        [b"{nonsense", chunk(finish="stop")],
        [b"[1]", chunk(finish="stop")],
        [chunk(finish="stop"), b'{"error": {"message": "out of memory"}}'],
        [chunk({"audio": {"id": "a"}}), chunk(finish="stop")],
        [chunk({"annotations": [{"type": "url_citation"}]}), chunk(finish="stop")],
        [chunk({"thoughts": "Hm."}), chunk(finish="stop")],
        [chunk({"tool_calls": [{"index": 0, "type": "custom", "custom": {}}]}), chunk(finish="stop")],
        [chunk({"content": "a"}, content_filter_results={"a": 1}), chunk(finish="stop", content_filter_results={})],
    ],
)  # fmt: skip
def test_a_stream_that_would_lose_something_is_not_assembled(chunks: list[bytes]) -> None:
    assert CHAT.assemble(chunks) is None


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_what_a_model_thought_comes_back(name: str) -> None:
    chunks = [chunk({name: "Hm"}), chunk({name: "."}), chunk({"content": "Yes."}), chunk(finish="stop")]
    assembled = CHAT.assemble(chunks)
    assert assembled is not None
    message = json.loads(assembled)["choices"][0]["message"]
    assert (message[name], message["content"]) == ("Hm.", "Yes.")
    assert CHAT.assemble(CHAT.replay(assembled)) == assembled


def test_fields_with_nothing_in_them_are_no_loss() -> None:
    empty = {"content": "Hi.", "annotations": [], "audio": None, "reasoning_content": None}
    assembled = CHAT.assemble([chunk(empty, stop_reason=None), chunk(finish="stop", stop_reason=None)])
    assert assembled is not None
    assert json.loads(assembled)["choices"][0]["message"]["content"] == "Hi."


@pytest.mark.parametrize(
    "whole",
    [
        {},
        reply(choices=[]),
        reply(choice(audio={"id": "a"})),
        reply(choice(annotations=[{"type": "url_citation"}])),
        reply(choice(thoughts="Hm.")),
        reply(choice(tool_calls=[{"id": "t", "type": "custom", "custom": {"name": "f", "input": ""}}])),
        reply(choice(content=["a"])),  # type: ignore[arg-type]
    ],
)
def test_a_body_that_would_lose_something_is_not_replayed(whole: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        CHAT.replay(body(whole))


@pytest.mark.parametrize("noise", [b"", b"<html>", b"[]", b"null", b'{"choices": 1}'])
def test_noise_is_no_answer(noise: bytes) -> None:
    assert CHAT.why_not_kept(noise) == "invalid"
    assert CHAT.text(noise) is None
    assert not CHAT.is_last(noise)
    assert CHAT.usage(noise) == ("", Usage())
    with pytest.raises(ValueError):
        CHAT.replay(noise)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (chunk({"role": "assistant", "content": ""}), ""),
        (chunk({"content": "Hello"}), "Hello"),
        (chunk(finish="stop"), ""),
        (body({"choices": [], "usage": USAGE}), ""),
        (chunk({"refusal": "No."}), None),
        (chunk({"tool_calls": [{"index": 0}]}), None),
        (chunk({"function_call": {"name": "f"}}), None),
        (chunk({"content": "Hello"}, index=1), None),
        (chunk({"content": "Hello"}, logprobs={"content": []}), None),
        (chunk({"content": "Hello", "reasoning_content": "Hm."}), None),
    ],
)
def test_the_text_of_a_chunk(one: bytes, text: str | None) -> None:
    assert CHAT.text(one) == text


@given(words, st.data())
def test_a_chunk_without_its_first_characters_says_the_rest(content: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(content)))
    rest = CHAT.without(chunk({"content": content}, finish="stop"), cut)
    assert CHAT.text(rest) == content[cut:]
    assert CHAT.is_last(rest)


def test_only_the_chunk_with_a_finish_reason_is_the_last() -> None:
    chunks = CHAT.replay(body(reply()))
    assert [CHAT.is_last(one) for one in chunks] == [False, False, True, False]


def test_the_usage_is_taken_out_for_who_did_not_ask() -> None:
    chunks = CHAT.replay(body(reply()))
    assert [CHAT.without_usage(one) for one in chunks] == [*chunks[:3], None]
    with_answer = body(json.loads(chunk({"content": "Hi."})) | {"usage": USAGE})
    rest = CHAT.without_usage(with_answer)
    assert rest is not None
    assert "usage" not in json.loads(rest)
    assert CHAT.text(rest) == "Hi."
    assert CHAT.without_usage(chunk()) == chunk()


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (reply(), ""),
        (reply(choice(content=None, finish_reason="tool_calls", tool_calls=[tool_call()])), ""),
        (reply(choice(content=None, tool_calls=[tool_call()])), ""),
        (reply(choice(content=None, finish_reason="function_call", function_call={"name": "f"})), ""),
        (reply(choice(finish_reason="length")), "length"),
        (reply(choice(finish_reason="content_filter")), "content_filter"),
        (reply(choice(finish_reason="abort")), "incomplete"),
        (reply(choice(finish_reason=None)), "incomplete"),
        (reply(choice(content=None, refusal="No.")), "refusal"),
        (reply(choice(content=" \n")), "empty"),
        (reply(choices=[]), "empty"),
        (reply(choice(), choice(finish_reason="length") | {"index": 1}), "length"),
    ],
)
def test_only_an_answer_that_ended_well_is_kept(whole: dict[str, Any], reason: str) -> None:
    assert CHAT.why_not_kept(body(whole)) == reason


def test_the_usage_of_an_answer() -> None:
    assert CHAT.usage(body(reply())) == ("m", Usage(100, 20, 64))
    assert CHAT.usage(body(reply(usage=None))) == ("m", Usage())
