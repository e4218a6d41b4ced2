import pytest
import redis

from caching import stats
from caching.ai import ai
from caching.errors import AIAnswerUnusable, AIUnavailable
from tests.loopback_openai import LoopbackOpenAI, Reply, png


def test_a_picture_is_bytes_of_a_png(provider_server: LoopbackOpenAI) -> None:
    assert ai.image("image", "A harbour.") == png("A harbour.")
    assert provider_server.bodies[0]["prompt"] == "A harbour."


def test_the_second_identical_picture_makes_no_call(provider_server: LoopbackOpenAI) -> None:
    assert ai.image("image", "A harbour.") == ai.image("image", "A harbour.")
    assert len(provider_server.calls) == 1


def test_prompt_size_and_model_part_pictures(provider_server: LoopbackOpenAI) -> None:
    ai.image("image", "A harbour.")
    ai.image("image", "A harbour!")
    ai.image("image", "A harbour.", size="512x512")
    ai.image("image", "A harbour.", model="another")
    assert len(provider_server.calls) == 4


def test_a_picture_that_is_pointed_to_is_fetched_once(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(by_url=True))
    assert ai.image("image", "A harbour.") == png("A harbour.")
    provider_server.pictures.clear()
    assert ai.image("image", "A harbour.") == png("A harbour.")


def test_a_picture_that_is_no_longer_there_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(raw=f'{{"data": [{{"url": "{provider_server.root}/gone.png"}}]}}'.encode()))
    with pytest.raises(AIUnavailable):
        ai.image("image", "A harbour.")


def test_an_address_that_is_none_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(raw=b'{"data": [{"url": "file:///etc/passwd"}]}'))
    with pytest.raises(AIUnavailable):
        ai.image("image", "A harbour.")


def test_something_that_is_no_png_is_an_error_and_is_not_kept(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(picture=b"GIF89a"), Reply(picture=b"<html>", by_url=True))
    for _ in range(2):
        with pytest.raises(AIAnswerUnusable):
            ai.image("image", "A harbour.")
    assert ai.image("image", "A harbour.") == png("A harbour.")


@pytest.mark.parametrize("data", ["[]", "[{}]"])
def test_no_picture_is_an_error(provider_server: LoopbackOpenAI, data: str) -> None:
    provider_server.script(Reply(raw=f'{{"data": {data}}}'.encode()))
    with pytest.raises(AIAnswerUnusable):
        ai.image("image", "A harbour.")


def test_a_picture_that_is_no_base64_is_an_error(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(raw=b'{"data": [{"b64_json": "?"}]}'))
    with pytest.raises(AIUnavailable):
        ai.image("image", "A harbour.")


def test_the_entry_holds_the_picture_itself_and_expires(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    ai.image("scene_picture", "A harbour.")
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:scene_picture:*")
    assert png("A harbour.") in redis_server.get(key)
    assert redis_server.ttl(key) == pytest.approx(24 * 3600, rel=0.11)


@pytest.mark.parametrize("planted", [b"", b"\x14", b"\x14<script>", png("no header")])
def test_a_planted_value_is_a_counted_miss(
    provider_server: LoopbackOpenAI, redis_server: redis.Redis, redis_key_prefix: str, planted: bytes
) -> None:
    ai.image("image", "A harbour.")
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    redis_server.set(key, planted)
    assert ai.image("image", "A harbour.") == png("A harbour.")
    assert len(provider_server.calls) == 2
    assert stats.counts("ai_image").undecodable == 1
