"""What others change is seen by the next barrier; what they do not change is kept."""

from collections.abc import Callable

import pytest
import redis

from caching import near
from caching.connection import redis_client
from caching.near import copies, tracking
from tests.caching.near.hands import Outside, tag_key, url_of

Eventually = Callable[[Callable[[], object]], None]


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
        lambda key: server.rename(key, f"{{{key}}}:other"),  # in the same slot
        lambda key: server.eval("redis.call('SET', KEYS[1], 'x', 'EX', 60)", 1, key),
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
    pipe = outside.server.pipeline(transaction=False)
    for name in names:
        pipe.set(tag_key(name), "x", ex=60)
    pipe.execute()
    assert tracking.barrier()
    assert near.get("first") is None
    assert near.get("last") is None
    outside.server.unlink(*(tag_key(name) for name in names))


def test_tags_of_another_platform_on_the_server_are_not_ours(outside: Outside) -> None:
    assert tracking.barrier()
    changes = copies.cache.changes
    outside.server.set(f"other:{tag_key('a')}", "x", px=1)
    outside.server.set(f"{outside.prefix}db_query:a", "x", px=1)
    assert tracking.barrier()
    assert copies.cache.changes == changes


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
    assert len(copies.cache) == 0
