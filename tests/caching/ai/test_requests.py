"""The key of an answer: what is in it and what is not, without a server."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caching.ai.requests import AIRequest

BASE: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}


def digest(**changes: Any) -> str:
    return AIRequest("chat", "chat", "http://provider/v1", BASE | changes).digest()


def test_the_digest_is_160_bits() -> None:
    assert len(bytes.fromhex(digest())) == 20


def test_the_digest_is_the_same_in_every_process() -> None:
    # A change of the canonical form turns every stored answer into a miss: then this line has to change, on purpose.
    assert digest() == "4ed0ad75821906aecd9a7cd40372136e8c0ee98c"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello.", "Hello. "),
        ("Hello.", " Hello."),
        ("a b", "a  b"),
        ("a\nb", "a\r\nb"),
        ("Hello.", "hello."),
        ("\u00e9", "e\u0301"),  # the same letter, composed and decomposed
        ("\ufb01", "fi"),
        ("1", "１"),
        ("a\u200bb", "ab"),
        ("", " "),
    ],
)
def test_white_space_case_and_unicode_form_are_meaning(one: str, other: str) -> None:
    assert digest(messages=[{"role": "user", "content": one}]) != digest(
        messages=[{"role": "user", "content": other}]
    )


def test_the_order_of_properties_is_no_meaning() -> None:
    parts = {"type": "text", "text": "Hello."}
    one = digest(messages=[{"role": "user", "content": [parts]}], logit_bias={"1": 2, "3": 4})
    parts = dict(reversed(parts.items()))
    other = digest(logit_bias={"3": 4, "1": 2}, messages=[{"content": [parts], "role": "user"}])
    assert one == other


@pytest.mark.parametrize("parameter", ["tools", "functions", "response_format", "text"])
def test_the_order_of_properties_in_a_schema_is_meaning(parameter: str) -> None:
    def schema(*names: str) -> Any:
        return [{"function": {"parameters": {"properties": {name: {"type": "string"} for name in names}}}}]

    assert digest(**{parameter: schema("a", "b")}) != digest(**{parameter: schema("b", "a")})
    assert digest(**{parameter: schema("a", "b")}) == digest(**{parameter: schema("a", "b")})
    extra = [
        digest(extra_body={"guided_json": {"properties": dict.fromkeys(names)}}) for names in ("ab", "ba")
    ]
    assert extra[0] != extra[1]


def test_the_order_of_messages_and_tools_is_meaning() -> None:
    assert digest(tools=[{"name": "a"}, {"name": "b"}]) != digest(tools=[{"name": "b"}, {"name": "a"}])
    turns = [{"role": "user", "content": text} for text in "ab"]
    assert digest(messages=turns) != digest(messages=turns[::-1])


def test_a_parameter_that_is_none_was_not_given() -> None:
    assert digest(temperature=None, tools=None, extra_body=None) == digest()


@pytest.mark.parametrize(
    "name",
    "stream stream_options metadata user safety_identifier timeout extra_headers encoding_format prompt_cache_key "
    "prompt_cache_options prompt_cache_retention".split(),
)
def test_bookkeeping_is_no_meaning(name: str) -> None:
    assert digest(**{name: "x"}) == digest()
    assert digest(extra_body={name: "x"}) == digest()


@pytest.mark.parametrize(
    "name",
    "temperature top_p max_tokens max_completion_tokens seed stop tools tool_choice response_format logit_bias n "
    "frequency_penalty presence_penalty reasoning_effort verbosity modalities service_tier store instructions input include "
    "extra_query some_future_one".split(),
)
def test_every_other_parameter_is_meaning(name: str) -> None:
    assert digest(**{name: 1}) != digest()
    assert digest(**{name: 1}) != digest(**{name: 2})
    assert digest(extra_body={name: 1}) == digest(**{name: 1})


def test_kind_provider_scopes_and_prompt_version_are_meaning() -> None:
    requests = [
        AIRequest("chat", "chat", "http://provider/v1", BASE),
        AIRequest("image", "chat", "http://provider/v1", BASE),
        AIRequest("chat", "chat", "http://provider/v2", BASE),
        AIRequest("chat", "chat", "http://provider/v1", BASE, ("user:7",)),
        AIRequest("chat", "chat", "http://provider/v1", BASE, ("user:77",)),
        AIRequest("chat", "chat", "http://provider/v1", BASE, ("user:7", "persona:3")),
        AIRequest("chat", "chat", "http://provider/v1", BASE, ("user:7,persona:3",)),
        AIRequest("chat", "chat", "http://provider/v1", BASE, (), "2"),
    ]
    assert len({request.digest() for request in requests}) == len(requests)


def test_values_that_are_no_json_are_refused() -> None:
    with pytest.raises(TypeError):
        digest(messages=[object()])


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, -1.0]) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
requests = st.builds(
    AIRequest,
    kind=st.sampled_from(["chat", "embedding", "image"]),
    operation=st.just("chat"),
    provider=text,
    parameters=st.dictionaries(
        st.sampled_from(["model", "messages", "tools", "temperature", "extra"]), values, max_size=4
    ),
    scopes=st.lists(text, max_size=3).map(tuple),
    prompt_version=text,
)


def meaning(request: AIRequest) -> str:
    """What the digest stands for, written down in another way."""
    parameters = {
        name: json.dumps(value, sort_keys=name != "tools")
        for name, value in request.parameters.items()
        if value is not None
    }
    return json.dumps(
        [request.kind, request.provider, sorted(set(request.scopes)), request.prompt_version, parameters],
        sort_keys=True,
    )


@given(requests, requests)
def test_requests_share_a_digest_exactly_if_they_mean_the_same(one: AIRequest, other: AIRequest) -> None:
    assert (one.digest() == other.digest()) == (meaning(one) == meaning(other))


@given(requests, st.data())
def test_a_request_with_one_part_changed_shares_nothing(one: AIRequest, data: st.DataObject) -> None:
    """Two requests drawn apart hardly ever resemble each other; these differ in one place only."""
    part = data.draw(st.sampled_from(["kind", "provider", "parameters", "scopes", "prompt_version"]))
    donor = data.draw(requests)
    fields = {name: getattr(one, name) for name in AIRequest.__dataclass_fields__}
    other = AIRequest(**fields | {part: getattr(donor, part)})
    assert (one.digest() == other.digest()) == (meaning(one) == meaning(other))
