"""The wire does the same on a server, with Sentinels and on a cluster. `TEST_REDIS` says on which."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from caching.connection import scripts, wire
from caching.connection.wire import Script

KEYS = 40


@pytest.fixture
def names(redis_key_prefix: str) -> list[str]:
    """Keys that lie on all nodes of a cluster."""
    return [f"{redis_key_prefix}{number}" for number in range(KEYS)]


def test_replies_come_in_the_order_of_the_commands(names: list[str]) -> None:
    assert wire.call([("SET", name, name, "EX", 60) for name in names]) == [b"OK"] * KEYS
    assert wire.call([("GET", name) for name in reversed(names)]) == [
        name.encode() for name in reversed(names)
    ]


def test_strings_are_read_at_once_and_what_is_absent_or_of_another_type_is_none(
    names: list[str], redis_server: redis.Redis
) -> None:
    for name in names[::2]:
        redis_server.set(name, name, ex=60)
    redis_server.lpush(names[1], "a list")
    expected = [None if place % 2 else name.encode() for place, name in enumerate(names)]
    assert wire.mget(names) == expected


def test_an_error_of_one_command_stands_in_its_place(names: list[str]) -> None:
    wire.call([("SET", names[0], "words", "EX", 60)])
    first, second = wire.call([("INCR", names[0]), ("GET", names[0])])
    assert isinstance(first, redis.ResponseError)
    assert second == b"words"


def test_a_word_that_redis_cannot_take_is_a_mistake_and_no_outage(names: list[str]) -> None:
    with pytest.raises(redis.DataError):
        wire.call([("SET", names[0], None)])  # type: ignore[list-item]
    assert wire.mget(names[:1]) == [None]


def test_large_values_arrive_whole(names: list[str]) -> None:
    large = os.urandom(3_000_000)
    wire.call([("SET", names[0], large, "EX", 60)])
    assert wire.mget(names[:2]) == [large, None]


@pytest.fixture
def new_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_key_prefix: str) -> Script:
    """No server has seen it."""
    (tmp_path / "new.lua").write_text(
        f"-- {redis_key_prefix}\nredis.call('SET', KEYS[1], ARGV[1], 'PX', 60000) return ARGV[1] .. '!'"
    )
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    return Script("new")


def test_a_script_runs_once_for_each_key_also_where_it_is_new(new_script: Script, names: list[str]) -> None:
    for _ in range(2):
        replies = wire.run(new_script, [(name, f"v{name}") for name in names])
        assert replies == [f"v{name}!".encode() for name in names]
    assert wire.mget(names) == [f"v{name}".encode() for name in names]


def test_a_durable_step_is_one_as_well(new_script: Script, names: list[str]) -> None:
    assert wire.run(new_script, [(name, "v") for name in names], durable=True) == [b"v!"] * KEYS
    assert wire.run(new_script, [(name, "w") for name in names], durable=True) == [b"w!"] * KEYS


def test_the_epoch_of_a_key_stays_while_its_primary_does(names: list[str]) -> None:
    epochs = [wire.epoch_of(name) for name in names]
    assert {len(epoch) for epoch in epochs} == {wire.EPOCH_BYTES}
    assert all(epoch.isalnum() for epoch in epochs)
    assert [wire.epoch_of(name) for name in names] == epochs


def test_values_may_be_stored_when_the_quarantine_is_over(names: list[str]) -> None:
    assert wire.may_store(names[0])


# --- Threads and forks ----------------------------------------------------------------------------------------------


def connected(redis_server: redis.Redis, name: str) -> int:
    """How many connections to the primaries bear this name."""
    lists = redis_server.execute_command("CLIENT", "LIST", **all_nodes(redis_server))
    return sum(str(each).count(name) for each in (lists.values() if isinstance(lists, dict) else [lists]))


def all_nodes(client: redis.Redis) -> dict[str, str]:
    return {"target_nodes": "primaries"} if isinstance(client, redis.RedisCluster) else {}


def test_a_thread_that_ends_closes_its_sockets(redis_server: redis.Redis, names: list[str]) -> None:
    name = names[0].replace(":", "-")
    spoken, end = threading.Event(), threading.Event()

    def speak() -> None:
        wire.call([("SET", each, "1", "EX", 60) for each in names])
        for link in wire.links._held.links.values():
            link.exchange([("CLIENT", "SETNAME", name)])
        spoken.set()
        end.wait()

    thread = threading.Thread(target=speak)
    thread.start()
    spoken.wait()
    assert connected(redis_server, name) > 0
    end.set()
    thread.join()
    eventually(lambda: connected(redis_server, name) == 0)


def test_a_forked_child_leaves_its_parents_connections_alone(names: list[str]) -> None:
    wire.call([("SET", name, name, "EX", 60) for name in names])
    expected = [name.encode() for name in names]
    mine = {link._socket.getsockname() for link in wire.links._held.links.values()}
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        right = wire.mget(names) == expected
        own = {link._socket.getsockname() for link in wire.links._held.links.values()}
        os.write(writing, b"right" if right and not own & mine else b"wrong")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 5) == b"right"
    os.close(reading)
    os.close(writing)
    assert wire.mget(names) == expected
    assert {link._socket.getsockname() for link in wire.links._held.links.values()} == mine


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("It has not come about.")
