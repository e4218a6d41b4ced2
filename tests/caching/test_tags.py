"""Stamps never come back, marks keep everybody away, and whatever lies under a tag's key is mended."""

from collections.abc import Iterator

import pytest
import redis
from pytest_django import Settings

from caching import conf, keys, tags
from caching.connection import redis_client, wire
from caching.errors import CacheUnavailable


def tag_key(name: str) -> str:
    return keys.tag(conf.key_prefix(), name)


def test_a_stamp_stays_until_something_happens() -> None:
    assert tags.stamps(["a", "b"]) == tags.stamps(["a", "b"])


def test_every_tag_has_its_own_stamp() -> None:
    stamps = tags.stamps(["a", "b"])
    assert stamps["a"] != stamps["b"]


def test_an_evicted_tag_comes_back_with_another_stamp() -> None:
    before = tags.stamps(["a"])
    redis_client().delete(tag_key("a"))
    assert tags.stamps(["a"]) != before


def test_a_write_leaves_another_stamp_on_its_tags_only() -> None:
    before = tags.stamps(["written", "other"])
    writer = tags.new_writer()
    tags.announce(writer, ["written"])
    tags.leave(writer, ["written"])
    after = tags.stamps(["written", "other"])
    assert after["written"] != before["written"]
    assert after["other"] == before["other"]


def test_a_tag_is_busy_from_the_announcement_to_the_leaving() -> None:
    writer = tags.new_writer()
    tags.announce(writer, ["a"])
    assert tags.is_busy(tags.stamps(["a"])["a"])
    tags.leave(writer, ["a"])
    assert not tags.is_busy(tags.stamps(["a"])["a"])


def test_the_writer_who_leaves_first_does_not_open_the_tag_for_the_other() -> None:
    first, second = tags.new_writer(), tags.new_writer()
    tags.announce(first, ["a"])
    tags.announce(second, ["a"])
    tags.leave(first, ["a"])
    assert tags.is_busy(tags.stamps(["a"])["a"])
    tags.leave(second, ["a"])
    assert not tags.is_busy(tags.stamps(["a"])["a"])


def test_an_invalidation_by_hand_does_not_open_the_tag_of_a_writer() -> None:
    writer = tags.new_writer()
    tags.announce(writer, ["a"])
    tags.renew(["a"])
    assert tags.is_busy(tags.stamps(["a"])["a"])


def test_a_dead_writer_is_forgotten_when_its_lease_ends(settings: Settings) -> None:
    settings.CACHING = settings.CACHING | {"WRITE_LEASE_SECONDS": 0.001}
    before = tags.stamps(["a"])
    tags.announce(tags.new_writer(), ["a"])
    while tags.is_busy(after := tags.stamps(["a"])["a"]):
        pass
    assert after != before["a"]


def test_a_dead_writer_does_not_live_on_in_the_leases_of_others(settings: Settings) -> None:
    settings.CACHING = settings.CACHING | {"WRITE_LEASE_SECONDS": 0.001}
    tags.announce(tags.new_writer(), ["a"])
    while redis_client().exists(tag_key("a")):
        pass
    settings.CACHING = settings.CACHING | {"WRITE_LEASE_SECONDS": 30}
    living = tags.new_writer()
    tags.announce(living, ["a"])
    mark = tags.stamps(["a"])["a"]
    assert mark.count(b"=") == 1
    assert living.encode() in mark


@pytest.mark.parametrize("planted", [b"", b"\x80\x04pickle", b"garbage", b"!", b"!no=lease", b"0" * 5000])
def test_what_is_no_stamp_is_replaced_by_one(planted: bytes) -> None:
    redis_client().set(tag_key("a"), planted)
    stamps = tags.stamps(["a"])
    assert stamps["a"] != planted
    assert not tags.is_busy(stamps["a"])
    assert tags.stamps(["a"]) == stamps


def test_another_type_under_the_key_of_a_tag_is_replaced() -> None:
    redis_client().rpush(tag_key("a"), "x")
    redis_client().hset(tag_key("b"), "x", "y")
    stamps = tags.stamps(["a", "b"])
    assert tags.stamps(["a", "b"]) == stamps
    redis_client().delete(tag_key("a"))
    redis_client().rpush(tag_key("a"), "x")
    writer = tags.new_writer()
    tags.announce(writer, ["a"])
    assert tags.is_busy(tags.stamps(["a"])["a"])
    tags.leave(writer, ["a"])
    assert tags.stamps(["a"])["a"] != stamps["a"]


def test_a_stamp_of_another_primary_does_not_count() -> None:
    redis_client().set(tag_key("a"), b"0" * 24)
    assert tags.stamps(["a"])["a"] != b"0" * 24


def test_nothing_is_stored_under_stamps_of_two_primaries() -> None:
    stamps = tags.stamps(["a", "b"])
    assert tags.may_store(stamps)
    assert not tags.may_store(stamps | {"b": b"0" * 24})


def test_an_entry_is_read_with_the_stamps_of_its_tags_and_none_is_born() -> None:
    redis_client().set("entry", b"value")
    stamps = tags.stamps(["known"])
    (entry, *replies), _ = wire.gather(tags.Question("entry", ("known", "unknown")).strings)
    assert entry == b"value"
    assert tags.settled(["known", "unknown"], replies) == tags.present(["known", "unknown"]) == stamps
    assert not redis_client().exists(tag_key("unknown"))
    redis_client().delete("entry")


def test_every_tag_expires() -> None:
    tags.stamps(["born"])
    tags.announce(tags.new_writer(), ["announced"])
    assert all(redis_client().pttl(tag_key(name)) > 0 for name in ("born", "announced"))


def test_a_tag_that_nobody_reads_takes_no_memory() -> None:
    writer = tags.new_writer()
    tags.announce(writer, ["written"])
    tags.leave(writer, ["written"])
    tags.renew(["renewed"])
    assert not redis_client().exists(tag_key("written"))
    assert not redis_client().exists(tag_key("renewed"))


def test_nothing_to_ask_asks_nothing() -> None:
    assert tags.stamps([]) == {}


@pytest.fixture
def full_servers(redis_servers: tuple[redis.Redis, ...]) -> Iterator[None]:
    """No server has memory left."""
    for server in redis_servers:
        server.config_set("maxmemory-policy", "noeviction")
        server.config_set("maxmemory", "1")
    yield
    for server in redis_servers:
        server.config_set("maxmemory", "0")


@pytest.mark.usefixtures("full_servers")
def test_a_server_without_memory_for_the_mark_refuses_the_writer() -> None:
    with pytest.raises(CacheUnavailable, match="memory"):
        tags.announce(tags.new_writer(), ["a"])


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_everything_says_so() -> None:
    for step in (
        lambda: tags.stamps(["a"]),
        lambda: tags.present(["a"]),
        lambda: tags.announce("w", ["a"]),
        lambda: tags.leave("w", ["a"]),
        lambda: tags.renew(["a"]),
    ):
        with pytest.raises(CacheUnavailable):
            step()
