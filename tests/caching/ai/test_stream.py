from typing import Any

import pytest
import redis

from caching import stats
from caching.ai import Usage, ai
from caching.errors import AIAnswerUnusable, AIMisconfigured, AIUnavailable
from tests.loopback_openai import MODEL, LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Tell me about the case."}]
TEXT = "The case is about  a decision:\n\nshould Anna sell? \n"


def test_the_pieces_make_up_the_answer(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))
    stream = ai.stream("chat", QUESTION)
    pieces = list(stream)
    assert len(pieces) > 3
    assert "".join(pieces) == TEXT == stream.answer.text
    assert stream.answer.model == MODEL
    assert stream.answer.usage == Usage(input_tokens=100, output_tokens=20, cached_input_tokens=64)
    assert not stream.answer.from_cache


def test_the_first_piece_comes_before_the_last_one_is_sent(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, cut_after=1))
    assert next(ai.stream("chat", QUESTION)) == TEXT[:7]


def test_nothing_is_sent_before_the_first_piece_is_taken(provider_server: LoopbackOpenAI) -> None:
    ai.stream("chat", QUESTION)
    assert provider_server.calls == []


def test_a_stream_after_a_chat_is_a_hit(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))
    ai.chat("chat", QUESTION, temperature=0.5)
    stream = ai.stream("chat", QUESTION, temperature=0.5)
    pieces = list(stream)
    assert "".join(pieces) == TEXT
    assert pieces[:3] == ["The", " case", " is"]
    assert stream.answer.from_cache
    assert len(provider_server.calls) == 1


def test_a_chat_after_a_stream_is_a_hit(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT))
    streamed = ai.stream("chat", QUESTION)
    assert "".join(streamed) == TEXT
    answer = ai.chat("chat", QUESTION)
    assert answer.from_cache
    assert (answer.text, answer.usage) == (TEXT, streamed.answer.usage)


def test_the_answer_is_there_only_at_the_end(provider_server: LoopbackOpenAI) -> None:
    stream = ai.stream("chat", QUESTION)
    next(stream)
    with pytest.raises(RuntimeError, match="read to the end"):
        _ = stream.answer
    list(stream)
    assert list(stream) == []
    assert stream.answer.text == "Answer 1."


@pytest.mark.parametrize("cut", ["torn", "clean"])
@pytest.mark.parametrize("cut_after", [0, 3])
def test_a_broken_stream_is_an_error_and_is_never_kept(
    provider_server: LoopbackOpenAI,
    cut: Any,
    cut_after: int,
    redis_server: redis.Redis,
    redis_key_prefix: str,
) -> None:
    provider_server.script(Reply(TEXT, cut_after=cut_after, cut=cut))
    shown: list[str] = []
    with pytest.raises(AIUnavailable):
        shown.extend(ai.stream("chat", QUESTION))
    assert len(shown) == cut_after
    assert list(redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")) == []
    assert ai.chat("chat", QUESTION).text == "Answer 2."


def test_an_error_inside_of_the_stream_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(raw=b'data: {"error": {"message": "out of memory"}}\n\n'))
    with pytest.raises(AIUnavailable):
        list(ai.stream("chat", QUESTION))


def test_noise_inside_of_the_stream_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(
        Reply(raw=b"data: {nonsense\n\n"), Reply(raw=b"data: [1]\n\n"), Reply(raw=b"<html>")
    )
    for _ in range(3):
        with pytest.raises(AIUnavailable):
            list(ai.stream("chat", QUESTION))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(TEXT, finish_reason="length"), "length"),
        (Reply(TEXT, finish_reason="content_filter"), "content_filter"),
        (Reply(refusal="I cannot."), "refusal"),
        (Reply(), "empty"),
    ],
)
def test_a_stream_that_ended_badly_is_an_error_and_is_not_kept(
    provider_server: LoopbackOpenAI, reply: Reply, reason: str
) -> None:
    provider_server.script(reply)
    with pytest.raises(AIAnswerUnusable) as caught:
        list(ai.stream("chat", QUESTION))
    assert caught.value.reason == reason
    assert not ai.chat("chat", QUESTION).from_cache


def test_a_refused_key_is_an_error_at_the_first_piece(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(status=401))
    with pytest.raises(AIMisconfigured):
        next(ai.stream("chat", QUESTION))


def test_a_caller_who_leaves_gets_no_more_and_the_answer_is_kept_all_the_same(
    provider_server: LoopbackOpenAI,
) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.01))
    stream = ai.stream("chat", QUESTION)
    next(stream)
    stream.close()
    assert list(stream) == []
    assert ai.chat("chat", QUESTION).text == TEXT
    assert ai.chat("chat", QUESTION).from_cache
    assert len(provider_server.calls) == 1


def test_a_refused_stream_option_of_an_old_server_does_no_harm(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(TEXT, usage=None))
    stream = ai.stream("chat", QUESTION)
    assert "".join(stream) == TEXT
    assert stream.answer.usage == Usage()


def test_the_question_is_looked_up_once(provider_server: LoopbackOpenAI) -> None:
    list(ai.stream("chat", QUESTION))
    list(ai.stream("chat", QUESTION))
    assert stats.counts("ai_chat") == stats.Counts(hits=1, misses=1, undecodable=0)


def test_messages_changed_before_the_first_piece_change_nothing(provider_server: LoopbackOpenAI) -> None:
    messages = [{"role": "user", "content": "Tell me about the case."}]
    stream = ai.stream("chat", messages)
    messages[0]["content"] = "Tell me about another case."
    list(stream)
    assert provider_server.bodies[0]["messages"] == QUESTION


def test_what_a_model_thought_before_it_spoke_is_no_part_of_its_answer(
    provider_server: LoopbackOpenAI,
) -> None:
    start = b'data: {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, '
    thought = start + b'"delta": {"reasoning_content": "Hm."}, "finish_reason": null}]}\n\n'
    said = start + b'"delta": {"content": "Yes."}, "finish_reason": "stop"}]}\n\n'
    provider_server.script(Reply(raw=thought + said + b"data: [DONE]\n\n"))
    assert list(ai.stream("chat", QUESTION)) == ["Yes."]
    assert ai.chat("chat", QUESTION).text == "Yes."
