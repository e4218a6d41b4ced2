import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis

from caching import connection
from caching.connection import (
    async_redis_client,
    bounded_reply,
    raising_cache_unavailable,
    redis_client,
    require_redis,
)
from caching.errors import CacheUnavailable


def test_the_client_talks_to_the_server_of_the_settings(
    redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    redis_client().set(f"{redis_key_prefix}x", "1", ex=60)
    assert redis_server.get(f"{redis_key_prefix}x") == b"1"


@pytest.mark.usefixtures("broken_redis")
def test_a_broken_server_is_cache_unavailable_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(CacheUnavailable) as caught, raising_cache_unavailable():
        redis_client().ping()
    assert time.monotonic() - started < 1.5
    assert isinstance(caught.value.__cause__, redis.RedisError)


@pytest.mark.parametrize(
    "error",
    [redis.ResponseError("OOM"), redis.ReadOnlyError("x"), redis.BusyLoadingError("x"), TimeoutError()],
)
def test_a_server_that_refuses_to_work_is_unavailable(error: Exception) -> None:
    with pytest.raises(CacheUnavailable) as caught, raising_cache_unavailable():
        raise error
    assert str(caught.value)


def test_a_misuse_of_the_client_is_no_outage(redis_key_prefix: str) -> None:
    with pytest.raises(redis.DataError), raising_cache_unavailable():
        redis_client().set(f"{redis_key_prefix}x", object())  # type: ignore[arg-type]


def test_a_failed_pipeline_does_not_tell_its_values(redis_key_prefix: str) -> None:
    key = f"{redis_key_prefix}x"
    with pytest.raises(CacheUnavailable) as caught, raising_cache_unavailable():
        pipe = redis_client().pipeline()
        pipe.set(key, "private words", ex=60)
        pipe.lpush(key, "private words")
        pipe.execute()
    assert str(caught.value).startswith("WRONGTYPE")


# --- The async client ---------------------------------------------------------------------------------------------


def test_a_loop_has_one_client_and_closes_it(redis_server: redis.Redis) -> None:
    async def talk() -> tuple[Any, Any]:
        first, second = await async_redis_client(), await async_redis_client()
        async with bounded_reply():
            assert await first.ping()
        return first, second

    first, second = asyncio.run(talk())
    assert first is second
    assert connection._async_clients == connection._closers == {}
    assert all(not one.is_connected for one in first.connection_pool._available_connections)
    other, _ = asyncio.run(talk())
    assert other is not first


def test_followers_do_not_run_out_of_connections() -> None:
    """Each follower holds one. They are taken one after the other: a busy machine may be slow to connect a crowd."""

    async def crowd() -> None:
        pool = (await async_redis_client()).connection_pool
        held = [await pool.get_connection() for _ in range(120)]
        for each in held:
            await pool.release(each)

    asyncio.run(crowd())


@pytest.mark.usefixtures("broken_redis")
def test_a_broken_server_is_cache_unavailable_in_time_for_async_callers() -> None:
    async def ping() -> None:
        client = await async_redis_client()
        async with bounded_reply():
            await client.ping()

    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        asyncio.run(ping())
    assert time.monotonic() - started < 1.5


def test_a_late_reply_does_not_answer_the_next_question(redis_key_prefix: str) -> None:
    async def talk() -> Any:
        client = await async_redis_client()
        with pytest.raises(CacheUnavailable):
            async with bounded_reply(blocking_seconds=0.05 - connection.REPLY_SECONDS):
                await client.blpop([f"{redis_key_prefix}nothing"], timeout=0.2)
        async with bounded_reply():
            return await client.echo("hello")

    assert asyncio.run(talk()) == b"hello"


# --- The start of a process ---------------------------------------------------------------------------------------

LINE = "Redis initialization failed: {cause}. Check that Redis is running and REDIS_URL is correct.\n"


def test_a_start_with_redis_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    require_redis()
    assert capsys.readouterr() == ("", "")


def failed_start(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        require_redis()
    assert caught.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_a_start_without_a_server_ends_with_one_line(
    capsys: pytest.CaptureFixture[str], use_redis: Callable[[str], None], closed_port: int
) -> None:
    use_redis(f"redis://anna:s3cret@127.0.0.1:{closed_port}/0")
    cause = f"Error 111 connecting to 127.0.0.1:{closed_port}. Connection refused"
    assert failed_start(capsys) == LINE.format(cause=cause)


def test_a_start_with_a_frozen_server_ends_with_one_line(
    capsys: pytest.CaptureFixture[str], use_redis: Callable[[str], None], frozen_port: int
) -> None:
    use_redis(f"redis://127.0.0.1:{frozen_port}/0")
    assert failed_start(capsys) == LINE.format(cause="Timeout reading from socket")


def test_a_start_with_a_wrong_password_ends_with_one_line_without_it(
    capsys: pytest.CaptureFixture[str], use_redis: Callable[[str], None]
) -> None:
    address = os.environ["REDIS_URL"].removeprefix("redis://")
    use_redis(f"redis://anna:s3cret@{address}")
    assert failed_start(capsys) == LINE.format(cause="invalid username-password pair or user is disabled")


def test_a_start_without_a_url_ends_with_one_line(
    capsys: pytest.CaptureFixture[str], use_redis: Callable[[str], None]
) -> None:
    use_redis("")
    assert failed_start(capsys) == LINE.format(cause="REDIS_URL is not set")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3#cret@localhost:6379/0",
        "redis://:s3/cret@localhost:6379/0",
        "redis://:s3?cret@localhost:6379/0",
        "redis://:@s3/cret@localhost:6379/0",
        "redis://:s3[cret@localhost:6379/0",
        "redis://:s3]cret@localhost:6379/0",
        "redis://localhost:s3cret/0",
        "redis://localhost:99999/0",
        "http://:s3cret@localhost:6379/0",
        "s3cret",
        "localhost:6379",
    ],
)
def test_a_url_that_cannot_be_read_right_ends_the_start_and_is_not_shown(
    capsys: pytest.CaptureFixture[str], use_redis: Callable[[str], None], url: str
) -> None:
    use_redis(url)
    line = failed_start(capsys)
    assert line.startswith("Redis initialization failed: REDIS_URL ")
    assert "s3" not in line
    assert "cret" not in line


def test_a_whole_process_ends_with_the_line_and_no_traceback(closed_port: int) -> None:
    environment = os.environ | {
        "REDIS_URL": f"redis://:s3cret@127.0.0.1:{closed_port}/0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    code = "from caching.connection import require_redis; require_redis()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Redis initialization failed: ")
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr
