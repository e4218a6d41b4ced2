"""Several servers: each primary is asked, what they have in common is said once, and what one of them has names it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from caching import doctor
from caching.doctor import Level, Report
from caching.errors import CacheUnavailable
from tests.caching.doctor.conftest import UseRedis, found, levels
from tests.caching.patience import wait_until
from tests.servers import find_valkey
from tests.topologies import ClusterServers, SentinelServers, Server, start_cluster, stop_guarded

Examined = Callable[..., Report]
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterServers]:
    servers = start_cluster(find_valkey(), tmp_path_factory.mktemp("cluster"))
    yield servers
    for master in servers.masters:
        stop_guarded(master.process)


def test_every_primary_of_a_cluster_is_asked(
    examined: Examined, three: ClusterServers, shared: Server, redis_key_prefix: str
) -> None:
    with three.masters[1].client() as client:
        client.config_set("timeout", 60)
        try:
            report = examined(three.url, jobs=shared.url)
        finally:
            client.config_set("timeout", 0)
    idle = [finding for finding in report.findings if finding.id == "connections.idle"]
    assert [(finding.level, finding.server) for finding in idle if finding.level is Level.WARN] == [
        (Level.WARN, f"127.0.0.1:{three.masters[1].port}")
    ]
    assert len(idle) == 3
    # All three say the same.
    assert found(report, "memory.limit").server == ""
    assert levels(report, "replication.cluster", "replication.replicas", "tracking.round_trip") == {
        "replication.cluster": "ok",
        "replication.replicas": "warn",
        "tracking.round_trip": "ok",
    }
    assert report.of(Level.FAIL) == ()


def test_a_cluster_that_lost_a_primary_is_a_failure(
    examined: Examined, three: ClusterServers, shared: Server
) -> None:
    """Frozen, not dead: the others take seconds to notice, and the doctor does not wait for that."""
    frozen = three.masters[2]
    examined(three.url, jobs=shared.url)
    pid = server_pid(frozen)
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        report = doctor.examine()
        assert time.monotonic() - began < 3
    finally:
        os.kill(pid, signal.SIGCONT)
    (finding,) = report.of(Level.FAIL)
    assert (finding.id, finding.server) == ("server.reachable", f"127.0.0.1:{frozen.port}")
    assert len([each for each in report.findings if each.id == "server.version"]) == 1


def test_a_cluster_with_a_slot_that_nobody_has_is_a_failure(
    examined: Examined, three: ClusterServers, shared: Server
) -> None:
    with three.masters[0].client() as client:
        client.execute_command("CLUSTER", "DELSLOTS", 7)
        try:
            wait_until(
                lambda: b"cluster_state:fail" in client.execute_command("CLUSTER", "INFO"),
                seconds=PATIENCE_SECONDS,
            )
            report = examined(three.url, jobs=shared.url)
        finally:
            client.execute_command("CLUSTER", "ADDSLOTS", 7)
            wait_until(
                lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"),
                seconds=PATIENCE_SECONDS,
            )
    failed = {finding.id for finding in report.of(Level.FAIL)}
    assert failed == {"replication.cluster"}


def server_pid(server: Server) -> int:
    with server.client() as client:
        return int(client.info("server")["process_id"])


def test_a_primary_that_sentinels_watch(
    examined: Examined, sentinels: SentinelServers, use_redis: UseRedis
) -> None:
    report = examined(sentinels.url)
    assert report.of(Level.FAIL) == ()
    assert levels(report, "replication.replicas", "replication.lag", "replication.least") == {
        "replication.replicas": "ok",
        "replication.lag": "ok",
        "replication.least": "warn",
    }
    stop_guarded(sentinels.replica.process)
    with sentinels.primary.client() as client:
        wait_until(lambda: client.info("replication")["connected_slaves"] == 0, seconds=PATIENCE_SECONDS)
    report = doctor.examine()
    assert found(report, "replication.replicas").level is Level.WARN
    assert found(report, "replication.least").level is Level.OK


def test_a_url_that_leads_to_a_replica_is_a_failure(
    examined: Examined, start: Callable[..., Server], shared: Server
) -> None:
    replica = start("--replicaof", f"127.0.0.1 {shared.port}")
    report = examined(replica.url)
    assert found(report, "replication.role").level is Level.FAIL
    assert "Every write is refused" in found(report, "replication.role").consequence


class TestOutage:
    @pytest.fixture(autouse=True)
    def jobs_as_well(self, broken_redis: None, settings: Settings) -> None:
        settings.JOBS_REDIS_URL = settings.REDIS_URL

    def test_redis_that_is_out_of_reach_is_the_worst_finding(self) -> None:
        began = time.monotonic()
        report = doctor.examine()
        assert time.monotonic() - began < 3
        (finding,) = report.of(Level.FAIL)
        assert finding.id == "server.reachable"
        assert "s3cret" not in str(report)
        assert found(report, "settings.serializers").level is Level.OK

    def test_a_summary_raises(self) -> None:
        with pytest.raises(CacheUnavailable):
            doctor.warnings()


def test_a_wrong_password_is_a_failure_and_not_shown(examined: Examined, shared: Server) -> None:
    report = examined(f"redis://:wr0ng@127.0.0.1:{shared.port}/0")
    (finding,) = report.of(Level.FAIL)
    assert finding.id == "server.reachable"
    assert "wr0ng" not in str(report)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "redis://:pass#word@127.0.0.1/0"])
def test_a_url_that_cannot_be_used_is_a_failure(examined: Examined, url: str) -> None:
    report = examined(url)
    assert found(report, "server.reachable").level is Level.FAIL
    assert "pass#word" not in str(report)


def test_sentinels_that_are_gone_are_a_failure(examined: Examined, closed_port: int) -> None:
    began = time.monotonic()
    report = examined(f"redis+sentinel://127.0.0.1:{closed_port}/platform/0")
    assert time.monotonic() - began < 3
    assert found(report, "server.reachable").level is Level.FAIL
