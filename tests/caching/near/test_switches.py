"""Off by setting, by too many processes, by idleness; begun anew when the primaries change."""

from collections.abc import Callable

import pytest
import redis
from pytest_django import Settings

from caching import near
from caching.near import copies, tracking
from tests.caching.near.hands import Outside, own_connection

Eventually = Callable[[Callable[[], object]], None]


@pytest.mark.parametrize("off", [{"NEAR_CACHE": False}, {"NEAR_CACHE_BYTES": 0}])
def test_it_is_off_by_setting_and_on_again(
    outside: Outside, settings: Settings, off: dict[str, object]
) -> None:
    on = settings.CACHING
    assert tracking.barrier()
    assert outside.read("key", "a")
    settings.CACHING = on | off
    assert near.get("key") is None
    assert not tracking.barrier()
    assert near.position() is None
    settings.CACHING = on
    assert tracking.barrier()


def test_another_key_prefix_begins_with_nothing_and_tracks_its_own_tags(
    outside: Outside, settings: Settings
) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a")
    settings.REDIS_KEY_PREFIX = f"{outside.prefix}other:"
    assert near.get("key") is None
    there = Outside(outside.server, settings.REDIS_KEY_PREFIX, outside.primaries)
    assert tracking.barrier()
    assert there.read("key", "a")
    there.change("a")
    assert tracking.barrier()
    assert near.get("key") is None


def test_the_old_connection_goes_with_the_old_settings(
    outside: Outside, settings: Settings, eventually: Eventually
) -> None:
    old = own_connection(outside)
    settings.REDIS_KEY_PREFIX = f"{outside.prefix}other:"
    assert tracking.barrier()
    eventually(lambda: old["addr"] not in [each["addr"] for each in outside.trackers()])


@pytest.fixture
def alone(settings: Settings, outside: Outside, eventually: Eventually) -> None:
    """One process may track the server, and none does yet."""
    settings.CACHING = settings.CACHING | {"NEAR_CACHE_MAX_PROCESSES": 1}
    eventually(lambda: not outside.trackers())


@pytest.mark.usefixtures("alone")
def test_where_too_many_processes_track_it_is_off_for_a_while(
    outside: Outside, eventually: Eventually
) -> None:
    with outside.another_tracker():
        assert not tracking.barrier()
        assert near.position() is None
    eventually(lambda: not outside.trackers())
    assert not tracking.barrier()
    tracking.tracker._off_until = 0.0
    assert tracking.barrier()


@pytest.mark.usefixtures("alone")
def test_processes_that_come_later_are_noticed(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "INSPECT_SECONDS", 0)
    assert tracking.barrier()
    with outside.another_tracker():
        assert not tracking.barrier()


def test_a_process_that_reads_nothing_stops_tracking(outside: Outside, eventually: Eventually) -> None:
    """Nobody would read its pushes: they would pile up in the server."""
    mine = own_connection(outside)
    assert outside.read("key", "a")
    tracking.tracker.close_if_idle()
    assert near.get("key") is not None
    tracking.tracker.close_if_idle(seconds=0)
    assert near.get("key") is None
    eventually(lambda: mine["addr"] not in [each["addr"] for each in outside.trackers()])
    assert tracking.barrier()


def test_when_the_primaries_may_have_changed_everything_goes_at_once(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a")
    tracking.tracker.restart()
    assert near.get("key") is None
    assert near.position() is None
    assert tracking.barrier()
    assert outside.read("key", "a")


@pytest.mark.parametrize("event", [tracking.tracker.restart, copies.drop_all])
def test_what_is_dropped_while_connecting_is_connected_once_more(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, event: Callable[[], None]
) -> None:
    """Another thread learns that the primaries have changed, or drops everything, while this one connects."""
    link_class = tracking.PushLink

    def connecting(*args: object) -> tracking.PushLink:
        monkeypatch.setattr(tracking, "PushLink", link_class)
        link = link_class(*args)  # type: ignore[arg-type]
        event()
        return link

    monkeypatch.setattr(tracking, "PushLink", connecting)
    assert not tracking.barrier()
    assert near.position() is None
    assert tracking.barrier()
    assert outside.read("key", "a")


def test_every_primary_is_tracked(
    start_server: Callable[..., tuple[redis.Redis, object]], monkeypatch: pytest.MonkeyPatch, outside: Outside
) -> None:
    """Two servers side by side, as the primaries of a cluster are: each pushes the changes of its own tags, and when one
    of them leaves, everything goes."""
    servers = [start_server()[0] for _ in range(2)]
    addresses = tuple(("127.0.0.1", server.connection_pool.connection_kwargs["port"]) for server in servers)
    monkeypatch.setattr(tracking.nodes, "primaries", lambda: addresses)
    assert tracking.barrier()
    for server in servers:
        there = Outside(server, outside.prefix)
        assert there.read("key", "a")
        there.change("a")
        assert tracking.barrier()
        assert near.get("key") is None
    assert Outside(servers[0], outside.prefix).read("key", "a")
    monkeypatch.setattr(tracking.nodes, "primaries", lambda: addresses[:1])
    assert tracking.barrier()
    assert near.get("key") is None
