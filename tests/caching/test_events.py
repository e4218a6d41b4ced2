import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis

from caching import events, stats
from caching.errors import CacheUnavailable
from caching.events import Event, EventLog


@pytest.fixture
def log() -> EventLog:
    return EventLog("turn", 7)


def collect(log: EventLog, after: str | None = None, **options: Any) -> list[Event | None]:
    async def everything() -> list[Event | None]:
        return [event async for event in log.follow(after, **options)]

    return asyncio.run(everything())


def names(found: list[Event | None]) -> list[str | None]:
    return [event and event.name for event in found]


# --- Writing and reading ------------------------------------------------------------------------------------------


def test_events_come_back_as_they_were_written(log: EventLog) -> None:
    data = {"text": "Héllo \n", "n": 1, "list": [None, True, 0.5], "map": {"a": {}}}
    first = log.append("token", data)
    second = log.append("state", {}, last=True)
    assert log.read() == [Event(first, "token", data, last=False), Event(second, "state", {}, last=True)]


def test_reading_goes_on_after_an_id(log: EventLog) -> None:
    ids = [log.append("token", {"n": n}) for n in range(4)]
    assert [event.data["n"] for event in log.read(after=ids[1])] == [2, 3]
    assert log.read(after=ids[3]) == []


def test_a_log_that_does_not_exist_is_empty(log: EventLog) -> None:
    assert log.read() == []


def test_logs_do_not_mix() -> None:
    EventLog("turn", 7).append("token", {})
    assert EventLog("turn", 70).read() == EventLog("analysis", 7).read() == []


def test_a_reset_log_is_empty(log: EventLog) -> None:
    log.append("token", {}, last=True)
    log.reset()
    assert log.read() == []


def test_the_key_is_in_our_namespace_and_expires(
    log: EventLog, redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    log.append("token", {})
    key = f"{redis_key_prefix}flight:events:turn:7"
    assert list(redis_server.scan_iter(f"{redis_key_prefix}*")) == [key.encode()]
    assert redis_server.ttl(key) == pytest.approx(900, rel=0.11)
    redis_server.expire(key, 10)
    log.append("token", {})
    assert redis_server.ttl(key) > 800


def test_a_log_is_bounded(log: EventLog, redis_server: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_EVENTS", 100)
    for number in range(400):
        log.append("token", {"n": number})
    assert len(log.read()) < 300  # Redis trims whole blocks of its stream
    assert log.read()[-1].data == {"n": 399}


BAD_IDS = [
    None,
    "",
    "$",
    "+",
    "-",
    "(0",
    "1-2-3",
    "x",
    "1' OR",
    "-1",
    "1-",
    "9" * 21,
    f"{2**64}-0",
    "1\n",
    "١",
    "0" * 500,
]


@pytest.mark.parametrize("after", BAD_IDS)
def test_an_id_that_is_none_means_the_beginning(log: EventLog, after: str | None) -> None:
    log.append("token", {}, last=True)
    assert len(log.read(after=after)) == 1
    assert names(collect(log, after)) == ["token"]


def test_a_foreign_entry_is_passed_over_and_counted(log: EventLog, redis_server: redis.Redis) -> None:
    log.append("token", {})
    for fields in (
        {"x": "y"},
        {"event": "e", "data": "{", "last": "0"},
        {"event": b"\xff", "data": "{}", "last": "1"},
    ):
        redis_server.xadd(log.key, fields)  # type: ignore[arg-type]
    log.append("state", {}, last=True)
    assert [event.name for event in log.read()] == ["token", "state"]
    assert names(collect(log)) == ["token", "state"]
    assert stats.counts("event").undecodable == 6


# --- Following ----------------------------------------------------------------------------------------------------


def test_a_follower_of_a_finished_log_gets_everything_and_ends(log: EventLog) -> None:
    log.append("token", {"n": 1})
    log.append("state", {}, last=True)
    assert names(collect(log)) == ["token", "state"]


def test_a_follower_resumes_where_it_was(log: EventLog) -> None:
    ids = [log.append("token", {"n": n}, last=n == 3) for n in range(4)]
    resumed = collect(log, ids[1])
    assert [event and event.data for event in resumed] == [{"n": 2}, {"n": 3}]


def test_a_follower_who_has_seen_the_end_ends_at_once(log: EventLog) -> None:
    log.append("token", {})
    end = log.append("state", {}, last=True)
    started = time.monotonic()
    assert collect(log, end) == []
    assert collect(log, end.replace("-", "-00")) == []
    assert time.monotonic() - started < 1


def test_an_id_beyond_the_end_was_never_given_out_and_means_the_beginning(log: EventLog) -> None:
    log.append("state", {}, last=True)
    assert names(collect(log, "99999999999999-0")) == ["state"]


def test_nothing_follows_the_last_event(log: EventLog) -> None:
    log.append("state", {}, last=True)
    log.append("token", {})
    assert names(collect(log)) == ["state"]


def test_followers_see_events_as_they_come_and_all_of_them_the_same(log: EventLog) -> None:
    async def scene() -> list[list[Event | None]]:
        seen = asyncio.Semaphore(0)

        async def follow() -> list[Event | None]:
            found: list[Event | None] = []
            async for event in log.follow(None):
                found.append(event)
                seen.release()
            return found

        followers = [asyncio.create_task(follow()) for _ in range(5)]
        for number in range(3):
            await asyncio.to_thread(log.append, "token", {"n": number}, last=number == 2)
            for _ in followers:  # the next event is written only when everybody has seen this one
                await asyncio.wait_for(seen.acquire(), 5)
        return await asyncio.gather(*followers)

    results = asyncio.run(scene())
    assert [event and event.data for event in results[0]] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert all(result == results[0] for result in results)


def test_silence_is_filled_with_heartbeats(log: EventLog) -> None:
    log.append("token", {})

    async def scene() -> list[Event | None]:
        follower = log.follow(None, heartbeat_seconds=0.02)
        found = [await anext(follower) for _ in range(3)]
        await asyncio.to_thread(log.append, "state", {}, last=True)
        return found + [event async for event in follower if event]

    assert names(asyncio.run(scene())) == ["token", None, None, "state"]


def test_a_log_that_never_begins_is_waited_for_as_long_as_patience_lasts(log: EventLog) -> None:
    started = time.monotonic()
    found = collect(log, heartbeat_seconds=0.03, patience_seconds=0.1)
    assert 0.1 <= time.monotonic() - started < 1
    assert found
    assert set(found) == {None}


def test_a_log_that_begins_late_is_followed(log: EventLog) -> None:
    async def scene() -> list[Event | None]:
        follower = log.follow("5-0", heartbeat_seconds=0.02, patience_seconds=10)
        assert await anext(follower) is None
        await asyncio.to_thread(log.append, "state", {}, last=True)
        return [event async for event in follower if event]

    assert names(asyncio.run(scene())) == ["state"]


def test_an_existing_log_is_followed_longer_than_patience_lasts(log: EventLog) -> None:
    log.append("token", {})

    async def scene() -> None:
        follower = log.follow(None, heartbeat_seconds=0.4, patience_seconds=0.01)
        assert (await anext(follower)) is not None
        started = time.monotonic()
        assert await anext(follower) is None
        assert time.monotonic() - started > 0.35  # a heartbeat, not a look whether patience has run out
        await follower.aclose()

    asyncio.run(scene())


def test_a_log_that_expires_ends_its_followers(log: EventLog, redis_server: redis.Redis) -> None:
    log.append("token", {})

    async def scene() -> list[Event | None]:
        follower = log.follow(None, heartbeat_seconds=0.02, patience_seconds=0.05)
        found = [await anext(follower)]
        await asyncio.to_thread(redis_server.delete, log.key)
        return found + [event async for event in follower]

    found = asyncio.run(scene())
    assert names(found)[0] == "token"
    assert set(found[1:]) == {None}


def test_a_follower_that_leaves_leaves_no_blocked_connection(log: EventLog) -> None:
    async def scene() -> None:
        async def follow() -> None:
            async for _ in log.follow(None):
                pass

        task = asyncio.create_task(follow())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    started = time.monotonic()
    asyncio.run(scene())
    assert time.monotonic() - started < 1


# --- Redis down ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize("use", [lambda log: log.append("token", {}), EventLog.read, EventLog.reset, collect])
def test_a_broken_server_is_cache_unavailable_in_time(
    log: EventLog, use: Callable[[EventLog], object]
) -> None:
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        use(log)
    assert time.monotonic() - started < 1.5


def test_a_key_of_another_type_is_an_error(log: EventLog, redis_server: redis.Redis) -> None:
    redis_server.set(log.key, "x")
    with pytest.raises(CacheUnavailable, match="WRONGTYPE"):
        log.append("token", {"text": "private words"})
    with pytest.raises(CacheUnavailable):
        collect(log)
