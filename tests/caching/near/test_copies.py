"""The near cache as a data structure: no server takes part, pushes are made by hand."""

import random
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from caching import conf, near
from caching.near import copies
from caching.near.copies import NearCache
from tests.caching.near.hands import entry


@pytest.fixture
def cache() -> NearCache:
    return opened()


def opened() -> NearCache:
    cache = NearCache()
    assert cache.open(cache.era)
    return cache


def position(cache: NearCache) -> near.Position:
    taken = cache.position()
    assert taken is not None
    return taken


def keep(cache: NearCache, *args: object, **more: object) -> near.Entry:
    kept = entry(*args, **more)  # type: ignore[arg-type]
    assert cache.keep(kept, position(cache))
    return kept


def test_what_was_kept_is_read(cache: NearCache) -> None:
    kept = keep(cache, "key", "a", "b")
    assert cache.get("key") is kept
    assert cache.get("other") is None


def test_a_push_ends_what_rests_on_its_tag_and_nothing_else(cache: NearCache) -> None:
    keep(cache, "rests on a", "a", "b")
    keep(cache, "rests on b", "b")
    cache.forget(["a"])
    assert cache.get("rests on a") is None
    assert cache.get("rests on b") is not None


def test_an_entry_that_was_confirmed_is_looked_at_again_after_each_push(cache: NearCache) -> None:
    keep(cache, "key", "a")
    for _ in range(3):
        cache.forget(["unknown"])
        assert cache.get("key") is not None
    cache.forget(["a"])
    assert cache.get("key") is None


def test_an_entry_with_a_new_stamp_does_not_revive_those_with_the_old_one(cache: NearCache) -> None:
    keep(cache, "old", "a", stamps=(b"1",))
    cache.forget(["a"])
    keep(cache, "new", "a", stamps=(b"2",))
    assert cache.get("old") is None
    assert cache.get("new") is not None


def test_two_stamps_of_one_tag_are_a_push_on_its_way_so_neither_is_kept(cache: NearCache) -> None:
    keep(cache, "first", "a", stamps=(b"1",))
    assert not cache.keep(entry("second", "a", stamps=(b"2",)), position(cache))
    assert cache.get("first") is None
    assert cache.get("second") is None


def test_an_entry_that_has_expired_is_a_miss(cache: NearCache) -> None:
    keep(cache, "key", "a", expires_at=time.time() - 1)
    assert cache.get("key") is None


def test_an_entry_without_tags_lives_until_it_expires(cache: NearCache) -> None:
    keep(cache, "key")
    cache.forget(["a"])
    assert cache.get("key") is not None


# --- Fills --------------------------------------------------------------------------------------------------------


def test_a_fill_is_refused_when_one_of_its_tags_was_pushed_meanwhile(cache: NearCache) -> None:
    since = position(cache)
    cache.forget(["b"])
    assert not cache.keep(entry("key", "a", "b"), since)
    assert cache.keep(entry("other", "a"), since)
    assert cache.keep(entry("key", "a", "b"), position(cache))


def test_a_fill_is_refused_when_more_was_pushed_than_is_remembered(cache: NearCache) -> None:
    since = position(cache)
    for number in range(copies.REMEMBERED_PUSHES + 1):
        cache.forget([f"tag {number}"])
    assert not cache.keep(entry("key", "a"), since)
    assert cache.keep(entry("key", "a"), position(cache))


def test_what_is_remembered_of_pushes_is_bounded(cache: NearCache) -> None:
    cache.forget([f"tag {number}" for number in range(3 * copies.REMEMBERED_PUSHES)])
    assert len(cache._pushed) == copies.REMEMBERED_PUSHES


@pytest.mark.parametrize("event", ["drop_all", "close"])
def test_a_fill_of_another_era_is_refused(cache: NearCache, event: str) -> None:
    since = position(cache)
    getattr(cache, event)()
    cache.open(cache.era)
    assert not cache.keep(entry("key", "a"), since)


def test_closed_it_answers_and_keeps_nothing(cache: NearCache) -> None:
    keep(cache, "key", "a")
    since = position(cache)
    cache.close()
    assert cache.get("key") is None
    assert cache.position() is None
    assert not cache.keep(entry("key", "a"), since)
    assert (len(cache), cache.bytes) == (0, 0)


def test_it_does_not_open_for_an_era_that_has_passed(cache: NearCache) -> None:
    era = cache.era
    cache.close()
    assert not cache.open(era)
    assert cache.position() is None


def test_tags_leave_with_the_last_entry_that_rests_on_them(cache: NearCache, settings: Settings) -> None:
    for number in range(100):
        keep(cache, "the only key", f"own tag {number}", "shared")
    assert set(cache._seals) == {"own tag 99", "shared"}


# --- The limit ----------------------------------------------------------------------------------------------------


def allow(settings: Settings, entries: int) -> None:
    settings.CACHING = settings.CACHING | {"NEAR_CACHE_BYTES": entries * entry("key 0", "a").size}


def test_what_is_read_often_outlives_what_is_not(cache: NearCache, settings: Settings) -> None:
    allow(settings, entries=8)
    for number in range(8):
        keep(cache, f"key {number}", "a")
    for number in range(100, 200):
        assert cache.get("key 3") is not None
        keep(cache, f"key {number % 10}x", "a")
    assert cache.get("key 3") is not None
    assert cache.get("key 4") is None


def test_what_no_longer_holds_goes_first_even_if_it_was_read_often(
    cache: NearCache, settings: Settings
) -> None:
    allow(settings, entries=3)
    keep(cache, "key 0", "z")
    keep(cache, "key 1", "a")
    assert cache.get("key 0")
    assert cache.get("key 1")
    cache.forget(["z"])
    keep(cache, "key 2", "a")
    keep(cache, "key 3", "a")
    assert [key for key in ("key 0", "key 1", "key 2", "key 3") if cache.get(key)] == [
        "key 1",
        "key 2",
        "key 3",
    ]


def test_what_is_larger_than_the_limit_is_not_kept_and_costs_the_others_nothing(
    cache: NearCache, settings: Settings
) -> None:
    allow(settings, entries=2)
    keep(cache, "key 0", "a")
    assert not cache.keep(entry("key 1", "a", body=b"x" * 10_000), position(cache))
    assert cache.get("key 0") is not None


def test_a_decoded_value_counts_too() -> None:
    assert entry("k", body=b"x" * 1000, value="decoded").size == entry("k", body=b"x" * 1000).size + 3000


def test_a_limit_that_was_lowered_holds_from_the_next_fill_on(cache: NearCache, settings: Settings) -> None:
    for number in range(8):
        keep(cache, f"key {number}", "a")
    allow(settings, entries=2)
    keep(cache, "key 8", "a")
    assert len(cache) == 2


fills = st.tuples(
    st.integers(0, 12), st.integers(0, 3000), st.lists(st.sampled_from("abcd"), unique=True), st.booleans()
)


@given(steps=st.lists(fills | st.sampled_from("abcd"), max_size=60), limit=st.integers(1000, 20_000))
def test_the_limit_is_never_exceeded_and_every_byte_is_accounted_for(
    steps: list[tuple[int, int, list[str], bool] | str], limit: int
) -> None:
    cache = opened()
    conf_of_test = conf.CachingConf(near_cache_bytes=limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conf, "current", lambda: conf_of_test)
        for step in steps:
            if isinstance(step, str):
                cache.forget([step])
            else:
                number, size, names, read = step
                cache.keep(entry(number, *names, body=b"x" * size), position(cache))
                assert not read or cache.get(number) is None or cache.get(number).hot  # type: ignore[union-attr]
            assert cache.bytes <= limit
            assert cache.bytes == sum(each.size for each in cache._entries.values())


def test_the_estimate_of_memory_is_no_flattery(cache: NearCache) -> None:
    """Measured: what a thousand entries take in truth is at most what was counted for them."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1000):
            tags = f"db:table:id={number}", "db:table:bulk", f"db:other:table_id={number}", "db:other:bulk"
            stamps = tuple(bytes((65 + number % 26,)) * 24 if "=" in tag else bytes(24) for tag in tags)
            keep(
                cache,
                ("name", number, f"digest {number}"),
                *tags,
                stamps=stamps,
                body=bytes(500) + bytes([number % 256]),
            )
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(cache) == 1000
    assert after - before <= cache.bytes <= 2 * (after - before)


# --- Threads ------------------------------------------------------------------------------------------------------


def test_a_push_that_comes_while_an_entry_is_confirmed_is_not_lost(cache: NearCache) -> None:
    """The push arrives between the look at the first seal and the note that all hold."""
    kept = keep(cache, "key", "a", "b")
    cache.forget(["something else"])
    seals = kept.seals

    class PushedInBetween(tuple[copies.Seal, ...]):
        def __iter__(self) -> Iterator[copies.Seal]:
            yield seals[0]
            cache.forget(["a"])
            yield seals[1]

    kept.seals = PushedInBetween(seals)
    cache.get("key")
    kept.seals = seals
    assert cache.get("key") is None


def test_threads_that_fill_read_and_push_leave_the_books_in_order(
    cache: NearCache, settings: Settings
) -> None:
    allow(settings, entries=20)
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(1500):
                key, tag = chance.randrange(40), chance.choice("abcdef")
                since = position(cache)
                cache.keep(entry(key, tag, stamps=(b"%d" % since.changes,)), since)
                cache.get(chance.randrange(40))
                if not chance.randrange(10):
                    cache.forget([chance.choice("abcdef")])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert cache.bytes == sum(each.size for each in cache._entries.values())
    assert cache.bytes <= conf.current().near_cache_bytes
