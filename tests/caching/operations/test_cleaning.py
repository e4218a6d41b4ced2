"""Cleaning up takes away what should not be there, is done when it is done, and touches nobody else's keys."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from caching import CacheUnavailable, cache_db_query, conf, policy
from caching.ai.semantic.shadow import Sighting, record
from caching.connection.walking import Place
from caching.models import ShadowHit
from caching.operations import cleaning
from caching.operations.leftovers import PORTION_BYTES
from platform_app.models import Scenario, User
from sessions_ext import keys as session_keys
from sessions_ext import session_manager
from sessions_ext.devices import devices_of
from sessions_ext.models import SavedSession
from tests.caching.operations.planting import FOREIGN, digest, entry, keep, names, plant
from tests.caching.patience import await_posted
from tests.devices import digest as digest_of_client
from tests.devices import is_in, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def clean() -> dict[str, int]:
    """What was found, without the kinds of which there was nothing."""
    found: Counter[str] = Counter()
    for step in cleaning.clean(pause_seconds=0):
        found.update(step.found)
    return dict(+found)


class TestKeysWithoutExpiry:
    def test_cached_values_are_removed(self, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        gone = [
            plant(redis_server, entry(redis_key_prefix, of=":user:7:scenario:9")),
            plant(redis_server, f"{redis_key_prefix}ai_cache:chat:{digest()}"),
            plant(redis_server, f"{redis_key_prefix}ai_semantic:chat:{digest()}", "stream"),
        ]
        stays = keep(redis_server, entry(redis_key_prefix))
        assert clean() == {"without_expiry": 3}
        assert [redis_server.exists(key) for key in gone] == [0, 0, 0]
        assert redis_server.exists(stays)

    @pytest.mark.parametrize(
        ("name", "kind", "value", "seconds"),
        [
            ("tag:{database}:table:any", "string", "0123456789abcdef01234567", policy.TAG_TTL_SECONDS),
            ("tag:user:7", "string", "!writer=1750000000000", policy.TAG_TTL_SECONDS),
            ("flight:{%(digest)s}", "string", "0" * 32, policy.EVENT_LOG_TTL_SECONDS),
            ("flight:{%(digest)s}:said", "stream", "", policy.EVENT_LOG_TTL_SECONDS),
            ("flight:turn:7", "string", "f" * 32, policy.EVENT_LOG_TTL_SECONDS),
            ("stats:{cache}:sent:4f", "string", "17", 40 * policy.DAY),
            ("stats:{cache}:hour:1750000000", "hash", "", 40 * policy.DAY),
            ("oauth:state:%(digest)s", "string", "{}", 600),
            ("throttle:sign_in:%(digest)s", "zset", "", policy.HOUR),
            ("agent_session:{%(digest)s}:transcript", "stream", "", 3600),
        ],
    )
    def test_everything_else_gets_one(
        self, redis_server: redis.Redis, redis_key_prefix: str, name: str, kind: str, value: str, seconds: int
    ) -> None:
        key = redis_key_prefix + (name % {"digest": digest()} if "%" in name else name)
        plant(redis_server, key, kind, value)
        assert clean() == {"given_expiry": 1}
        assert seconds - 5 < redis_server.ttl(key) <= seconds
        assert clean() == {}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("tag:news", "!important"),
            ("tag:news", "! writer=1"),
            ("tag:news", "0123456789abcdef01234567 and more"),
            ("oauth:google:%s", "ya29.somebody-s-token"),
            ("oauth:google:%s", "12345-abc"),
            ("flight:{%s}", "somebody's"),
        ],
    )
    def test_a_name_like_ours_with_a_value_that_is_none_keeps_living(
        self, redis_server: redis.Redis, redis_key_prefix: str, name: str, value: str
    ) -> None:
        """With an empty prefix it may be another program's, and an expiry would be its end."""
        key = plant(
            redis_server, redis_key_prefix + (name % digest() if "%" in name else name), "string", value
        )
        assert clean() == {}
        assert redis_server.ttl(key) == -1

    def test_a_log_of_events_is_known_by_its_first_one(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        ours, theirs = (f"{redis_key_prefix}flight:events:analysis:{number}" for number in (7, 8))
        redis_server.xadd(ours, {"event": "token", "data": "{}"})
        redis_server.xadd(theirs, {"passenger": "somebody"})
        assert clean() == {"given_expiry": 1}
        assert (redis_server.ttl(ours) > 0, redis_server.ttl(theirs)) == (True, -1)

    def test_hashes_are_known_by_a_field_of_ours(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        ours, theirs = (f"{redis_key_prefix}session:{digest()}" for _ in range(2))
        redis_server.hset(ours, "@", "1750000000")
        redis_server.hset(theirs, "name", "somebody")
        assert clean() == {"given_expiry": 1}
        assert 0 < redis_server.ttl(ours) <= django_settings.SESSION_COOKIE_AGE
        assert redis_server.ttl(theirs) == -1

    def test_djangos_own_cache_may_keep_things_for_ever(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        key = plant(redis_server, f"{redis_key_prefix}cache:1:page")
        assert clean() == {}
        assert redis_server.ttl(key) == -1


class TestUndecodable:
    def test_what_no_reader_can_use_is_removed(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        for value in (b"", b"\x80\x04garbage", b"\x12\xc1", b"\x13" + b"\x28\xb5\x2f\xfd" + b"\0" * 20):
            redis_server.set(entry(redis_key_prefix), value, ex=60)
            redis_server.set(f"{redis_key_prefix}ai_cache:chat:{digest()}", value, ex=60)
        stays = keep(redis_server, entry(redis_key_prefix))
        assert clean() == {"undecodable": 8}
        assert redis_server.exists(stays)

    def test_large_ones_are_read_too(self, redis_server: redis.Redis, redis_key_prefix: str) -> None:
        for _ in range(3):
            redis_server.set(entry(redis_key_prefix), b"\xff" * (PORTION_BYTES - 10), ex=60)
        assert clean() == {"undecodable": 3}

    def test_results_of_functions_stay(self) -> None:
        calls = []

        @cache_db_query("cleaning_titles")
        def titles() -> list[str]:
            calls.append(1)
            return list(Scenario.objects.values_list("title", flat=True))

        titles()
        await_posted()
        assert clean() == {}
        titles()
        assert len(calls) == 1


class TestSessions:
    def test_an_index_loses_what_is_gone(
        self, student: User, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        browser = signed_in(student)
        index = session_keys.sessions_of(str(student.pk))
        redis_server.zadd(index, {digest(): 2_000_000_000, digest(): 1})
        assert clean() == {"session_index": 2}
        assert redis_server.zrange(index, 0, -1) == [digest_of_client(browser).encode()]
        assert is_in(browser)
        assert len(devices_of(student.pk)) == 1

    def test_a_session_and_its_index_get_their_expiry_back(
        self, student: User, redis_server: redis.Redis
    ) -> None:
        browser = signed_in(student)
        lasting = [session_keys.session(digest_of_client(browser)), session_keys.sessions_of(str(student.pk))]
        for key in lasting:
            redis_server.persist(key)
        assert clean() == {"given_expiry": 2}
        assert all(0 < redis_server.ttl(key) <= django_settings.SESSION_COOKIE_AGE for key in lasting)
        assert is_in(browser)

    def test_one_that_came_back_meanwhile_stays(
        self, student: User, redis_server: redis.Redis, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        back = digest()
        index = session_keys.sessions_of(str(student.pk))
        redis_server.zadd(index, {back: 2_000_000_000})
        redis_server.expire(index, 60)
        looks = iter([False, True])
        monkeypatch.setattr(
            "sessions_ext.leftovers._gone", lambda digests: [] if next(looks) else list(digests)
        )
        assert clean() == {}
        assert redis_server.zscore(index, back) == 2_000_000_000

    def test_the_index_of_somebody_else_is_left_alone(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        index = f"{redis_key_prefix}session_index:7"
        redis_server.zadd(index, {digest(): 1, "somebody": 2})
        redis_server.expire(index, 60)
        assert clean() == {}
        assert redis_server.zcard(index) == 2

    def test_copies_of_what_has_expired_go(self, student: User) -> None:
        browser = signed_in(student)
        past = timezone.now() - timedelta(days=2)
        SavedSession.objects.create(
            digest=digest(), user=student, fields="{}", created_at=past, seen_at=past, expires_at=past
        )
        session_manager.create_agent_session_sync(1, "persona")
        assert clean() == {"session_copies": 1}
        assert is_in(browser)


def test_questions_are_forgotten_in_time(db: None) -> None:
    for _ in range(2):
        record(Sighting(operation="a", model="m", asked="q", kept="k", cosine=0.9, objection="", is_hit=True))
    old = timezone.now() - timedelta(days=conf.current().ai_semantic_retention_days + 1)
    ShadowHit.objects.filter(pk=ShadowHit.objects.first().pk).update(created_at=old)
    assert clean() == {"old_questions": 1}
    assert ShadowHit.objects.count() == 1


class TestOthers:
    def test_with_an_empty_prefix_other_programs_lose_nothing(
        self, redis_server: redis.Redis, settings: Settings, foreign: dict[str, object]
    ) -> None:
        settings.REDIS_KEY_PREFIX = ""
        mine = plant(redis_server, entry(""))
        found = clean()
        assert found["without_expiry"] == 1
        assert not redis_server.exists(mine)
        assert {key: redis_server.dump(key) for key in FOREIGN} == foreign
        assert {redis_server.ttl(key) for key in FOREIGN} == {-1}

    def test_nor_do_other_platforms_on_the_server(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        other = plant(redis_server, entry(f"{redis_key_prefix}other:"))
        assert clean() == {}
        assert redis_server.ttl(other) == -1

    def test_nor_do_ours_that_are_well(
        self, redis_server: redis.Redis, redis_key_prefix: str, student: User
    ) -> None:
        browser = signed_in(student)
        session_manager.create_agent_session_sync(1, "persona")
        keep(redis_server, entry(redis_key_prefix))
        before = names(redis_server, redis_key_prefix)
        assert clean() == {}
        assert names(redis_server, redis_key_prefix) == before
        assert is_in(browser)

    @pytest.fixture
    def foreign(self, redis_server: redis.Redis) -> Iterator[dict[str, object]]:
        yield {key: redis_server.dump(plant(redis_server, key, kind)) for key, kind in FOREIGN.items()}
        for key in FOREIGN:
            redis_server.delete(key)


class TestSteps:
    def test_a_later_request_goes_on_where_the_first_one_stopped(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        for _ in range(700):
            plant(redis_server, entry(redis_key_prefix))
        total, place, calls = 0, Place(), 0
        while place is not None:
            step = next(cleaning.clean(Place.parse(str(place)), pause_seconds=0))
            total += step.found["without_expiry"]
            place, calls = step.then, calls + 1
        assert total == 700
        assert calls > 1

    def test_rows_are_cleaned_with_the_first_step_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        cleaner = cleaning.Cleaner("test", "For a test", lambda: asked.append(1) or 1)
        monkeypatch.setitem(cleaning._cleaners, "test", cleaner)
        assert clean()["test"] == 1
        list(cleaning.clean(Place(0, 1), pause_seconds=0))
        assert asked == [1]

    @pytest.mark.usefixtures("broken_redis")
    @pytest.mark.parametrize("ask", [clean, lambda: next(cleaning.clean(Place(0, 7)))])
    def test_without_redis_it_says_so(self, ask: Callable[[], object]) -> None:
        with pytest.raises(CacheUnavailable):
            ask()
