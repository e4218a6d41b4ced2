"""A server that is set up as the doctor advises: nothing to mend, nothing changed by the examination, and quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis
from pytest_django import Settings

from caching import doctor
from caching.doctor import Level, Report
from tests.caching.doctor.conftest import UseRedis, found
from tests.topologies import Server

PASSWORD = "s3cret-of-the-platform"
WELL = (
    *"--maxmemory 512mb --maxmemory-policy volatile-ttl --appendfsync everysec".split(),
    *"--latency-monitor-threshold 100 --appendonly yes --disable-thp yes".split(),
)
RIGHTS = "+@all -@admin -@dangerous +info +client|setinfo +client|tracking +client|id"
TO_SEE_ALL = "+config|get +acl|getuser +slowlog|len +commandlog|len +cluster|info"
QUESTIONS = {
    *"acl|getuser client|id client|setinfo client|setname client|tracking command|info commandlog|len config|get".split(),
    *"auth dbsize hello info memory|usage ping pttl randomkey scan select slowlog|len time zcard".split(),
}
"""Everything that the doctor may run; the probe's SET and DEL come on top."""


@pytest.fixture(scope="module")
def server(start: Callable[..., Server]) -> Server:
    server = start(*WELL)
    with server.client() as client:
        client.config_set("requirepass", PASSWORD)
    return server


@pytest.fixture
def owner(server: Server) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port, password=PASSWORD) as client:
        client.flushall()
        yield client


@pytest.fixture
def url(owner: redis.Redis, server: Server) -> str:
    owner.execute_command(
        "ACL", "SETUSER", "app", "reset", "on", f">{PASSWORD}", "~*", "&*", *f"{RIGHTS} {TO_SEE_ALL}".split()
    )
    return f"redis://app:{PASSWORD}@127.0.0.1:{server.port}/0"


def run(owner: redis.Redis) -> set[str]:
    """Which commands were run since the last CONFIG RESETSTAT, other than by the owner."""
    stats = owner.info("commandstats")
    return {name.removeprefix("cmdstat_") for name in stats} - {"config|resetstat"}


@pytest.mark.usefixtures("an_orderly_machine")
def test_nothing_is_to_be_mended(examined: Callable[[str], Report], url: str) -> None:
    report = examined(url)
    assert [finding for finding in report.findings if finding.level is not Level.OK] == []
    assert report.worst is Level.OK
    assert all(finding.said.endswith(".") and not finding.server for finding in report.findings)


def test_nothing_but_questions_is_asked(
    examined: Callable[..., Report], url: str, owner: redis.Redis
) -> None:
    owner.set("theirs", "x")
    examined(url)  # the connections of this process's own pool are there
    owner.execute_command("ACL", "LOG", "RESET")
    owner.config_resetstat()
    examined(url)
    assert run(owner) <= QUESTIONS | {"set", "del"}
    assert owner.execute_command("ACL", "LOG") == []
    assert owner.keys() == [b"theirs"]


def test_a_summary_writes_nothing_at_all(
    use_redis: UseRedis, settings: Settings, url: str, owner: redis.Redis
) -> None:
    use_redis(url)
    settings.JOBS_REDIS_URL = url
    owner.config_resetstat()
    assert all(finding.level in {Level.FAIL, Level.WARN} for finding in doctor.warnings())
    assert run(owner) <= QUESTIONS


def test_a_summary_is_remembered_for_a_while(
    use_redis: UseRedis, settings: Settings, url: str, owner: redis.Redis
) -> None:
    use_redis(url)
    settings.JOBS_REDIS_URL = url
    first = doctor.warnings()
    owner.config_resetstat()
    assert doctor.warnings() == first
    assert "dbsize" not in run(owner)
    doctor.warnings(max_age_seconds=0)
    assert "dbsize" in run(owner)


def test_a_page_may_ask_for_it(examined: Callable[..., Report], url: str, owner: redis.Redis) -> None:
    """With many keys only a sample is looked at. The best of three counts, for the machine is shared."""
    pipe = owner.pipeline(transaction=False)
    for number in range(30_000):
        pipe.set(f"db_query:x:{number}", "x", ex=600)
    pipe.execute()
    examined(url)
    assert min(examined(url, probe=False).seconds for _ in range(3)) < 0.1
    assert "a sample of" in found(examined(url), "keys.expiry").said


@pytest.mark.usefixtures("an_orderly_machine")
def test_the_advised_rights_are_enough_to_know_what_matters(
    examined: Callable[[str], Report], url: str, owner: redis.Redis
) -> None:
    owner.execute_command("ACL", "SETUSER", "app", "-@all", *RIGHTS.split())
    report = examined(url)
    assert {finding.level for finding in report.findings} == {Level.UNKNOWN, Level.OK}
    assert found(report, "connections.idle").advice.endswith("ACL SETUSER app +config|get")
    assert found(report, "security.rights").advice.endswith("ACL SETUSER app +acl|getuser")
    assert "may not run CONFIG GET" in found(report, "connections.idle").said
    assert found(report, "tracking.round_trip").level is Level.OK


def test_without_info_nothing_works(examined: Callable[[str], Report], url: str, owner: redis.Redis) -> None:
    owner.execute_command("ACL", "SETUSER", "app", "-info")
    report = examined(url)
    assert found(report, "security.needed").level is Level.FAIL
    assert found(report, "server.version").level is Level.UNKNOWN
    assert found(report, "server.version").advice.endswith("ACL SETUSER app +info")


def test_without_the_right_to_track_near_caches_are_off(
    examined: Callable[[str], Report], url: str, owner: redis.Redis
) -> None:
    owner.execute_command("ACL", "SETUSER", "app", "-client|tracking")
    finding = found(examined(url), "tracking.round_trip")
    assert finding.level is Level.WARN
    assert "+client|tracking" in finding.advice


def test_without_a_look_at_keys_they_are_unknown(
    examined: Callable[[str], Report], url: str, owner: redis.Redis
) -> None:
    owner.set("db_query:x:1", "x")
    owner.execute_command("ACL", "SETUSER", "app", "-memory|usage")
    assert found(examined(url), "keys.size").level is Level.UNKNOWN
    owner.execute_command("ACL", "SETUSER", "app", "-scan", "-dbsize")
    report = examined(url)
    assert {found(report, f"keys.{what}").level for what in ("size", "expiry")} == {Level.UNKNOWN}
