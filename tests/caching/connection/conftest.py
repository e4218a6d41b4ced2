"""Servers of these tests' own, which they may kill."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caching.connection import bounds
from tests.servers import find_valkey
from tests.topologies import ClusterServers, SentinelServers, start_cluster, start_sentinels, stop_guarded


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterServers]:
    servers = start_cluster(find_valkey(), tmp_path_factory.mktemp("cluster"))
    yield servers
    for master in servers.masters:
        stop_guarded(master.process)


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[SentinelServers]:
    servers = start_sentinels(find_valkey(), tmp_path)
    yield servers
    for server in (servers.sentinel, servers.replica, servers.primary):
        stop_guarded(server.process)


@pytest.fixture
def known_epochs(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, float]:
    """What this process knows of the ages of primaries: nothing at first."""
    known: dict[bytes, float] = {}
    monkeypatch.setattr(bounds, "_born", known)
    return known


@pytest.fixture
def changes() -> Iterator[list[str]]:
    """Grows with every change of primaries."""
    from caching.connection import nodes, wire

    noticed: list[str] = []
    tell: Callable[[], None] = lambda: noticed.append("change")  # noqa: E731
    wire.on_topology_change(tell)
    yield noticed
    nodes._listeners.remove(tell)
