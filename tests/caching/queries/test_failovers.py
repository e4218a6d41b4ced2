"""A cached read before, during and after the death of a primary is right or an error, and never what was before."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from caching import cache_db_query, conf, keys, stats
from caching.connection import nodes
from caching.errors import CacheUnavailable
from caching.stats import Outcome
from platform_app.models import Scenario
from tests.caching.invalidation.witness import any_of
from tests.factories import ScenarioFactory
from tests.topologies import ClusterServers, SentinelServers, Server, start_again, stop_guarded

PATIENCE_SECONDS = 30.0
KIND = "query:titles_in_an_outage"


@cache_db_query("titles_in_an_outage", ttl=600)
def titles() -> list[str]:
    return list(Scenario.objects.order_by("pk").values_list("title", flat=True))


@dataclass
class Witness:
    """Writes and reads, and knows what was committed last."""

    committed: str
    writes: int = 0
    refused_writes: int = 0
    reads: int = 0
    refused_reads: int = 0

    def write(self) -> None:
        title = f"Title {self.writes + self.refused_writes}"
        try:
            Scenario.objects.update(title=title)
        except CacheUnavailable:
            self.refused_writes += 1
        else:
            self.writes, self.committed = self.writes + 1, title

    def read(self) -> None:
        try:
            found = titles()
        except CacheUnavailable:
            self.refused_reads += 1
        else:
            assert found == [self.committed]
            self.reads += 1

    def look_until(self, condition: Callable[[], object]) -> None:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < give_up_at, f"it never came true: {self}"
            self.read()
            self.write()
            self.read()
            self.read()


@pytest.fixture
def witness(transactional_db: None) -> Witness:
    return Witness(ScenarioFactory.create(title="First").title)


def hits() -> int:
    return stats.count(KIND, Outcome.HIT) + stats.count(KIND, Outcome.NEAR)


def kill(server: Server) -> None:
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()


def live_well(witness: Witness) -> None:
    """Writes are committed, and reads come out of the cache."""
    writes, hits_before = witness.writes, hits()
    witness.look_until(lambda: witness.writes > writes and hits() > hits_before)


def test_a_failover_of_sentinels(
    sentinels: SentinelServers, use_redis: Callable[[str], None], witness: Witness
) -> None:
    use_redis(sentinels.url)
    live_well(witness)
    kill(sentinels.primary)
    witness.look_until(lambda: witness.refused_reads)
    live_well(witness)
    assert nodes.primaries() == (("127.0.0.1", sentinels.replica.port),)


def test_a_master_of_a_cluster_that_dies_and_comes_back_empty(
    cluster: ClusterServers, use_redis: Callable[[str], None], witness: Witness
) -> None:
    use_redis(cluster.url)
    live_well(witness)
    # What is read rests on a tag that lies there, and what is written needs it.
    _, port = nodes.current().owner(keys.tag(conf.key_prefix(), any_of(Scenario)))
    dying = next(master for master in cluster.masters if master.port == port)
    kill(dying)
    witness.look_until(lambda: witness.refused_reads)
    reborn = start_again(dying)
    live_well(witness)
    stop_guarded(reborn.process)
