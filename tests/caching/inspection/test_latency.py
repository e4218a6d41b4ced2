"""Round trips, the latency monitor and the statistics of commands, of real servers."""

from collections.abc import Callable

import redis

from caching.inspection import latency, servers
from caching.inspection.servers import Unknown


def commands() -> latency.Commands:
    with servers.connected() as primaries:
        return latency.commands(primaries)


def test_a_round_trip_is_measured_to_every_primary(noting_cluster: list[redis.Redis]) -> None:
    with servers.connected() as primaries:
        trips = latency.round_trips(primaries)
    assert len({trip.server for trip in trips}) == len(noting_cluster)
    assert all(0 < trip.median_seconds <= trip.worst_seconds < 1.5 for trip in trips)


def test_commands_are_ordered_by_the_time_that_they_took_in_all(noting_server: redis.Redis) -> None:
    for _ in range(5):
        noting_server.eval("for i = 1, 100000 do end", 0)
    noting_server.get("k")
    slowest = commands().slowest
    assert slowest[0].name == "EVAL"
    assert slowest[0].calls == 5
    assert slowest[0].p50_us <= slowest[0].p99_us
    assert abs(slowest[0].us_a_call - slowest[0].total_us / 5) < 1
    assert [each.total_us for each in slowest] == sorted((each.total_us for each in slowest), reverse=True)
    assert len(slowest) <= latency.MOST_COMMANDS


def test_commands_of_a_family_and_failures_are_told_apart(noting_server: redis.Redis) -> None:
    noting_server.set("k", "v")
    noting_server.client_list()
    for _ in range(2):
        try:
            noting_server.hget("k", "f")
        except redis.ResponseError:
            continue
    told = {each.name: each for each in commands().slowest}
    assert told["HGET"].failed == 2
    assert "CLIENT LIST" in told


def test_commands_of_several_masters_are_added_up(noting_cluster: list[redis.Redis]) -> None:
    for number, master in enumerate(noting_cluster, 1):
        for _ in range(number):
            master.execute_command("TIME")
    told = {each.name: each for each in commands().slowest}
    assert told["TIME"].calls == 6


def test_the_monitor_is_off_until_somebody_sets_a_threshold(noting_server: redis.Redis) -> None:
    with servers.connected() as primaries:
        assert latency.monitors(primaries)[0].is_off
        noting_server.config_set("latency-monitor-threshold", 1)
        noting_server.eval("for i = 1, 10000000 do end", 0)
        (monitor,) = latency.monitors(primaries)
    assert not monitor.is_off
    event = next(event for event in monitor.events if event.name == "command")
    assert 1 <= event.middle_ms <= event.worst_ms
    assert event.samples >= 1


def test_what_this_user_may_not_ask_is_unknown(
    noting_server: redis.Redis, use_redis: Callable[[str], None]
) -> None:
    noting_server.acl_setuser(
        "limited",
        enabled=True,
        passwords=["+pw"],
        keys=["*"],
        commands=["+@all", "-latency", "-info", "-config|get"],
    )
    kwargs = noting_server.connection_pool.connection_kwargs
    use_redis(f"redis://limited:pw@{kwargs['host']}:{kwargs['port']}/0")
    with servers.connected() as primaries:
        (monitor,) = latency.monitors(primaries)
        told = latency.commands(primaries)
    assert monitor.events == Unknown("this user may not run LATENCY LATEST")
    assert monitor.above_ms == Unknown("this user may not run CONFIG GET")
    assert list(told.unknown.values()) == ["this user may not run INFO commandstats"]
    assert told.slowest == []
