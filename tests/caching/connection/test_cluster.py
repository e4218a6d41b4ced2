"""Keys that move between the nodes of a cluster, and nodes that do not answer."""

import asyncio
import time
from collections.abc import Callable

import pytest

from caching.connection import async_redis_client, nodes, wire
from caching.errors import CacheUnavailable
from tests.caching.connection.moving import Move, owner
from tests.topologies import ClusterServers, Server

UseRedis = Callable[[str], None]


@pytest.fixture(autouse=True)
def on_the_cluster(cluster: ClusterServers, use_redis: UseRedis) -> None:
    use_redis(cluster.url)


def test_all_masters_are_the_primaries(cluster: ClusterServers) -> None:
    assert set(nodes.primaries()) == {("127.0.0.1", master.port) for master in cluster.masters}
    for address in nodes.primaries():
        connection = nodes.connect(address)
        connection.send_command("PING")
        assert connection.read_response() in (b"PONG", "PONG")
        connection.disconnect()


def test_every_node_has_an_epoch_of_its_own() -> None:
    epochs: dict[object, set[bytes]] = {}
    for key in map(str, range(100)):
        epochs.setdefault(nodes.current().owner(key), set()).add(wire.epoch_of(key))
    assert len(epochs) == 3
    assert all(len(each) == 1 for each in epochs.values())
    assert len(set.union(*epochs.values())) == 3


def test_a_process_reads_the_table_of_commands_once(cluster: ClusterServers, redis_key_prefix: str) -> None:
    """To read it for each event loop took half of the time that a reply may take, and on a busy machine all of it."""

    async def ask() -> object:
        client = await async_redis_client()
        return await client.set(f"{redis_key_prefix}key", 1, ex=60)

    for _ in range(3):
        assert asyncio.run(ask())
    assert sum(asked_for_commands(master) for master in cluster.masters) == 1


def asked_for_commands(master: Server) -> int:
    with master.client() as client:
        return int(client.info("commandstats").get("cmdstat_command", {"calls": 0})["calls"])


def test_a_key_that_moves_is_found_all_the_way(
    cluster: ClusterServers, redis_key_prefix: str, changes: list[str]
) -> None:
    key = f"{redis_key_prefix}moving"
    wire.call([("SET", key, "1", "EX", 60)])
    before = wire.epoch_of(key)
    move = Move(cluster, key)
    changes.clear()
    move.begin()
    assert wire.call([("INCR", key)]) == [2]
    assert wire.mget([f"{{{key}}}absent", key]) == [None, b"2"]  # the first is answered by ASK
    assert changes
    move.carry()
    assert wire.call([("INCR", key), ("INCR", key)]) == [3, 4]  # once each, after ASKING
    changes.clear()
    move.end()
    assert wire.mget([key]) == [b"4"]
    assert wire.epoch_of(key) != before
    assert nodes.current().owner(key) == ("127.0.0.1", move.new.port)
    assert changes


def test_a_node_that_was_stopped_and_goes_on_does_not_answer_old_questions(
    cluster: ClusterServers, redis_key_prefix: str
) -> None:
    keys = [f"{redis_key_prefix}{number}" for number in range(20)]
    wire.call([("SET", key, key, "EX", 60) for key in keys])
    frozen = owner(cluster, keys[0])
    with frozen.client() as client:
        client.execute_command("CLIENT", "PAUSE", 1200, "ALL")
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        wire.mget(keys)
    assert time.monotonic() - started < 1.5
    with frozen.client() as client:
        client.ping()  # answered when the pause is over
    assert wire.mget(list(reversed(keys))) == [key.encode() for key in reversed(keys)]


def test_without_any_node_the_cluster_is_unavailable_in_time(use_redis: UseRedis, closed_port: int) -> None:
    use_redis(f"redis+cluster://127.0.0.1:{closed_port}")
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        wire.mget(["x"])
    with pytest.raises(CacheUnavailable):
        nodes.primaries()
    with pytest.raises(CacheUnavailable):
        wire.epoch_of("x")
    assert time.monotonic() - started < 1.5
