"""What a caller may say about the keeping of one answer; and what invalidation leaves."""

import pytest
import redis

from caching import ai_cache_service
from caching.ai import AnswerPolicy, ai
from caching.codec import decode, encode
from caching.entries import _CODEC, Entry
from caching.errors import AIUnavailable
from tests.loopback_openai import LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Should we sell?"}]
STALE = AnswerPolicy(stale_if_error=True)


@pytest.fixture
def expire(redis_server: redis.Redis, redis_key_prefix: str) -> object:
    """`expire()`: time has passed, and what is kept has expired."""

    def do() -> None:
        for key in redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*"):
            entry: Entry = decode(_CODEC, redis_server.get(key))
            old = Entry(entry.tags, entry.stamps, entry.computed_seconds, 1.0, entry.body)
            redis_server.set(key, encode(_CODEC, old), keepttl=True)

    return do


def test_the_time_to_live_can_be_given(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    ai.chat("chat", QUESTION, policy=AnswerPolicy(ttl_seconds=7000))
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert redis_server.ttl(key) == pytest.approx(7000, rel=0.11)


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="one second"):
        AnswerPolicy(ttl_seconds=seconds)


def test_no_store_neither_takes_nor_keeps(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    kept = ai.chat("chat", QUESTION).text
    alone = AnswerPolicy(no_store=True)
    assert ai.chat("chat", QUESTION, policy=alone).text == "Answer 2."
    assert "".join(map(str, ai.stream("chat", QUESTION, policy=alone))) == "Answer 3."
    assert ai.chat("chat", QUESTION).text == kept
    assert len(list(redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*"))) == 1


def test_refresh_asks_anew_and_keeps_the_new_answer(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION)
    assert ai.chat("chat", QUESTION, policy=AnswerPolicy(refresh=True)).text == "Answer 2."
    assert ai.chat("chat", QUESTION).text == "Answer 2."


class TestStaleIfError:
    def test_an_expired_answer_is_better_than_an_error_and_says_so(
        self, provider_server: LoopbackOpenAI, expire: object
    ) -> None:
        ai.chat("chat", QUESTION, policy=STALE)
        expire()  # type: ignore[operator]
        provider_server.always(Reply(status=500))
        answer = ai.chat("chat", QUESTION, policy=STALE)
        assert (answer.text, answer.is_stale, answer.source) == ("Answer 1.", True, "stale")

    def test_a_stream_too(self, provider_server: LoopbackOpenAI, expire: object) -> None:
        ai.chat("chat", QUESTION, policy=STALE)
        expire()  # type: ignore[operator]
        provider_server.always(Reply(status=500))
        stream = ai.stream("chat", QUESTION, policy=STALE)
        assert "".join(map(str, stream)) == "Answer 1."
        assert stream.answer.is_stale

    def test_while_the_provider_answers_it_is_asked(
        self, provider_server: LoopbackOpenAI, expire: object
    ) -> None:
        ai.chat("chat", QUESTION, policy=STALE)
        expire()  # type: ignore[operator]
        assert ai.chat("chat", QUESTION, policy=STALE).text == "Answer 2."

    def test_who_does_not_want_it_gets_the_error(
        self, provider_server: LoopbackOpenAI, expire: object
    ) -> None:
        ai.chat("chat", QUESTION, policy=STALE)
        expire()  # type: ignore[operator]
        provider_server.always(Reply(status=500))
        with pytest.raises(AIUnavailable):
            ai.chat("chat", QUESTION)

    def test_one_that_was_invalidated_serves_nobody(
        self, provider_server: LoopbackOpenAI, expire: object
    ) -> None:
        ai.chat("chat", QUESTION, policy=STALE, scopes=("user:7",))
        expire()  # type: ignore[operator]
        ai_cache_service.invalidate_user_cache(user_id=7)
        provider_server.always(Reply(status=500))
        with pytest.raises(AIUnavailable):
            ai.chat("chat", QUESTION, policy=STALE, scopes=("user:7",))

    def test_one_that_is_invalidated_while_the_provider_is_asked_serves_nobody(
        self, provider_server: LoopbackOpenAI, expire: object
    ) -> None:
        ai.chat("chat", QUESTION, policy=STALE, scopes=("user:7",))
        expire()  # type: ignore[operator]
        provider_server.script(Reply("One two three.", cut_after=2, pause_seconds=0.2))
        stream = ai.stream("chat", QUESTION, policy=STALE, scopes=("user:7",))
        next(stream)
        ai_cache_service.invalidate_user_cache(user_id=7)
        with pytest.raises(AIUnavailable):
            list(stream)


class TestInvalidation:
    def test_it_is_exact(self, provider_server: LoopbackOpenAI) -> None:
        def ask() -> dict[str, bool]:
            return {
                scope: ai.chat("chat", QUESTION, scopes=(scope,)).from_cache
                for scope in ("user:7", "user:77", "scenario:7", "persona:7")
            }

        assert not any(ask().values())
        ai_cache_service.invalidate_user_cache(user_id=7)
        assert ask() == {"user:7": False, "user:77": True, "scenario:7": True, "persona:7": True}
        ai_cache_service.invalidate_simulation_cache(scenario_id=7)
        assert ask() == {"user:7": True, "user:77": True, "scenario:7": False, "persona:7": True}

    def test_one_of_several_scopes_is_enough(self, provider_server: LoopbackOpenAI) -> None:
        scopes = ("user:7", "scenario:3")
        ai.chat("chat", QUESTION, scopes=scopes)
        ai_cache_service.invalidate_simulation_cache(scenario_id=3)
        assert not ai.chat("chat", QUESTION, scopes=scopes).from_cache

    def test_who_asks_after_it_does_not_get_what_was_asked_for_before(
        self, provider_server: LoopbackOpenAI
    ) -> None:
        provider_server.script(Reply("Old.", pause_seconds=0.3), Reply("New."))
        old = ai.stream("chat", QUESTION, scopes=("user:7",))
        assert next(old) == "Old."
        ai_cache_service.invalidate_user_cache(user_id=7)
        assert ai.chat("chat", QUESTION, scopes=("user:7",)).text == "New."
        assert list(old) == []
        assert ai.chat("chat", QUESTION, scopes=("user:7",)).text == "New."

    @pytest.mark.parametrize("scope", ["user", "user:", "User:7", "user:a b"])
    def test_a_scope_that_is_none_is_refused(self, scope: str) -> None:
        with pytest.raises(ValueError):
            ai.chat("chat", QUESTION, scopes=(scope,))
