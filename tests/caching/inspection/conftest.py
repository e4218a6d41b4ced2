"""Servers that note every command, and clients that leave something in their logs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.servers import find_valkey
from tests.topologies import ClusterServers, Server, start_single, stop_guarded

NOTING_ALL = (
    "--slowlog-log-slower-than 0 --commandlog-request-larger-than 1000 --commandlog-reply-larger-than 1000"
)


@pytest.fixture
def noting_server(tmp_path: Path, use_redis: Callable[[str], None]) -> Iterator[redis.Redis]:
    """A server of the test's own, the program's from here on, whose slow log has room for everything."""
    server = start_single(find_valkey(), tmp_path, *NOTING_ALL.split())
    use_redis(server.url)
    with server.client() as client:
        yield client
    stop_guarded(server.process)


@pytest.fixture
def noting_cluster(cluster: ClusterServers, use_redis: Callable[[str], None]) -> Iterator[list[redis.Redis]]:
    """The same with three masters: a client of each."""
    use_redis(cluster.url)
    clients = [_noting(master) for master in cluster.masters]
    yield clients
    for client in clients:
        client.close()


def _noting(master: Server) -> redis.Redis:
    client = master.client()
    client.config_set("slowlog-log-slower-than", 0)
    return client
