"""OpenAI's protocol in process, seen through the real SDK."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel
from pytest_django import Settings

from platform_app.offline.protocol import CREATED, count_tokens
from platform_app.offline.transport import OfflineTransport
from platform_app.prompting import block
from platform_app.simulations.schema import GoalCheck
from tests.offline.asking import MODEL, RolePlay, case_text

HELLO: Any = [{"role": "user", "content": "Hello, who are you?"}]


def post(
    path: str, body: Any = None, *, content: bytes | None = None, method: str = "POST"
) -> httpx2.Response:
    with httpx2.Client(transport=OfflineTransport(token_seconds=0)) as http:
        raw = content if content is not None else json.dumps(body).encode()
        return http.request(method, f"http://offline.invalid/v1{path}", content=raw)


def test_without_known_blocks_it_says_honestly_what_it_is(sdk: OpenAI) -> None:
    completion = sdk.chat.completions.create(model="gpt-5-mini", messages=HELLO)
    assert completion.model == MODEL
    assert "not a language model" in str(completion.choices[0].message.content)
    assert completion.choices[0].finish_reason == "stop"


def test_usage_counts_what_was_sent_and_said(sdk: OpenAI) -> None:
    completion = sdk.chat.completions.create(model=MODEL, messages=HELLO)
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == count_tokens("Hello, who are you?") + 4
    assert completion.usage.completion_tokens == count_tokens(completion.choices[0].message.content or "")
    assert (
        completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    )


def test_a_stream_has_the_words_of_the_plain_answer_and_its_usage(sdk: OpenAI) -> None:
    plain = sdk.chat.completions.create(model=MODEL, messages=HELLO)
    chunks = list(
        sdk.chat.completions.create(
            model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == plain.choices[0].message.content
    assert len([piece for piece in pieces if piece.strip()]) == len("".join(pieces).split())
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == plain.usage
    assert {chunk.model for chunk in chunks} == {MODEL}


def test_a_stream_without_usage_sends_none(sdk: OpenAI) -> None:
    chunks = list(sdk.chat.completions.create(model=MODEL, messages=HELLO, stream=True))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_the_same_request_gets_the_same_bytes() -> None:
    body = {"model": MODEL, "messages": HELLO}
    first, second = post("/chat/completions", body), post("/chat/completions", body)
    assert first.content == second.content
    assert first.json()["created"] == CREATED
    streamed = body | {"stream": True}
    assert post("/chat/completions", streamed).content == post("/chat/completions", streamed).content


def test_another_request_gets_another_id() -> None:
    one = post("/chat/completions", {"model": MODEL, "messages": HELLO}).json()
    other = post("/chat/completions", {"model": MODEL, "messages": HELLO, "temperature": 0.3}).json()
    assert one["id"] != other["id"]


def test_it_works_for_the_async_sdk_too(sdk: OpenAI) -> None:
    async def ask() -> tuple[str | None, str]:
        http = httpx2.AsyncClient(transport=OfflineTransport(token_seconds=0))
        async with AsyncOpenAI(
            base_url="http://offline.invalid/v1", api_key="none", http_client=http
        ) as client:
            plain = await client.chat.completions.create(model=MODEL, messages=HELLO)
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return plain.choices[0].message.content, "".join(pieces)

    plain, streamed = asyncio.run(ask())
    assert (
        plain
        == streamed
        == sdk.chat.completions.create(model=MODEL, messages=HELLO).choices[0].message.content
    )


def test_the_pause_between_words_is_a_setting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("platform_app.offline.streaming.time.sleep", pauses.append)
    settings.OFFLINE_TOKEN_SECONDS = 0.25
    with httpx2.Client(transport=OfflineTransport()) as http:
        body = {"model": MODEL, "messages": HELLO, "stream": True}
        http.post("http://offline.invalid/v1/chat/completions", json=body)
    assert set(pauses) == {0.25}


def test_an_answer_can_be_limited_in_tokens(sdk: OpenAI) -> None:
    completion = sdk.chat.completions.create(model=MODEL, messages=HELLO, max_completion_tokens=5)
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage is not None
    assert completion.usage.completion_tokens <= 5


def test_structured_output_can_be_streamed(sdk: OpenAI) -> None:
    scene = {"title": "A", "user_goal": "Ask about costs.", "success_criteria": "Asks about costs."}
    messages: Any = [
        {"role": "system", "content": block("scene", scene)},
        {"role": "user", "content": block("transcript", [])},
    ]
    with sdk.chat.completions.stream(model=MODEL, messages=messages, response_format=GoalCheck) as stream:
        parsed = stream.get_final_completion().choices[0].message.parsed
    assert parsed is not None
    assert not parsed.goal_reached


class Recipe(BaseModel):
    title: str


def test_an_unknown_schema_is_refused_by_name(sdk: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="does not know the schema 'Recipe'") as refused:
        sdk.chat.completions.parse(model=MODEL, messages=HELLO, response_format=Recipe)
    assert refused.value.param == "response_format.json_schema.name"


def test_models_lists_the_engine_alone(sdk: OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == [MODEL]
    assert sdk.models.retrieve(MODEL).id == MODEL


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/responses"),
        ("GET", "/chat/completions"),
        ("POST", "/audio/speech"),
        ("GET", "/models/other"),
    ],
)
def test_everything_else_is_not_found(method: str, path: str) -> None:
    response = post(path, {}, method=method)
    assert response.status_code == 404
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "model"),
        ({"model": MODEL}, "messages"),
        ({"model": MODEL, "messages": []}, "messages"),
        ({"model": MODEL, "messages": "hi"}, "messages"),
        ({"model": MODEL, "messages": ["hi"]}, "messages[0].role"),
        ({"model": MODEL, "messages": [{"role": "king", "content": "hi"}]}, "messages[0].role"),
        ({"model": MODEL, "messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"model": MODEL, "messages": HELLO, "n": 2}, "n"),
        ({"model": MODEL, "messages": HELLO, "stream": "yes"}, "stream"),
        ({"model": MODEL, "messages": HELLO, "stream_options": {"include_usage": True}}, "stream_options"),
        ({"model": MODEL, "messages": HELLO, "tools": [{"type": "function"}]}, "tools"),
        ({"model": MODEL, "messages": HELLO, "max_tokens": 0.5}, "max_completion_tokens"),
        ({"model": MODEL, "messages": HELLO, "response_format": {"type": "xml"}}, "response_format.type"),
        (
            {"model": MODEL, "messages": HELLO, "response_format": {"type": "json_schema"}},
            "response_format.json_schema.name",
        ),
    ],
)
def test_a_malformed_chat_request_is_refused_with_its_field(body: dict[str, Any], param: str) -> None:
    response = post("/chat/completions", body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(content: bytes) -> None:
    response = post("/chat/completions", content=content)
    assert response.status_code == 400
    assert "JSON" in response.json()["error"]["message"]


def test_images_are_pictures_in_base64_of_the_size_wanted(sdk: OpenAI) -> None:
    told = {"title": "At the harbour", "caption": "Ask.", "people": ["Li Wei"], "setting": "a harbour"}
    reply = sdk.images.generate(model=MODEL, prompt=block("scene", told), size="1024x1024")
    assert reply.data is not None
    assert str(reply.data[0].b64_json).startswith("iVBORw0KGgo")


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"prompt": " "}, "prompt"),
        ({"size": "7x7"}, "size"),
        ({"size": 7}, "size"),
        ({"n": 3}, "n"),
        ({"response_format": "url"}, "response_format"),
        ({"output_format": "gif"}, "output_format"),
    ],
)
def test_an_impossible_picture_is_refused_with_its_field(more: dict[str, Any], param: str) -> None:
    response = post("/images/generations", {"model": MODEL, "prompt": "A ship"} | more)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == param


def test_a_text_without_people_is_refused_rather_than_filled(sdk: OpenAI) -> None:
    format_: Any = {"type": "json_schema", "json_schema": {"name": "CasePeople", "schema": {}}}
    messages: Any = [{"role": "user", "content": block("case_study", "It rained. The rain was wet.")}]
    message = (
        sdk.chat.completions.create(model=MODEL, messages=messages, response_format=format_)
        .choices[0]
        .message
    )
    assert message.content is None
    assert "nobody to talk to" in str(message.refusal)


def test_a_conversation_can_be_streamed(sdk: OpenAI) -> None:
    play = RolePlay(sdk, case_text("solera.txt"), "Berg")
    chunks = sdk.chat.completions.create(model=MODEL, messages=play.messages, stream=True)
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert streamed == play.opening()
