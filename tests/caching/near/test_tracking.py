"""The barrier on a real server: what was acknowledged before it is seen after it, or nothing is served."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest
import redis
from pytest_django import Settings

from caching import near, scopes, tracking
from caching.connection import redis_client
from tests.caching.near.hands import PATIENCE_SECONDS, Outside, entry, tag_key, url_of
from tests.caching.near.proxy import Proxy

Eventually = Callable[[Callable[[], object]], None]


def connected(outside: Outside) -> dict[str, str]:
    """Our tracking connection as the server sees it."""
    assert tracking.barrier()
    port = own_port()
    return next(each for each in outside.trackers() if each["addr"].endswith(f":{port}"))


def own_port() -> int:
    (link,) = tracking.tracker._links.values()
    return int(link._socket.getsockname()[1])


# --- Pushes -------------------------------------------------------------------------------------------------------


def test_a_change_by_somebody_else_is_seen_by_the_next_barrier(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a", "b")
    outside.change("b")
    assert tracking.barrier()
    assert near.get("key") is None


def test_what_did_not_change_is_kept(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a")
    outside.change("b")
    assert tracking.barrier()
    assert near.get("key") is not None


def test_every_kind_of_change_is_pushed(outside: Outside) -> None:
    """Set, deleted, evicted or expired, by a script: whatever happens to the key of a tag."""
    server = outside.server
    changes: list[Callable[[str], object]] = [
        lambda key: server.set(key, "x", ex=60),
        server.delete,
        server.unlink,
        lambda key: server.pexpire(key, 0),
        lambda key: server.rename(key, f"{key}:other"),
        lambda key: server.eval("server.call('SET', KEYS[1], 'x', 'EX', 60)", 1, key),
    ]
    assert tracking.barrier()
    for change in changes:
        assert outside.read("key", "a")
        change(tag_key("a"))
        assert tracking.barrier()
        assert near.get("key") is None


def test_a_change_of_many_tags_at_once_is_seen(outside: Outside) -> None:
    """More pushes than one read from the socket takes."""
    names = [f"table:id={number}" for number in range(3000)]
    assert tracking.barrier()
    assert outside.read("first", names[0])
    assert outside.read("last", names[-1])
    outside.server.mset({tag_key(name): "x" for name in names})
    assert tracking.barrier()
    assert near.get("first") is None
    assert near.get("last") is None
    outside.server.unlink(*(tag_key(name) for name in names))


def test_tags_of_another_platform_on_the_server_are_not_ours(outside: Outside) -> None:
    assert tracking.barrier()
    changes = near.cache.changes
    outside.server.set(f"other:{tag_key('a')}", "x", px=1)
    outside.server.set(f"{outside.prefix}db_query:a", "x", px=1)
    assert tracking.barrier()
    assert near.cache.changes == changes


def test_a_name_with_any_letters_is_found_again(outside: Outside) -> None:
    name = "/srv/dätä base.sqlite3:tàble:id=7"
    assert tracking.barrier()
    assert outside.read("key", name)
    outside.change(name)
    assert tracking.barrier()
    assert near.get("key") is None


def test_our_own_changes_are_pushed_too(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a")
    redis_client().set(tag_key("a"), "x", ex=60)
    assert tracking.barrier()
    assert near.get("key") is None


@pytest.mark.parametrize("command", ["FLUSHALL", "FLUSHDB"])
def test_a_flushed_server_empties_the_near_cache(
    command: str,
    start_server: Callable[..., tuple[redis.Redis, object]],
    use_redis: Callable[[str], None],
    outside: Outside,
) -> None:
    server, _ = start_server()
    use_redis(url_of(server))
    there = Outside(server, outside.prefix)
    assert tracking.barrier()
    assert there.read("key", "a")
    server.execute_command(command)
    assert tracking.barrier()
    assert near.get("key") is None
    assert len(near.cache) == 0


# --- Races --------------------------------------------------------------------------------------------------------


def test_a_fill_that_a_change_overtook_is_not_kept(outside: Outside) -> None:
    def change_and_hear() -> None:
        outside.change("a")
        assert tracking.barrier()

    assert tracking.barrier()
    assert not outside.read("key", "a", while_reading=change_and_hear)


def test_a_fill_that_a_change_overtook_unheard_ends_with_the_next_barrier(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a", while_reading=lambda: outside.change("a"))
    assert tracking.barrier()
    assert near.get("key") is None


class WatchedLock:
    """Tells when somebody has to wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.waiting = threading.Semaphore(0)

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.waiting.release()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Pause:
    """Stops the first thread that comes by, and lets it go on when told to."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def __call__(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            assert self.over.wait(PATIENCE_SECONDS)


def test_no_thread_sees_the_old_state_while_another_holds_an_unapplied_push(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of near-cache.md: one thread has taken the push off the socket, so another finds nothing there."""
    assert tracking.barrier()
    assert outside.read("key", "a")
    pause, lock = Pause(), WatchedLock()
    monkeypatch.setattr(tracking.tracker, "_lock", lock)
    (link,) = tracking.tracker._links.values()
    apply = link._pushed
    monkeypatch.setattr(link, "_pushed", lambda names: (pause(), apply(names)))
    seen: list[object] = []

    def read() -> None:
        with scopes.fresh():
            seen.append((scopes.ready(), near.get("key")))

    outside.change("a")
    first = threading.Thread(target=read)
    first.start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    second = threading.Thread(target=read)
    second.start()
    assert lock.waiting.acquire(timeout=PATIENCE_SECONDS), "the second thread did not wait for the first"
    pause.over.set()
    first.join()
    second.join()
    assert seen == [(True, None)] * 2


def test_threads_share_a_ping_only_if_it_was_sent_after_both_had_asked(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ping is out while three more threads ask: it is too early for them, and one more serves all three."""
    assert tracking.barrier()
    pause, lock = Pause(), WatchedLock()
    monkeypatch.setattr(tracking.tracker, "_lock", lock)
    (link,) = tracking.tracker._links.values()
    hear = link.hear
    monkeypatch.setattr(link, "hear", lambda **more: (pause(), hear(**more))[1])
    pings = outside.calls("ping")
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(tracking.barrier())) for _ in range(4)]
    threads[0].start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    for each in threads[1:]:
        each.start()
        assert lock.waiting.acquire(timeout=PATIENCE_SECONDS)
    pause.over.set()
    for each in threads:
        each.join()
    assert results == [True] * 4
    assert outside.calls("ping") - pings == 2


def test_a_thread_that_is_interrupted_with_unapplied_pushes_takes_everything_with_it(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    """A job's time limit strikes between receiving and applying."""

    def interrupted(names: object) -> None:
        raise KeyboardInterrupt

    assert tracking.barrier()
    assert outside.read("key", "a")
    (link,) = tracking.tracker._links.values()
    monkeypatch.setattr(link, "_pushed", interrupted)
    outside.change("a")
    with pytest.raises(KeyboardInterrupt):
        tracking.barrier()
    assert near.get("key") is None
    eventually(tracking.barrier)


# --- Connections that are lost ------------------------------------------------------------------------------------


def test_a_killed_connection_empties_the_near_cache_until_it_is_tracked_again(
    outside: Outside, eventually: Eventually
) -> None:
    killed = connected(outside)
    assert outside.read("key", "a")
    since = near.position()
    assert since is not None
    outside.server.client_kill_filter(_id=killed["id"])
    outside.change("a")
    assert not tracking.barrier()
    assert near.get("key") is None
    assert near.position() is None
    eventually(tracking.barrier)
    assert near.get("key") is None
    assert not near.keep(entry("key", "a"), since)
    assert outside.read("key", "a")


def test_a_silent_connection_is_given_up_in_time_and_nothing_stale_is_served(
    outside: Outside, proxy: Proxy, use_redis: Callable[[str], None], eventually: Eventually
) -> None:
    use_redis(proxy.url)
    assert tracking.barrier()
    assert outside.read("key", "a")
    proxy.swallow()
    outside.change("a")
    started = time.monotonic()
    with scopes.fresh():
        assert not scopes.ready()
        assert near.get("key") is None
    assert time.monotonic() - started < 1.0
    proxy.resume()
    eventually(tracking.barrier)
    assert near.get("key") is None


def test_a_frozen_server_is_given_up_in_time_by_all_threads_together(
    start_server: Callable[..., tuple[redis.Redis, subprocess.Popen[bytes]]],
    use_redis: Callable[[str], None],
    outside: Outside,
    eventually: Eventually,
) -> None:
    server, process = start_server()
    use_redis(url_of(server))
    assert tracking.barrier()
    assert Outside(server, outside.prefix).read("key", "a")
    process.send_signal(signal.SIGSTOP)
    try:
        results: list[bool] = []
        threads = [threading.Thread(target=lambda: results.append(tracking.barrier())) for _ in range(8)]
        started = time.monotonic()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert results == [False] * 8
        assert time.monotonic() - started < 1.5
        assert near.get("key") is None
    finally:
        process.send_signal(signal.SIGCONT)
    eventually(tracking.barrier)


@pytest.mark.usefixtures("broken_redis")
def test_without_a_server_the_near_cache_is_off_and_says_so_in_time() -> None:
    started = time.monotonic()
    assert not tracking.barrier()
    assert near.position() is None
    assert time.monotonic() - started < 1.0


@pytest.mark.usefixtures("broken_redis")
def test_a_server_that_is_gone_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[object] = []
    connect = tracking.nodes.connect
    monkeypatch.setattr(tracking.nodes, "connect", lambda *a, **k: (attempts.append(a), connect(*a, **k))[1])
    for _ in range(5):
        tracking.tracker._failures = 8
        assert not tracking.barrier()
    assert len(attempts) == 1


def test_a_server_with_a_password_is_tracked(
    start_server: Callable[..., tuple[redis.Redis, object]],
    use_redis: Callable[[str], None],
    outside: Outside,
) -> None:
    server, _ = start_server(password="s3cret")
    use_redis(url_of(server))
    there = Outside(server, outside.prefix)
    assert tracking.barrier()
    assert there.read("key", "a")
    there.change("a")
    assert tracking.barrier()
    assert near.get("key") is None


def test_a_wrong_password_means_off_and_is_not_logged(
    start_server: Callable[..., tuple[redis.Redis, object]],
    use_redis: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server, _ = start_server(password="s3cret")
    use_redis(url_of(server).replace("s3cret", "wr0ng"))
    assert not tracking.barrier()
    assert "near cache is off" in caplog.text
    assert "wr0ng" not in caplog.text


def test_a_primary_that_became_a_replica_is_no_longer_listened_to(
    start_server: Callable[..., tuple[redis.Redis, object]],
    use_redis: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracking, "INSPECT_SECONDS", 0)
    server, _ = start_server()
    use_redis(url_of(server))
    assert tracking.barrier()
    server.replicaof("127.0.0.1", "1")
    assert not tracking.barrier()


# --- Off, by whoever wants it -------------------------------------------------------------------------------------


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
    there = Outside(outside.server, settings.REDIS_KEY_PREFIX)
    assert tracking.barrier()
    assert there.read("key", "a")
    there.change("a")
    assert tracking.barrier()
    assert near.get("key") is None


def test_the_old_connection_goes_with_the_old_settings(
    outside: Outside, settings: Settings, eventually: Eventually
) -> None:
    old = connected(outside)
    settings.REDIS_KEY_PREFIX = f"{outside.prefix}other:"
    assert tracking.barrier()
    eventually(lambda: old["id"] not in [each["id"] for each in outside.trackers()])


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
    mine = connected(outside)
    assert outside.read("key", "a")
    tracking.tracker.close_if_idle()
    assert near.get("key") is not None
    tracking.tracker.close_if_idle(seconds=0)
    assert near.get("key") is None
    eventually(lambda: mine["id"] not in [each["id"] for each in outside.trackers()])
    assert tracking.barrier()


# --- Primaries that change ----------------------------------------------------------------------------------------


def test_when_the_primaries_may_have_changed_everything_goes_at_once(outside: Outside) -> None:
    assert tracking.barrier()
    assert outside.read("key", "a")
    tracking.tracker.restart()
    assert near.get("key") is None
    assert near.position() is None
    assert tracking.barrier()
    assert outside.read("key", "a")


def test_a_change_of_primaries_while_connecting_is_not_lost(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    link_class = tracking.PushLink

    def connecting(*args: object) -> tracking.PushLink:
        monkeypatch.setattr(tracking, "PushLink", link_class)
        link = link_class(*args)  # type: ignore[arg-type]
        tracking.tracker.restart()
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


# --- Forks --------------------------------------------------------------------------------------------------------


def in_child(look: Callable[[], bool]) -> bool:
    """The answer of a forked child."""
    child = os.fork()
    if not child:
        answer = 1
        try:
            answer = 0 if look() else 1
        finally:
            os._exit(answer)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def test_a_child_begins_empty_and_tracks_for_itself(outside: Outside) -> None:
    def look() -> bool:
        began_empty = near.get("key") is None and near.position() is None and not scopes.ready_without_io()
        if not (began_empty and scopes.ready() and outside.read("key", "a")):
            return False
        outside.change("a")
        return tracking.barrier() and near.get("key") is None

    with scopes.fresh():
        assert scopes.ready()
        assert outside.read("key", "a")
        assert in_child(look)


def test_a_child_neither_takes_its_parents_pushes_nor_ends_its_connection(outside: Outside) -> None:
    mine = connected(outside)
    assert outside.read("key", "a")
    outside.change("a")
    assert in_child(tracking.barrier)
    assert near.get("key") is not None
    assert tracking.barrier()
    assert near.get("key") is None
    assert connected(outside)["id"] == mine["id"]


def test_a_fork_while_a_thread_waits_for_the_server_leaves_the_child_no_held_lock(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tracking.barrier()
    pause = Pause()
    (link,) = tracking.tracker._links.values()
    hear = link.hear
    monkeypatch.setattr(link, "hear", lambda **more: (pause(), hear(**more))[1])
    thread = threading.Thread(target=tracking.barrier)
    thread.start()
    assert pause.reached.wait(PATIENCE_SECONDS)
    assert in_child(tracking.barrier)
    pause.over.set()
    thread.join()
    assert tracking.barrier()
