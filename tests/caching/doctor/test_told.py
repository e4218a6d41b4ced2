"""What a real server cannot be brought to say, said by one on the loopback that says what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from caching.doctor import Level, Report
from tests.caching.connection.fake_server import FakeServer, fake_server
from tests.caching.doctor.conftest import found, levels

Examined = Callable[..., Report]
SECRET = "correct-horse"
REFUSED = b"-ERR unknown command, with args beginning with: 'app' '" + SECRET.encode() + b"'\r\n"


def info(**fields: object) -> bytes:
    told = {"redis_version": "7.2.4", "role": "master", "loading": 0, **fields}
    return "".join(f"{name}:{value}\r\n" for name, value in told.items()).encode()


@pytest.fixture
def told(examined: Examined) -> Iterator[Callable[..., Report]]:
    """`told(role="slave")`: the report on a server that says this in INFO, and refuses all other commands."""
    with fake_server(lambda _: REFUSED) as server:

        def report(**fields: object) -> Report:
            server.info = info(**fields)
            return examined(server.url)

        yield report


@pytest.mark.parametrize(
    ("check", "fields", "level"),
    [
        ("server.version", {"redis_version": "6.0.16"}, Level.FAIL),
        ("server.version", {"redis_version": "5.0.14"}, Level.FAIL),
        ("server.version", {"redis_version": "6.2.0"}, Level.OK),
        ("server.version", {"redis_version": "10.0.0"}, Level.OK),
        ("server.version", {"redis_version": "newest"}, Level.UNKNOWN),
        ("server.loading", {"loading": 1}, Level.FAIL),
        ("replication.role", {"role": "slave"}, Level.FAIL),
        ("memory.stale", {"expired_stale_perc": "60.00"}, Level.WARN),
        ("memory.stale", {"expired_stale_perc": "0.10"}, Level.OK),
        ("memory.stale", {"expired_stale_perc": "much"}, Level.UNKNOWN),
        ("memory.room", {"used_memory": 81, "maxmemory": 100, "maxmemory_policy": "noeviction"}, Level.WARN),
        ("memory.room", {"used_memory": 79, "maxmemory": 100, "maxmemory_policy": "noeviction"}, Level.OK),
        ("memory.limit", {"maxmemory": 76, "total_system_memory": 100}, Level.WARN),
        ("memory.limit", {"maxmemory": 100, "total_system_memory": 0}, Level.UNKNOWN),
        (
            "connections.enough",
            {"maxclients": 1000, "connected_clients": 801, "tracking_clients": 1},
            Level.WARN,
        ),
        (
            "connections.enough",
            {"maxclients": 1000, "connected_clients": 9, "tracking_clients": 11},
            Level.WARN,
        ),
        ("connections.enough", {"maxclients": 1000, "connected_clients": 9, "tracking_clients": 9}, Level.OK),
        (
            "replication.lag",
            {"connected_slaves": 1, "slave0": "ip=10.0.0.2,port=6379,state=wait_bgsave,offset=0,lag=0"},
            Level.WARN,
        ),
        (
            "replication.lag",
            {"connected_slaves": 1, "slave0": "ip=10.0.0.2,port=6379,state=online,offset=9,lag=30,type=x"},
            Level.WARN,
        ),
    ],
    ids=str,
)
def test_it_is_judged_by_what_info_says(
    told: Callable[..., Report], check: str, fields: dict[str, object], level: Level
) -> None:
    assert found(told(**fields), check).level is level


@pytest.mark.parametrize(
    "failed", ["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"]
)
def test_each_failed_write_to_disk_is_a_failure(told: Callable[..., Report], failed: str) -> None:
    fields = dict.fromkeys(
        ("rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"), "ok"
    )
    assert found(told(**fields), "persistence.writes").level is Level.OK
    assert found(told(**fields | {failed: "err"}), "persistence.writes").level is Level.FAIL


def test_a_server_that_knows_no_command_is_mostly_unknown(told: Callable[..., Report]) -> None:
    report = told()
    assert levels(
        report, "connections.idle", "security.rights", "keys.size", "server.commands"
    ) == dict.fromkeys(("connections.idle", "security.rights", "keys.size", "server.commands"), "unknown")
    assert "hosted services" in found(report, "connections.idle").said


def test_a_server_without_a_command_that_is_needed_is_a_failure(examined: Examined) -> None:
    def script(command: list[bytes]) -> bytes:
        if command[0] != b"COMMAND":
            return REFUSED
        return b"*%d\r\n" % (len(command) - 2) + b"".join(
            b"*-1\r\n" if name == b"getdel" else b"*1\r\n$%d\r\n%s\r\n" % (len(name), name)
            for name in command[2:]
        )

    with fake_server(script) as server:
        server.info = info()
        finding = found(examined(server.url), "server.commands")
    assert finding.level is Level.FAIL
    assert "no GETDEL" in finding.said


def test_a_password_that_the_server_repeats_is_not_shown(examined: Examined) -> None:
    def script(_: list[bytes]) -> bytes:
        return b"-OOPS what is '" + SECRET.encode() + b"'\r\n"

    with fake_server(script) as server:
        server.info = info()
        report = examined(f"redis://app:{SECRET}@127.0.0.1:{server.port}/0")
    assert "what is '***'" in found(report, "connections.idle").said
    assert SECRET not in str(report)


def test_one_that_stops_answering_is_a_failure_and_what_it_said_stays(examined: Examined) -> None:
    with fake_server(lambda _: None) as server:
        server.info = info()
        report = examined(server.url)
    assert found(report, "server.reachable").level is Level.FAIL
    assert found(report, "server.version").level is Level.OK


def test_one_that_trickles_is_given_up(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caching.doctor.servers.EXAMINATION_SECONDS", 0.2)

    def slowly(server: FakeServer) -> None:
        server.info_delay_seconds = 0.3

    with fake_server(lambda _: REFUSED) as server:
        server.info = info()
        slowly(server)
        report = examined(server.url)
    assert "took longer than" in found(report, "server.reachable").said
    assert report.seconds < 3
