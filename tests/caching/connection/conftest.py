"""Servers of these tests' own, which they may kill."""

from collections.abc import Callable, Iterator

import pytest

from caching.connection import bounds
from tests.servers import find_valkey
from tests.topologies import ClusterServers, start_cluster, stop_guarded


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterServers]:
    """One for all tests of a module, which leave its masters alive."""
    servers = start_cluster(find_valkey(), tmp_path_factory.mktemp("cluster"))
    yield servers
    for master in servers.masters:
        stop_guarded(master.process)


@pytest.fixture
def known_epochs(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, float]:
    """What this process knows of the ages of primaries: nothing at first."""
    known: dict[bytes, float] = {}
    monkeypatch.setattr(bounds, "_born", known)
    return known


@pytest.fixture
def changes() -> Iterator[list[str]]:
    """Grows with every change of primaries."""
    from caching.connection import nodes

    noticed: list[str] = []
    tell: Callable[[], None] = lambda: noticed.append("change")  # noqa: E731
    nodes.on_change(tell)
    yield noticed
    nodes._listeners.remove(tell)
