"""Each thing that can be wrong with a real server is found, on servers that are set up so."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from caching import doctor
from caching.doctor import Level, Report
from tests.caching.doctor.conftest import found, levels
from tests.caching.patience import wait_until
from tests.servers import DEBIAN_REDIS, find_valkey, free_port, start_guarded, stop_guarded
from tests.topologies import Server

Examined = Callable[..., Report]
Start = Callable[..., Server]
PATIENCE_SECONDS = 10.0


BADLY = (
    *"--maxmemory-policy allkeys-lru --protected-mode no --timeout 60 --maxclients 40".split(),
    *"--appendonly yes --appendfsync no --slowlog-log-slower-than -1".split(),
    *"--commandlog-reply-larger-than -1 --latency-monitor-threshold 0 --disable-thp no".split(),
    *("--client-output-buffer-limit", "normal 1mb 0 0"),
    # An address that this machine does not have: said to be listened on, but nobody can.
    *("--bind", "127.0.0.1 -192.0.2.1"),
)


@pytest.fixture(scope="module")
def badly(start: Start) -> Server:
    return start(*BADLY)


@pytest.fixture(scope="module")
def small(start: Start) -> Server:
    return start(*"--maxmemory 4mb --maxmemory-policy volatile-lru".split())


class TestServerThatIsSetUpBadly:
    @pytest.fixture
    def server(self, badly: Server) -> Server:
        return badly

    def test_what_puts_data_at_risk_is_a_failure(self, examined: Examined, server: Server) -> None:
        report = examined(server.url)
        failing = {finding.id for finding in report.of(Level.FAIL)}
        assert failing == {
            "security.password",
            "security.protected_mode",
            "sessions.eviction",
            "jobs.eviction",
        }
        assert report.worst is Level.FAIL
        assert "(it has no effect until maxmemory is set)" in found(report, "sessions.eviction").said

    def test_the_rest_is_a_warning(
        self, examined: Examined, server: Server, an_orderly_machine: Path
    ) -> None:
        (an_orderly_machine / "enabled").write_text("[always] madvise never\n")
        (an_orderly_machine / "overcommit_memory").write_text("0\n")
        report = examined(server.url)
        assert {finding.id for finding in report.of(Level.WARN)} == {
            "memory.limit",
            "persistence.fsync",
            "security.rights",
            "connections.idle",
            "connections.enough",
            "connections.buffers",
            "monitoring.latency",
            "monitoring.slow_log",
            "monitoring.command_log",
            "host.huge_pages",
            "host.overcommit",
        }

    def test_each_says_what_can_happen_and_what_to_do(self, examined: Examined, server: Server) -> None:
        for finding in examined(server.url).findings:
            if finding.level in {Level.FAIL, Level.WARN}:
                assert finding.said
                assert finding.consequence.endswith(".")
                assert finding.advice

    def test_refused_connections_are_counted(self, examined: Examined, server: Server) -> None:
        with server.client() as client, ExitStack() as stack:
            client.ping()
            for _ in range(41):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            wait_until(lambda: client.info()["rejected_connections"], seconds=PATIENCE_SECONDS)
        assert found(examined(server.url), "connections.rejected").level is Level.WARN
        with server.client() as client:
            client.config_resetstat()


class TestMemory:
    @pytest.fixture
    def server(self, small: Server) -> Server:
        return small

    @pytest.fixture
    def client(self, server: Server) -> Iterator[redis.Redis]:
        with server.client() as client:
            client.execute_command("FLUSHALL", "SYNC")  # without the word the memory is freed a little later
            client.config_resetstat()
            client.config_set("maxmemory", "4mb")
            yield client

    def test_sessions_are_not_spared_by_volatile_lru_but_jobs_are(
        self, examined: Examined, server: Server, client: redis.Redis
    ) -> None:
        report = examined(server.url)
        assert levels(report, "sessions.eviction", "jobs.eviction", "memory.evicted", "memory.room") == {
            "sessions.eviction": "fail",
            "jobs.eviction": "ok",
            "memory.evicted": "ok",
            "memory.room": "ok",
        }

    def test_what_was_thrown_out_is_counted(
        self, examined: Examined, server: Server, client: redis.Redis
    ) -> None:
        for number in range(60):
            client.set(f"x{number}", b"x" * 100_000, ex=60)
        report = examined(server.url)
        assert levels(report, "memory.evicted", "memory.room") == {
            "memory.evicted": "warn",
            "memory.room": "warn",
        }

    def test_a_limit_above_what_the_machine_has_is_none(
        self, examined: Examined, server: Server, client: redis.Redis
    ) -> None:
        client.config_set("maxmemory", client.info("memory")["total_system_memory"] * 9 // 10)
        assert found(examined(server.url), "memory.limit").level is Level.WARN


def is_listening(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class TestPersistence:
    def test_a_failed_save_is_a_failure(
        self, start: Start, examined: Examined, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("data")
        server = start("--dir", str(folder))
        (folder / "dump.rdb").mkdir()  # in the way of the file
        assert found(examined(server.url), "persistence.writes").level is Level.OK
        with server.client() as client:
            client.bgsave()
            wait_until(lambda: not client.info()["rdb_bgsave_in_progress"], seconds=PATIENCE_SECONDS)
        finding = found(examined(server.url), "persistence.writes")
        assert finding.level is Level.FAIL
        assert "the last save (RDB)" in finding.said

    def test_a_server_that_still_loads_is_a_failure(
        self, start: Start, examined: Examined, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("data")
        with start("--dir", str(folder)).client() as client:
            client.mset({f"x{number}": b"x" * 2000 for number in range(3000)})
            client.save()
        port = free_port()
        slowly = "--key-load-delay 2000 --loading-process-events-interval-bytes 1024"
        command = [find_valkey(), *f"--port {port} --bind 127.0.0.1 --dir {folder} {slowly}".split()]
        server = Server(port, start_guarded(command, folder / "log"))
        try:
            wait_until(lambda: is_listening(port), seconds=PATIENCE_SECONDS)
            report = examined(server.url)
        finally:
            stop_guarded(server.process)
        assert found(report, "server.loading").level is Level.FAIL
        assert found(report, "keys.expiry").level is Level.UNKNOWN


class TestKeys:
    @pytest.fixture
    def server(self, shared: Server) -> Server:
        return shared

    @pytest.fixture
    def client(self, server: Server) -> Iterator[redis.Redis]:
        with server.client() as client:
            client.flushall()
            yield client

    def test_those_of_ours_that_never_expire_are_counted_by_kind(
        self, examined: Examined, server: Server, client: redis.Redis, redis_key_prefix: str
    ) -> None:
        client.set(f"{redis_key_prefix}db_query:x:1", "x")
        client.set(f"{redis_key_prefix}db_query:x:2", "x", ex=60)
        client.set("rq:job:1", "x")
        client.set("theirs", "x")
        finding = found(examined(server.url), "keys.expiry")
        assert finding.level is Level.WARN
        assert finding.said == "1 of our keys never expire: 1 db_query (all 4 keys)."

    def test_huge_ones_are_found_and_not_named(
        self, examined: Examined, server: Server, client: redis.Redis, redis_key_prefix: str
    ) -> None:
        client.set(f"{redis_key_prefix}session:0123456789abcdef", b"x" * 6_000_000, ex=60)
        finding = found(examined(server.url), "keys.size")
        assert finding.level is Level.WARN
        assert "1 session" in finding.said
        assert "0123456789abcdef" not in str(examined(server.url))

    def test_of_many_some_are_looked_at(
        self, examined: Examined, server: Server, client: redis.Redis, redis_key_prefix: str
    ) -> None:
        client.mset({f"{redis_key_prefix}db_query:x:{number}": "x" for number in range(2500)})
        finding = found(examined(server.url), "keys.expiry")
        assert finding.level is Level.WARN
        assert "of 2,500 keys" in finding.said

    def test_without_a_prefix_the_keys_of_others_are_a_warning(
        self, examined: Examined, server: Server, client: redis.Redis, settings: Settings
    ) -> None:
        settings.REDIS_KEY_PREFIX = ""
        client.set("db_query:x:1", "x", ex=60)
        client.set("rq:job:1", "x")
        assert found(examined(server.url), "keys.prefix").level is Level.OK
        client.set("shop:basket:7", "x")
        assert found(examined(server.url), "keys.prefix").level is Level.WARN


class TestRightsOfTheUser:
    @pytest.mark.parametrize(
        ("rules", "left"),
        [
            ("+@all", "@admin and @dangerous"),
            ("+@all -@admin", "@dangerous"),
            ("+@read +@admin", "@admin"),
            ("+@all -@dangerous", ""),
            ("+@read +@write +info", ""),
        ],
    )
    def test_what_the_rules_leave_is_named(
        self, start: Start, examined: Examined, shared: Server, rules: str, left: str
    ) -> None:
        with shared.client() as client:
            more = "+info +acl|getuser +client"
            client.execute_command(
                "ACL", "SETUSER", "app", "reset", "on", ">pw", "~*", *f"{rules} {more}".split()
            )
        finding = found(examined(f"redis://app:pw@127.0.0.1:{shared.port}/0"), "security.rights")
        assert finding.level is (Level.WARN if left else Level.OK)
        assert left in finding.said

    def test_protected_mode_matters_less_with_a_password(self, examined: Examined, shared: Server) -> None:
        with shared.client() as client:
            client.execute_command("ACL", "SETUSER", "owner", "reset", "on", ">pw", "~*", "+@all")
            client.execute_command("ACL", "SETUSER", "default", "resetpass", ">pw")
            client.config_set("protected-mode", "no")
        report = examined(f"redis://owner:pw@127.0.0.1:{shared.port}/0")
        with redis.Redis(port=shared.port, username="owner", password="pw") as client:
            client.execute_command("ACL", "SETUSER", "default", "nopass")
            client.config_set("protected-mode", "yes")
        assert levels(report, "security.password", "security.protected_mode") == {
            "security.password": "ok",
            "security.protected_mode": "warn",
        }


class TestOnAnyServer:
    def test_a_clock_that_differs_is_a_warning(
        self, examined: Examined, shared: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = time.time
        monkeypatch.setattr("caching.doctor.basics.time.time", lambda: real() - 3)
        finding = found(examined(shared.url), "server.clock")
        assert finding.level is Level.WARN
        assert "ahead of" in finding.said

    def test_a_full_slow_log_is_a_warning(self, examined: Examined, shared: Server) -> None:
        with shared.client() as client:
            client.config_set("slowlog-log-slower-than", 0)
            for _ in range(130):
                client.ping()
            finding = found(examined(shared.url), "monitoring.slow_log")
            client.config_set("slowlog-log-slower-than", 10_000)
            client.slowlog_reset()
        assert finding.level is Level.WARN
        assert "is full" in finding.said

    def test_events_of_keys_are_not_needed(self, examined: Examined, shared: Server) -> None:
        assert "does not need it" in found(examined(shared.url), "monitoring.events").said

    def test_without_a_copy_in_the_database_a_server_that_keeps_nothing_is_a_failure(
        self, examined: Examined, shared: Server, settings: Settings
    ) -> None:
        settings.SESSIONS = {**settings.SESSIONS, "BACKUP": False}
        report = examined(shared.url)
        assert levels(report, "sessions.persistence", "sessions.backup") == {
            "sessions.persistence": "fail",
            "sessions.backup": "warn",
        }

    def test_a_pool_without_bounds_is_a_warning(
        self, examined: Examined, shared: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = redis.Redis.from_url(shared.url, socket_timeout=None, socket_connect_timeout=30)
        monkeypatch.setattr("caching.doctor.connections.primary_clients", lambda: [client])
        finding = found(examined(shared.url), "connections.patience")
        assert finding.level is Level.WARN
        assert "for ever" in finding.said

    def test_another_machine_does_not_tell_of_its_kernel(
        self, examined: Examined, shared: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doctor.Server, "is_here", False)
        report = examined(shared.url)
        assert levels(report, "host.huge_pages", "host.overcommit") == {
            "host.huge_pages": "unknown",
            "host.overcommit": "unknown",
        }
        # It asks nobody for a password, and is said to be reached over a network.
        assert found(report, "security.password").level is Level.FAIL

    def test_an_old_redis_can_do_all_that_is_needed(self, start: Start, examined: Examined) -> None:
        report = examined(start(binary=DEBIAN_REDIS).url)
        assert report.of(Level.FAIL) == ()
        assert "HEXPIRE is not there" in found(report, "server.commands").said
        assert levels(report, "tracking.round_trip", "monitoring.command_log") == {
            "tracking.round_trip": "ok",
            "monitoring.command_log": "ok",
        }

    def test_jobs_have_a_server_of_their_own(self, start: Start, examined: Examined, shared: Server) -> None:
        jobs = start(*"--maxmemory-policy allkeys-lru --maxmemory 100mb".split())
        report = examined(shared.url, jobs=jobs.url)
        finding = found(report, "jobs.eviction")
        assert (finding.level, finding.server) == (Level.FAIL, f"127.0.0.1:{jobs.port}")
        assert found(report, "sessions.eviction").server == f"127.0.0.1:{shared.port}"
        assert found(report, "sessions.eviction").level is Level.OK

    def test_jobs_that_cannot_be_queued_are_a_failure(
        self, examined: Examined, shared: Server, closed_port: int
    ) -> None:
        report = examined(shared.url, jobs=f"redis://127.0.0.1:{closed_port}/0")
        (finding,) = report.of(Level.FAIL)
        assert (finding.id, finding.server) == ("server.reachable", f"127.0.0.1:{closed_port}")
