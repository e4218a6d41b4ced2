"""Embeddings and pictures through the drop-in door."""

from base64 import b64decode
from typing import Any

import openai
import pytest
from openai.types import CreateEmbeddingResponse, ImagesResponse

from caching.ai import AnswerPolicy, ai
from tests.caching.ai.dropin.twins import Twin
from tests.loopback_openai import DIMENSIONS, MODEL, LoopbackOpenAI, Reply, png

PICTURE: dict[str, Any] = {"model": MODEL, "prompt": "a factory"}


def embed(client: Any, twin: Twin, *texts: Any, **more: Any) -> Any:
    return twin.get(client.embeddings.create(model=MODEL, input=list(texts), **more))


def test_only_unknown_inputs_are_sent_and_each_once(
    client: Any, uncached: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    expected = embed(uncached, twin, "a", "b", "c", "b")
    embed(client, twin, "a")
    reply = embed(client, twin, "a", "b", "c", "b")
    assert isinstance(reply, CreateEmbeddingResponse)
    assert [one.embedding for one in reply.data] == [
        one.embedding for one in sorted(expected.data, key=lambda one: one.index)
    ]
    assert [one.index for one in reply.data] == [0, 1, 2, 3]
    assert [body["input"] for body in provider_server.bodies[1:]] == [["a"], ["b", "c"]]
    assert embed(client, twin, "c", "a").usage.prompt_tokens == 0
    assert len(provider_server.calls) == 3


def test_one_text_and_a_list_of_one_are_the_same(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    one = twin.get(client.embeddings.create(model=MODEL, input="a"))
    assert embed(client, twin, "a").data == one.data
    assert len(one.data[0].embedding) == DIMENSIONS
    assert len(provider_server.calls) == 1


def test_tokens_are_an_input_too(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    for _ in range(2):
        assert len(twin.get(client.embeddings.create(model=MODEL, input=[[1, 2], [3]])).data) == 2
        assert len(twin.get(client.embeddings.create(model=MODEL, input=[1, 2])).data) == 1
    assert [body["input"] for body in provider_server.bodies] == [[[1, 2], [3]]]


def test_the_form_that_was_asked_for_is_given(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    numbers = embed(client, twin, "a", encoding_format="float").data[0].embedding
    text = embed(client, twin, "a", encoding_format="base64").data[0].embedding
    assert isinstance(text, str)
    assert len(b64decode(text)) == 4 * DIMENSIONS
    assert numbers == embed(client, twin, "a").data[0].embedding
    assert len(provider_server.calls) == 1


def test_embeddings_have_raw_responses_too(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    expected = embed(client, twin, "a")
    raw = twin.get(client.embeddings.with_raw_response.create(model=MODEL, input=["a"]))
    assert raw.parse().data == expected.data
    assert len(provider_server.calls) == 1


def test_both_doors_share_a_vector(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    (vector,) = ai.embed("embedding", ["a"], model=MODEL)
    reply = embed(client.with_cache(operation="embedding"), twin, "a", "b")
    assert reply.data[0].embedding == list(vector)
    assert list(ai.embed("embedding", ["b"], model=MODEL)[0]) == reply.data[1].embedding
    assert [body["input"] for body in provider_server.bodies] == [["a"], ["b"]]


def test_dimensions_and_scopes_are_meaning(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    for _ in range(2):
        embed(client, twin, "a")
        embed(client, twin, "a", dimensions=256)
        embed(client.with_cache(scopes=("user:7",)), twin, "a")
    assert len(provider_server.calls) == 3


def test_the_policy_counts_for_embeddings(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    embed(client, twin, "a")
    embed(client.with_cache(policy=AnswerPolicy(refresh=True)), twin, "a")
    embed(client.with_cache(policy=AnswerPolicy(no_store=True)), twin, "a")
    embed(client, twin, "a")
    assert len(provider_server.calls) == 3


def test_an_error_for_embeddings_is_the_sdks(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.script(Reply(status=429))
    with pytest.raises(openai.RateLimitError):
        embed(client, twin, "a")
    assert embed(client, twin, "a").data


def test_a_picture_is_drawn_once(client: Any, twin: Twin, provider_server: LoopbackOpenAI) -> None:
    for _ in range(2):
        reply = twin.get(client.images.generate(**PICTURE))
        assert isinstance(reply, ImagesResponse)
        assert b64decode(reply.data[0].b64_json) == png("a factory")
    assert len(provider_server.calls) == 1


def test_a_picture_behind_a_url_is_never_kept(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    provider_server.always(Reply(by_url=True))
    for _ in range(2):
        assert twin.get(client.images.generate(**PICTURE)).data[0].url
    for _ in range(2):
        twin.get(client.images.generate(**PICTURE, response_format="url"))
    assert len(provider_server.calls) == 4


def test_what_has_no_answer_to_keep_is_the_sdks_own_affair(
    client: Any, twin: Twin, provider_server: LoopbackOpenAI
) -> None:
    for _ in range(2):
        with pytest.raises(openai.NotFoundError):
            twin.get(client.moderations.create(input="Hello."))
    assert len(provider_server.calls) == 2
