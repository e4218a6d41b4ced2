"""The near cache behind a cluster of three masters, and behind Sentinels that fail over."""

import os
import signal
import time
from collections.abc import Callable

from caching import near, tags
from caching.connection import nodes
from caching.near import tracking
from tests.caching.near.hands import entry, tag_key
from tests.topologies import ClusterServers, SentinelServers

Eventually = Callable[[Callable[[], object]], None]
UseRedis = Callable[[str], None]


def read(key: str, *names: str) -> bool:
    """As queries do it, with tags whose birth was heard."""
    tags.stamps(names)
    if not tracking.barrier():
        return False
    since = near.position()
    found = tags.stamps(names)
    return since is not None and near.keep(
        entry(key, *names, stamps=tuple(found[name] for name in names)), since
    )


def one_tag_of_each_master() -> dict[tuple[str, int], str]:
    owners: dict[tuple[str, int], str] = {}
    for number in range(200):
        owners.setdefault(nodes.current().owner(tag_key(f"table:id={number}")), f"table:id={number}")
    return owners


def test_changes_on_every_master_of_a_cluster_are_seen(cluster: ClusterServers, use_redis: UseRedis) -> None:
    use_redis(cluster.url)
    names = one_tag_of_each_master()
    assert len(names) == 3
    for name in names.values():
        assert read("rests on all", *names.values())
        assert tracking.barrier()
        assert near.get("rests on all") is not None
        tags.renew([name])
        assert tracking.barrier()
        assert near.get("rests on all") is None


def test_a_master_that_dies_takes_every_copy_with_it(cluster: ClusterServers, use_redis: UseRedis) -> None:
    use_redis(cluster.url)
    names = one_tag_of_each_master()
    assert read("rests on the first", names[nodes.primaries()[0]])
    dying = next(master for master in cluster.masters if master.port == nodes.primaries()[-1][1])
    os.kill(dying.process.pid, signal.SIGKILL)
    dying.process.wait()
    assert not tracking.barrier()
    assert near.get("rests on the first") is None


def test_after_a_failover_nothing_of_the_old_primary_is_served_and_the_new_one_is_tracked(
    sentinels: SentinelServers, use_redis: UseRedis, eventually: Eventually
) -> None:
    use_redis(sentinels.url)
    assert read("key", "a")
    os.kill(sentinels.primary.process.pid, signal.SIGKILL)
    sentinels.primary.process.wait()
    started = time.monotonic()
    assert not tracking.barrier()
    assert time.monotonic() - started < 1.5
    assert near.get("key") is None
    eventually(tracking.barrier)
    assert list(tracking.tracker._links) == [("127.0.0.1", sentinels.replica.port)]
    assert near.get("key") is None
