"""What the drop-in door rests on in the SDK without a promise of it. When one of these fails after an upgrade, the door
(caching/ai/dropin) has to be looked at before anything is deployed: the answers of its callers pass through here."""

import inspect
from typing import Any

import httpx2
import openai
import pytest
from openai._models import FinalRequestOptions

from caching.ai.dropin.calls import RAW_RESPONSE_HEADER

CLIENTS = [openai.OpenAI, openai.AsyncOpenAI]
READ_OPTIONS = "method url params headers post_parser json_data extra_json".split()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_response_is_still_made_into_an_answer_by_one_private_method(client: Any) -> None:
    method = getattr(client, "_process_response", None)
    assert method, (
        "openai has no _process_response any more: what turns a kept body into the SDK's answer now?"
    )
    assert list(inspect.signature(method).parameters)[1:] == [
        "cast_to",
        "options",
        "response",
        "stream",
        "stream_cls",
        "retries_taken",
    ], "openai's _process_response takes other arguments now: caching/ai/dropin/client.py has to give them."


@pytest.mark.parametrize("client", CLIENTS)
def test_the_class_of_a_streaming_response_is_still_said_in_a_header(client: Any) -> None:
    method = getattr(client, "_maybe_override_cast_to", None)
    assert method, (
        "openai has no _maybe_override_cast_to any more: how does it pass on with_streaming_response now?"
    )
    assert list(inspect.signature(method).parameters)[1:] == ["cast_to", "options"]


@pytest.mark.parametrize("client", CLIENTS)
def test_all_calls_still_pass_through_one_public_method(client: Any) -> None:
    assert list(inspect.signature(client.request).parameters)[1:] == [
        "cast_to",
        "options",
        "stream",
        "stream_cls",
    ], "openai's request() takes other arguments now: CachedOpenAI.request has to take them too."


def test_the_options_of_a_request_still_have_the_fields_that_are_read() -> None:
    missing = set(READ_OPTIONS) - FinalRequestOptions.model_fields.keys()
    assert not missing, f"openai's options have no {missing} any more: caching/ai/dropin/calls.py reads them."


def test_the_options_of_a_request_have_no_field_that_may_be_meaning_and_is_not_looked_at() -> None:
    known = {
        *READ_OPTIONS,
        *("max_retries", "timeout", "idempotency_key", "follow_redirects", "security"),  # transport
        *("synthesize_event_and_data", "stream_mode"),  # of the Assistants
        *("files", "content"),  # of other surfaces
    }
    new = FinalRequestOptions.model_fields.keys() - known
    assert not new, (
        f"openai's options have {new} now: do they change what is asked? Then they belong to the key."
    )


def test_a_reply_can_still_be_had_as_it_is() -> None:
    """By asking for httpx2.Response, which is what flights do."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={"a": 1}))
    with openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=transport)) as client:
        response = client.post("/chat/completions", cast_to=httpx2.Response, body={})
        assert isinstance(response, httpx2.Response), "openai no longer gives httpx2.Response as it is."
        assert response.json() == {"a": 1}


def test_a_raw_response_is_still_asked_for_by_the_same_header() -> None:
    seen: list[Any] = []
    transport = httpx2.MockTransport(
        lambda request: seen.append(request.headers) or httpx2.Response(200, json={})
    )
    with openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=transport)) as client:
        client.chat.completions.with_raw_response.create(model="m", messages=[])
    assert seen[0].get(RAW_RESPONSE_HEADER) == "true", (
        "openai asks for raw responses in another way: caching/ai/dropin/calls.py takes that header off."
    )
