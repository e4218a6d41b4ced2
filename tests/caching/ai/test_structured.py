import json
from typing import Annotated, Any

import pytest
import redis
from pydantic import AfterValidator, BaseModel, Field

from caching import stats
from caching.ai import Usage, ai
from caching.ai.client import response_format
from caching.errors import AIAnswerUnusable
from tests.loopback_openai import LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Who is in the case?"}]


class Person(BaseModel):
    name: str
    age: int = Field(default=30, ge=0)


class Cast(BaseModel):
    title: str
    people: list[Person]
    lead: Person = Field(description="The one who decides.")
    default: str = "a property that is called like a keyword"


GOOD = json.dumps(
    {
        "title": "Sale",
        "people": [{"name": "Anna", "age": 41}],
        "lead": {"name": "Anna", "age": 41},
        "default": "yes",
    }
)
BAD = GOOD.replace("41", '"old"')


def test_an_answer_is_a_value_of_the_class(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(GOOD))
    answer = ai.structured("scenario_analysis", QUESTION, Cast)
    assert answer.value.lead == Person(name="Anna", age=41)
    assert answer.usage == Usage(100, 20, 64)
    assert not answer.from_cache


def test_the_second_identical_question_makes_no_call(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(GOOD))
    first = ai.structured("scenario_analysis", QUESTION, Cast)
    second = ai.structured("scenario_analysis", QUESTION, Cast)
    assert second.from_cache
    assert (second.value, second.model, second.usage) == (first.value, first.model, first.usage)
    assert len(provider_server.calls) == 1


def test_the_schema_that_is_sent_is_strict_and_named_after_the_class(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(GOOD))
    ai.structured("scenario_analysis", QUESTION, Cast)
    sent = provider_server.bodies[0]["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["name"] == "Cast"
    assert sent["json_schema"]["strict"] is True
    schema = sent["json_schema"]["schema"]
    assert list(schema["properties"]) == schema["required"] == ["title", "people", "lead", "default"]
    assert schema["additionalProperties"] is False
    person = schema["$defs"]["Person"]
    assert person["required"] == ["name", "age"]
    assert person["additionalProperties"] is False
    assert "default" not in person["properties"]["age"]
    assert "$ref" not in schema["properties"]["lead"]  # strict mode allows no description beside a reference


def test_a_class_with_free_form_dictionaries_is_refused_before_any_call(
    provider_server: LoopbackOpenAI,
) -> None:
    class Free(BaseModel):
        scores: dict[str, int]

    with pytest.raises(TypeError, match="free-form"):
        ai.structured("scenario_analysis", QUESTION, Free)
    assert provider_server.calls == []


def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason(
    provider_server: LoopbackOpenAI,
) -> None:
    provider_server.script(Reply(BAD), Reply(GOOD))
    answer = ai.structured("scenario_analysis", QUESTION, Cast)
    assert answer.value.lead.age == 41
    assert answer.usage == Usage(200, 40, 128)
    asked_again = provider_server.bodies[1]["messages"]
    assert asked_again[:-1] == [*QUESTION, {"role": "assistant", "content": BAD}]
    assert "lead.age" in asked_again[-1]["content"]
    assert ai.structured("scenario_analysis", QUESTION, Cast).from_cache


@pytest.mark.parametrize("bad", [BAD, "I would say: Anna.", "[]", GOOD[:-1]])
def test_an_answer_that_does_not_fit_twice_is_an_error_and_is_not_kept(
    provider_server: LoopbackOpenAI, bad: str, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    provider_server.script(Reply(bad), Reply(bad))
    with pytest.raises(AIAnswerUnusable) as caught:
        ai.structured("scenario_analysis", QUESTION, Cast)
    assert caught.value.reason == "invalid"
    assert caught.value.retryable
    assert len(provider_server.calls) == 2
    assert list(redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")) == []


@pytest.mark.parametrize("finish_reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_off_is_not_asked_for_again(
    provider_server: LoopbackOpenAI, finish_reason: str
) -> None:
    provider_server.script(Reply(GOOD, finish_reason=finish_reason))
    with pytest.raises(AIAnswerUnusable):
        ai.structured("scenario_analysis", QUESTION, Cast)
    assert len(provider_server.calls) == 1


def test_only_an_answer_that_ended_well_counts(provider_server: LoopbackOpenAI) -> None:
    provider_server.always(Reply(GOOD, finish_reason="tool_calls"))
    with pytest.raises(AIAnswerUnusable):
        ai.structured("scenario_analysis", QUESTION, Cast)
    with pytest.raises(AIAnswerUnusable):
        ai.structured("scenario_analysis", QUESTION, Cast)


def test_what_is_found_is_validated_again(provider_server: LoopbackOpenAI) -> None:
    allowed = {"Anna", "Bert"}

    def known(name: str) -> str:
        if name not in allowed:
            raise ValueError("nobody of that name")
        return name

    class Lead(BaseModel):
        name: Annotated[str, AfterValidator(known)]

    provider_server.script(Reply('{"name": "Anna"}'), Reply('{"name": "Bert"}'))
    ai.structured("cast", QUESTION, Lead)
    allowed.remove("Anna")
    assert ai.structured("cast", QUESTION, Lead).value.name == "Bert"
    assert stats.counts("ai_chat") == stats.Counts(hits=0, misses=2, undecodable=1)


def test_the_order_of_a_schemas_properties_is_meaning(provider_server: LoopbackOpenAI) -> None:
    def schema(*names: str) -> Any:
        return {
            "type": "json_schema",
            "json_schema": {"name": "N", "schema": {"properties": {name: {} for name in names}}},
        }

    ai.chat("chat", QUESTION, response_format=schema("reasoning", "verdict"))
    assert not ai.chat("chat", QUESTION, response_format=schema("verdict", "reasoning")).from_cache


def test_a_chat_with_the_same_format_shares_the_entry(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(GOOD))
    ai.structured("scenario_analysis", QUESTION, Cast)
    answer = ai.chat("scenario_analysis", QUESTION, response_format=response_format(Cast))
    assert (answer.text, answer.from_cache) == (GOOD, True)
