"""A connection that is lost, silent or refused takes every copy with it, in time."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest
import redis

from caching import near
from caching.near import scopes, tracking
from tests.caching.near.hands import (
    Outside,
    entry,
    own_connection,
    url_of,
)
from tests.caching.near.proxy import Proxy

Eventually = Callable[[Callable[[], object]], None]


def test_a_killed_connection_empties_the_near_cache_until_it_is_tracked_again(
    outside: Outside, eventually: Eventually
) -> None:
    killed = own_connection(outside)
    assert outside.read("key", "a")
    since = near.position()
    assert since is not None
    outside.end(killed)
    outside.change("a")
    assert not tracking.barrier()
    assert near.get("key") is None
    assert near.position() is None
    eventually(tracking.barrier)
    assert near.get("key") is None
    assert not near.keep(entry("key", "a"), since)
    assert outside.read("key", "a")


def test_a_silent_connection_is_given_up_in_time_and_nothing_stale_is_served(
    proxied: Outside, proxy: Proxy, use_redis: Callable[[str], None], eventually: Eventually
) -> None:
    use_redis(proxy.url)
    assert tracking.barrier()
    assert proxied.read("key", "a")
    proxy.swallow()
    proxied.change("a")
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
