"""Deleting by pattern reaches cached values and nothing else, whatever somebody writes as a pattern and with any prefix."""

from collections.abc import Callable, Iterator

import pytest
import redis
from pytest_django import Settings

from caching.connection.walking import BEGINNING, Place, walk
from caching.errors import CacheUnavailable
from caching.inspection import namespaces
from caching.operations import purging
from caching.operations.purging import NotPurgeable, preview, purge, select
from tests.caching.operations.planting import FOREIGN, digest, entry, keep, names, plant

PATTERNS = (
    *(
        "*",
        "**",
        "?*",
        "[^x]*",
        "[!a]*",
        "[*",
        "[",
        "\\",
        "\\*",
        "*\\",
        "../*",
        "../session:*",
        "*:*",
        "[a-",
        "[]",
    ),
    *("session:*", "*session*", "*}*", "{*}", "\n*", "* *", "*" * 200, "a" * 200),
    *("db_query:*", "x]*", "^*", "[\\]]*", "*[a-z0-9]*"),
)


@pytest.fixture
def others(redis_server: redis.Redis, redis_key_prefix: str) -> set[str]:
    """What must never be deleted: everything of other kinds, and what only looks like ours."""
    ours = {
        f"session:{digest()}": "hash",
        f"session_index:{7}": "zset",
        f"oauth:state:{digest()}": "string",
        f"agent_session:{{{digest()}}}": "hash",
        "tag:any": "string",
        f"flight:{{{digest()}}}": "string",
        "stats:ai:2026-01-01": "hash",
        f"throttle:sign_in:{digest()}": "zset",
        "cache:1:key": "string",
        # The names of values, but not their types.
        f"db_query:cities:{digest()}": "hash",
        f"ai_cache:chat:{digest()}": "list",
        f"ai_semantic:chat:{digest()}": "string",
    }
    for key, kind in (FOREIGN | ours).items():
        plant(redis_server, redis_key_prefix + key, kind)
    return {*FOREIGN, *ours}


def delete(start: str, pattern: str) -> int:
    return sum(step.deleted for step in purge(select(start, pattern), pause_seconds=0))


class TestWhatIsDeleted:
    def test_the_keys_that_go_on_like_the_pattern(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        plant(redis_server, entry(redis_key_prefix, "cities"))
        plant(redis_server, entry(redis_key_prefix, "cities", of=":user:7"))
        stays = plant(redis_server, entry(redis_key_prefix, "citizens"))
        assert delete("db_query:", "cities:*") == 2
        assert names(redis_server, redis_key_prefix) == {stays.removeprefix(redis_key_prefix)}

    @pytest.mark.parametrize(
        ("pattern", "deleted"),
        [
            ("*", 3),
            ("cit?es:*", 1),
            ("ci[tv]*", 2),
            ("*:user:7:*", 1),
            ("cities", 0),
            ("ci\\*", 0),
            ("db_query:*", 0),
        ],
    )
    def test_signs_mean_what_they_mean_to_redis(
        self, redis_server: redis.Redis, redis_key_prefix: str, pattern: str, deleted: int
    ) -> None:
        for name, of in (("cities", ""), ("civics", ""), ("users", ":user:7")):
            plant(redis_server, entry(redis_key_prefix, name, of=of))
        assert delete("db_query:", pattern) == deleted

    def test_a_step_deletes_some_and_another_one_goes_on(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        pipe = redis_server.pipeline(transaction=False)
        for _ in range(1200):
            pipe.set(entry(redis_key_prefix), "value")
        pipe.execute()
        selection = select("db_query:", "*")
        first = next(purge(selection))
        assert 0 <= first.deleted < 1200
        assert first.then is not None
        again = Place.parse(str(first.then))
        assert first.deleted + sum(step.deleted for step in purge(selection, again, pause_seconds=0)) == 1200
        assert names(redis_server, redis_key_prefix) == set()

    def test_two_at_once_delete_each_key_once(self, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        for _ in range(50):
            plant(redis_server, entry(redis_key_prefix))
        one, other = (purge(select("db_query:", "*"), pause_seconds=0) for _ in range(2))
        assert sum(step.deleted for pair in zip(one, other, strict=True) for step in pair) == 50
        assert delete("db_query:", "*") == 0


class TestNothingElse:
    @pytest.mark.parametrize("pattern", PATTERNS)
    def test_no_pattern_leads_out(
        self, others: set[str], redis_server: redis.Redis, redis_key_prefix: str, pattern: str
    ) -> None:
        for start in ("db_query:", "ai_cache:", "ai_semantic:"):
            try:
                delete(start, pattern)
            except NotPurgeable:
                continue
        assert names(redis_server, redis_key_prefix) == others

    def test_with_an_empty_prefix_other_programs_lose_nothing(
        self, others: set[str], redis_server: redis.Redis, redis_key_prefix: str, empty_prefix: None
    ) -> None:
        bare = [plant(redis_server, key, kind) for key, kind in FOREIGN.items()]
        mine = plant(redis_server, entry(""))
        for start in ("db_query:", "ai_cache:", "ai_semantic:"):
            for pattern in PATTERNS:
                try:
                    delete(start, pattern)
                except NotPurgeable:
                    continue
        assert not redis_server.exists(mine)
        assert sum(redis_server.exists(key) for key in bare) == len(FOREIGN)
        assert names(redis_server, redis_key_prefix) == others

    def test_a_prefix_with_signs_is_taken_to_the_letter(
        self, redis_server: redis.Redis, redis_key_prefix: str, settings: Settings
    ) -> None:
        settings.REDIS_KEY_PREFIX = prefix = f"{redis_key_prefix}[ab]*?\\"
        mine = plant(redis_server, entry(prefix))
        stays = plant(redis_server, entry(f"{redis_key_prefix}a:x:"))
        assert delete("db_query:", "*") == 1
        assert not redis_server.exists(mine)
        assert redis_server.exists(stays)

    def test_another_platform_with_a_longer_prefix_keeps_its_keys(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        stays = plant(redis_server, entry(f"{redis_key_prefix}db_query:"))
        delete("db_query:", "*")
        assert redis_server.exists(stays)

    @pytest.mark.parametrize(
        "start",
        [each.start for each in namespaces.known() if not each.is_purgeable]
        + ["", "*", "nothing:", "db_query"],
    )
    def test_other_namespaces_are_refused(self, start: str) -> None:
        with pytest.raises(NotPurgeable, match="Only cached results"):
            select(start, "*")

    @pytest.mark.parametrize(
        "pattern", ["", " ", "a" * 201, "a\nb", "a\0", "\ud800", "a b", "é*", "*ann@example.org*"]
    )
    def test_no_pattern_is_refused(self, pattern: str) -> None:
        with pytest.raises(NotPurgeable):
            select("db_query:", pattern)

    def test_all_that_is_deletable_is_a_miss_to_its_readers(self) -> None:
        purgeable = {each.start for each in namespaces.known() if each.is_purgeable}
        assert purgeable == {"db_query:", "ai_cache:", "ai_semantic:"}


class TestPreview:
    def test_it_counts_and_shows_some_and_deletes_nothing(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        keys = sorted(keep(redis_server, entry(redis_key_prefix)) for _ in range(25))
        plant(redis_server, f"{redis_key_prefix}db_query:report")
        seen = preview(select("db_query:", "cities:*"), seconds=5)
        assert (seen.matched, seen.sample, seen.complete) == (25, tuple(keys[:20]), True)
        assert redis_server.exists(keys[0])

    def test_when_its_time_is_over_it_says_at_least(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        pipe = redis_server.pipeline(transaction=False)
        for _ in range(1500):
            pipe.set(entry(redis_key_prefix), "value")
        pipe.execute()
        seen = preview(select("db_query:", "*"), seconds=0)
        assert not seen.complete
        assert seen.matched < 1500

    @pytest.mark.parametrize(
        ("pattern", "matched", "complete", "broad"),
        [
            ("cities:*", 1000, True, False),
            ("cities:*", 1001, True, True),
            ("cities:*", 10, False, True),
            ("*", 1, True, True),
            ("*?*", 1, True, True),
        ],
    )
    def test_what_is_broad(self, pattern: str, matched: int, complete: bool, broad: bool) -> None:
        assert purging.Preview(matched, (), complete).is_broad(select("db_query:", pattern)) is broad


class TestWalking:
    def test_every_key_is_met_on_every_primary(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        planted = {plant(redis_server, entry(redis_key_prefix)) for _ in range(700)}
        met: set[str] = set()
        place: Place | None = BEGINNING
        while place is not None:
            step = next(walk(f"{redis_key_prefix}*", Place.parse(str(place))))
            met.update(step.keys)
            place = step.then
        assert met == planted

    @pytest.mark.parametrize(
        "text", ["", "0", "-", "0-", "-1", "a-b", "0--1", "1-" + "9" * 25, f"0-{2**64}", "٣-٣"]
    )
    def test_no_place(self, text: str) -> None:
        with pytest.raises(ValueError, match="place"):
            Place.parse(text)

    def test_a_place_beyond_the_last_primary_is_the_end(self) -> None:
        assert [*walk("*", Place(99, 5))] == [([], None)]

    def test_what_is_not_text_is_not_ours(self, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        redis_server.set(redis_key_prefix.encode() + b"\xff\xfe", "x", ex=60)
        assert [key for step in walk(f"{redis_key_prefix}*") for key in step.keys] == []
        redis_server.delete(redis_key_prefix.encode() + b"\xff\xfe")


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize(
    "ask", [lambda: delete("db_query:", "*"), lambda: preview(select("db_query:", "*"), seconds=1)]
)
def test_without_redis_it_says_so(ask: Callable[[], object]) -> None:
    with pytest.raises(CacheUnavailable):
        ask()


@pytest.fixture
def empty_prefix(settings: Settings, redis_server: redis.Redis) -> Iterator[None]:
    settings.REDIS_KEY_PREFIX = ""
    yield
    for key in FOREIGN:
        redis_server.delete(key)
