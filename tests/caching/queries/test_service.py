"""Results kept by hand, and invalidation by hand: exactly what was meant, and nothing else."""

import pytest

from caching import CacheUnavailable, cache_db_query, cache_user_query, db_cache_service
from caching.connection import redis_client
from caching.entries import Invalidated
from caching.errors import Uncacheable
from caching.stats import Timed, delivery, series
from platform_app.models import User
from tests.factories import UserFactory

service = db_cache_service


class TestKeptByHand:
    def test_what_was_kept_is_found(self) -> None:
        service.cache_query_result("numbers", [1, 2], user_id=7, params={"limit": 2})
        assert service.get_cached_query_result("numbers", user_id=7, params={"limit": 2}) == [1, 2]

    def test_another_name_user_or_parameter_is_another_place(self) -> None:
        service.cache_query_result("numbers", [1, 2], user_id=7, params={"limit": 2})
        for name, user, params in (
            ("others", 7, {"limit": 2}),
            ("numbers", 8, {"limit": 2}),
            ("numbers", None, {"limit": 2}),
            ("numbers", 7, {"limit": "2"}),
            ("numbers", 7, {"limit": 2, "page": 1}),
            ("numbers", 7, None),
        ):
            assert service.get_cached_query_result(name, user_id=user, params=params, default="no") == "no"

    def test_its_readings_are_counted_timed_and_weighed_like_any_other(self) -> None:
        service.get_cached_query_result("numbers")
        service.cache_query_result("numbers", [1, 2])
        service.get_cached_query_result("numbers")
        delivery.flush()
        counted = series.totals()["query:numbers"]
        assert (counted.hits, counted.misses) == (1, 1)
        assert counted.latencies[Timed.NETWORK].count == 1
        assert counted.bytes_read == counted.bytes_written > 0

    def test_a_kept_none_is_not_an_absent_one(self) -> None:
        service.cache_query_result("nothing", None)
        assert service.get_cached_query_result("nothing", default="absent") is None

    def test_what_is_computed_while_somebody_invalidates_does_not_count(self) -> None:
        assert service.get_cached_query_result("numbers", user_id=7) is None
        service.invalidate_user_related_cache(user_id=7)
        service.cache_query_result("numbers", ["old"], user_id=7)
        assert service.get_cached_query_result("numbers", user_id=7) is None

    def test_it_expires(self) -> None:
        service.cache_query_result("short", 1, ttl=60)
        (key,) = redis_client().scan_iter(match="*db_query:short:*")
        assert 50 <= redis_client().ttl(key) <= 67

    def test_results_and_parameters_are_plain_values(self) -> None:
        with pytest.raises(Uncacheable):
            service.cache_query_result("odd", object())
        with pytest.raises(Uncacheable):
            service.get_cached_query_result("odd", params={"a": object()})


class TestByHand:
    @pytest.fixture(autouse=True)
    def kept(self) -> None:
        for user in (1, 2, 12, None):
            for name in ("one", "two"):
                service.cache_query_result(name, f"{name} {user}", user_id=user)

    def left(self) -> set[str]:
        places = [(name, user) for name in ("one", "two") for user in (1, 2, 12, None)]
        return {
            f"{name}{user or ''}"
            for name, user in places
            if service.get_cached_query_result(name, user_id=user) is not None
        }

    def test_one_user_and_no_other(self) -> None:
        assert service.invalidate_user_related_cache(user_id=1) == Invalidated(("user:1",))
        assert self.left() == {"one2", "two2", "one12", "two12", "one", "two"}

    def test_one_query(self) -> None:
        service.invalidate_query_cache("one")
        assert self.left() == {"two1", "two2", "two12", "two"}

    def test_one_query_of_one_user(self) -> None:
        service.invalidate_query_cache("one", user_id=1)
        assert self.left() == {"one2", "one12", "one", "two1", "two2", "two12", "two"}

    def test_every_query(self) -> None:
        service.invalidate_query_cache()
        assert self.left() == set()


@pytest.mark.django_db(transaction=True)
def test_decorated_functions_are_invalidated_by_user_scenario_and_name() -> None:
    computed = []

    @cache_user_query("test_by_user")
    def by_user(user_id: int, scenario_id: int) -> int:
        computed.append((user_id, scenario_id))
        return User.objects.count()

    @cache_db_query("test_by_name")
    def by_name() -> int:
        computed.append((0, 0))
        return User.objects.count()

    def all_of_them() -> list[tuple[int, int]]:
        computed.clear()
        by_user(1, 5), by_user(2, 5), by_user(2, 6), by_name()
        return list(computed)

    UserFactory.create()
    assert all_of_them() == [(1, 5), (2, 5), (2, 6), (0, 0)]
    assert all_of_them() == []
    service.invalidate_user_related_cache(user_id=2)
    assert all_of_them() == [(2, 5), (2, 6)]
    service.invalidate_scenario_cache(scenario_id=5)
    assert all_of_them() == [(1, 5), (2, 5)]
    service.invalidate_query_cache("test_by_name")
    assert all_of_them() == [(0, 0)]
    service.invalidate_query_cache()
    assert len(all_of_them()) == 4


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_nothing_is_invalidated_in_silence() -> None:
    for step in (
        lambda: service.invalidate_user_related_cache(user_id=1),
        lambda: service.invalidate_scenario_cache(scenario_id=1),
        service.invalidate_query_cache,
        lambda: service.cache_query_result("a", 1),
        lambda: service.get_cached_query_result("a"),
    ):
        with pytest.raises(CacheUnavailable):
            step()
