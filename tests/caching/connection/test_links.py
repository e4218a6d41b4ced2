"""Links are plain, private to their thread, and as long-lived as it is."""

import gc
from collections.abc import Callable

import pytest
import redis
from pytest_django import Settings

from caching.connection import links, require_redis, wire
from caching.connection.link import Link
from caching.errors import CacheUnavailable


def the_link() -> Link:
    return wire._link_of("x")


def test_a_link_stays_open_when_garbage_is_collected(redis_key_prefix: str) -> None:
    link = the_link()
    gc.collect()
    assert link.is_open()
    assert wire.mget([redis_key_prefix]) == [None]
    assert the_link() is link


def test_a_link_speaks_the_protocol_without_pushes() -> None:
    (client,) = the_link().exchange([("CLIENT", "INFO")])
    assert isinstance(client, bytes)
    assert b" resp=2 " in client


def test_an_answer_too_many_is_never_taken_for_the_next_one(redis_key_prefix: str) -> None:
    link = the_link()
    link._socket.sendall(b"*2\r\n$4\r\nECHO\r\n$5\r\nstray\r\n")
    while link.is_open():
        pass
    assert wire.call([("GET", redis_key_prefix)]) == [None]
    assert the_link() is not link


def test_an_interrupted_question_leaves_nothing_behind(
    redis_key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Ctrl+C between sending and reading."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Link, "_feed", interrupt)
        wire.call([("ECHO", "old")])
    assert wire.mget([redis_key_prefix]) == [None]


def test_what_was_posted_is_done_and_its_replies_are_nobody_else_s(redis_key_prefix: str) -> None:
    key = f"{redis_key_prefix}posted"
    wire.post([("SET", key, "1")], [("INCR", key), ("PEXPIRE", key, 60_000)])
    assert wire.mget([key, f"{key}:absent"]) == [b"2", None]
    wire.post([], [("INCR", key)])
    assert wire.call([("GET", key)]) == [b"3"]


def test_what_was_posted_in_vain_does_not_harm_the_next_question(redis_key_prefix: str) -> None:
    key = f"{redis_key_prefix}posted"
    wire.call([("RPUSH", key, "a list")])
    wire.post([("GET", key)], [("INCR", key)])
    assert wire.call([("LLEN", key)]) == [1]


def test_an_interruption_over_posted_replies_leaves_nothing_behind(
    redis_key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    wire.post([], [("ECHO", "posted")])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Link, "_feed", interrupt)
        wire.call([("ECHO", "asked")])
    assert wire.mget([redis_key_prefix]) == [None]


def test_another_url_means_another_server(
    use_redis: Callable[[str], None], closed_port: int, redis_key_prefix: str, settings: Settings
) -> None:
    before = settings.REDIS_URL
    assert wire.mget([redis_key_prefix]) == [None]
    use_redis(f"redis://127.0.0.1:{closed_port}/0")
    with pytest.raises(CacheUnavailable):
        wire.mget([redis_key_prefix])
    use_redis(before)
    assert wire.mget([redis_key_prefix]) == [None]
    assert len(links._held.links) == 1


def test_a_start_with_jobs_on_a_cluster_ends_with_a_sentence(
    settings: Settings, capsys: pytest.CaptureFixture[str], redis_server: redis.Redis
) -> None:
    settings.JOBS_REDIS_URL = "redis+cluster://:s3cret@127.0.0.1:7000"
    with pytest.raises(SystemExit):
        require_redis()
    assert capsys.readouterr().err == (
        "Redis initialization failed: Jobs cannot be queued on a cluster, set JOBS_REDIS_URL to a single server or to"
        " Sentinels. Check that Redis is running and REDIS_URL is correct.\n"
    )
