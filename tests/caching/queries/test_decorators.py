"""A cached function gives what it would give without the cache, and asks the database only when something has changed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from caching import (
    CacheUnavailable,
    cache_db_query,
    cache_dynamic_query,
    cache_static_query,
    cache_user_query,
    fresh,
    stats,
)
from caching.errors import Uncacheable
from caching.near import copies
from caching.stats import Outcome
from platform_app.models import Persona, Scenario, User
from tests.caching.patience import await_posted
from tests.factories import UserFactory, make_scenario

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["near", "network"])
def near_and_network(request: pytest.FixtureRequest, settings: Settings) -> str:
    """The same must hold with the copy in this process and without it."""
    settings.CACHING = settings.CACHING | {"NEAR_CACHE": request.param == "near"}
    return str(request.param)


@dataclass(frozen=True)
class Title:
    id: int
    title: str


@cache_db_query("test_titles")
def titles(owner_id: int) -> list[dict[str, Any]]:
    return list(Scenario.objects.filter(owner_id=owner_id).order_by("pk").values("id", "title"))


@cache_db_query("test_title")
def title_of(scenario_id: int) -> Title | None:
    scenario = Scenario.objects.filter(pk=scenario_id).first()
    return Title(scenario.pk, scenario.title) if scenario else None


@cache_db_query("test_personas")
def personas(scenario_id: int) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).order_by("pk").values_list("name", flat=True))


@cache_user_query("test_user_name", ttl=60)
def name_of(user_id: int) -> str:
    return User.objects.get(pk=user_id).name


@pytest.fixture
def count_queries() -> Iterator[Callable[[], int]]:
    with CaptureQueriesContext(connection) as captured:
        yield lambda: len(captured)


@pytest.mark.usefixtures("near_and_network")
class TestHits:
    def test_the_second_call_asks_the_database_nothing(
        self, published_scenario: Scenario, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        first = titles(published_scenario.owner_id)
        with django_assert_num_queries(0):
            assert titles(published_scenario.owner_id) == first
            assert titles(owner_id=published_scenario.owner_id) == first
            assert titles(published_scenario.owner_id) == first

    def test_none_is_a_value_like_any_other(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        assert title_of(404) is None
        with django_assert_num_queries(0):
            assert title_of(404) is None

    def test_a_caller_may_change_what_he_got(self, published_scenario: Scenario) -> None:
        for _ in range(3):
            got = titles(published_scenario.owner_id)
            assert got[0]["title"] == published_scenario.title
            got[0]["title"] = "scribbled"
            got.clear()

    def test_true_and_one_are_two_arguments(self) -> None:
        @cache_db_query("test_echo")
        def echo(value: object) -> str:
            User.objects.count()
            return repr(value)

        for _ in range(3):
            assert [echo(1), echo(True), echo("1"), echo(1.0)] == ["1", "True", "'1'", "1.0"]

    def test_two_functions_of_one_name_do_not_share(self) -> None:
        def one() -> str:
            return f"one {User.objects.count()}"

        def other() -> str:
            return f"other {User.objects.count()}"

        first, second = cache_db_query("test_shared")(one), cache_db_query("test_shared")(other)
        for _ in range(3):
            assert (first(), second()) == ("one 0", "other 0")


@pytest.mark.usefixtures("near_and_network")
class TestNeverStale:
    def test_after_a_save(self, published_scenario: Scenario) -> None:
        for title in ("one", "two", "three"):
            published_scenario.title = title
            published_scenario.save()
            for _ in range(3):
                got = title_of(published_scenario.pk)
                assert got is not None
                assert got.title == title

    def test_after_an_update_of_many(self, published_scenario: Scenario) -> None:
        for title in ("one", "two", "three"):
            Scenario.objects.filter(owner=published_scenario.owner).update(title=title)
            for _ in range(3):
                assert titles(published_scenario.owner_id)[0]["title"] == title

    def test_after_raw_sql(self, published_scenario: Scenario) -> None:
        for title in ("one", "two"):
            title_of(published_scenario.pk)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE platform_app_scenario SET title = %s", [title])
            got = title_of(published_scenario.pk)
            assert got is not None
            assert got.title == title

    def test_when_the_missing_row_appears(self, professor: User) -> None:
        expected = (Scenario.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        assert title_of(expected) is None
        assert title_of(expected) is None
        scenario = make_scenario(owner=professor)
        assert title_of(scenario.pk) == Title(scenario.pk, scenario.title)

    def test_inside_the_transaction_and_after_its_end(self, published_scenario: Scenario) -> None:
        before = title_of(published_scenario.pk)
        assert before is not None
        with transaction.atomic():
            Scenario.objects.filter(pk=published_scenario.pk).update(title="inside")
            for _ in range(2):
                inside = title_of(published_scenario.pk)
                assert inside is not None
                assert inside.title == "inside"
        after = title_of(published_scenario.pk)
        assert after is not None
        assert after.title == "inside"

    def test_a_rollback_leaves_no_trace(
        self, published_scenario: Scenario, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        before = title_of(published_scenario.pk)
        title_of(published_scenario.pk)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Scenario.objects.filter(pk=published_scenario.pk).update(title="never")
            title_of(published_scenario.pk)
            _ = 1 / 0
        with django_assert_num_queries(0):
            assert title_of(published_scenario.pk) == before

    def test_nobody_else_sees_what_is_not_committed(self, published_scenario: Scenario) -> None:
        before = title_of(published_scenario.pk)
        with transaction.atomic():
            Scenario.objects.filter(pk=published_scenario.pk).update(title="not yet")
            title_of(published_scenario.pk)
            with ThreadPoolExecutor(1) as other:
                assert other.submit(_in_own_connection, title_of, published_scenario.pk).result() == before

    def test_in_a_scope_that_has_written_itself(self, published_scenario: Scenario) -> None:
        with fresh():
            title_of(published_scenario.pk)
            title_of(published_scenario.pk)
            Scenario.objects.filter(pk=published_scenario.pk).update(title="mine")
            got = title_of(published_scenario.pk)
            assert got is not None
            assert got.title == "mine"


@pytest.mark.usefixtures("near_and_network")
class TestPrecision:
    def test_another_owners_entries_stay(
        self, professor: User, other_professor: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        mine, theirs = make_scenario(owner=professor), make_scenario(owner=other_professor)
        for _ in range(2):
            titles(professor.pk), personas(mine.pk), titles(other_professor.pk), personas(theirs.pk)
        theirs.title = "changed"
        theirs.save()
        Persona.objects.create(scenario=theirs, name="New", role="Somebody", position=99)
        with django_assert_num_queries(0):
            titles(professor.pk)
            personas(mine.pk)
        assert titles(other_professor.pk)[0]["title"] == "changed"
        assert "New" in personas(theirs.pk)

    def test_another_users_row_changes_nothing(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        one, other = UserFactory.create(), UserFactory.create()
        for _ in range(2):
            name_of(one.pk), name_of(other.pk)
        other.name = "Changed"
        other.save()
        with django_assert_num_queries(0):
            assert name_of(one.pk) == one.name
        assert name_of(other.pk) == "Changed"


class TestNesting:
    def test_the_outer_result_rests_on_the_inner_one(self, published_scenario: Scenario) -> None:
        @cache_db_query("test_outer")
        def outer(scenario_id: int) -> str:
            title = title_of(scenario_id)
            return f"<{title.title if title else ''}>"

        for title in ("one", "two"):
            published_scenario.title = title
            published_scenario.save()
            title_of(published_scenario.pk)  # the inner one is a hit already
            assert outer(published_scenario.pk) == f"<{title}>"
            assert outer(published_scenario.pk) == f"<{title}>"

    def test_a_function_that_calls_itself(self, published_scenario: Scenario) -> None:
        @cache_db_query("test_recursive")
        def down(n: int) -> int:
            return 0 if n == 0 else User.objects.count() + down(n - 1)

        assert down(5) == 5 * User.objects.count()
        assert down(5) == 5 * User.objects.count()

    @pytest.mark.parametrize("how", ["thread", "pool"])
    def test_what_threads_of_the_function_read_counts(self, published_scenario: Scenario, how: str) -> None:
        @cache_db_query("test_threads")
        def through_a_thread(scenario_id: int) -> str:
            found: list[str] = []
            User.objects.count()  # so that it would be stored without what the thread reads

            def read() -> None:
                found.append(Scenario.objects.get(pk=scenario_id).title)
                connection.close()

            if how == "thread":
                thread = threading.Thread(target=read)
                thread.start()
                thread.join()
            else:
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(read).result()
            return found[0]

        for title in ("one", "two", "three"):
            Scenario.objects.filter(pk=published_scenario.pk).update(title=title)
            assert through_a_thread(published_scenario.pk) == title
            assert through_a_thread(published_scenario.pk) == title


class TestNotStored:
    def test_an_error_is_raised_anew(self, count_queries: Callable[[], int]) -> None:
        for _ in range(2):
            with pytest.raises(User.DoesNotExist):
                name_of(404)
        assert count_queries() == 2

    def test_a_result_that_read_nothing(self) -> None:
        calls = []

        @cache_db_query("test_nothing")
        def nothing() -> int:
            calls.append(1)
            return len(calls)

        assert [nothing(), nothing()] == [1, 2]
        assert stats.count("query:test_nothing", Outcome.UNSTORED) == 2


class TestRefusals:
    def test_a_generator(self) -> None:
        with pytest.raises(Uncacheable):

            @cache_db_query()
            def generator() -> Iterator[int]:
                yield 1

    def test_a_user_query_without_a_user(self) -> None:
        with pytest.raises(Uncacheable, match="user_id"):

            @cache_user_query()
            def no_user(limit: int) -> int:
                return limit

    def test_a_queryset_as_result(self) -> None:
        @cache_db_query("test_lazy")
        def lazy() -> Any:
            return User.objects.all()

        with pytest.raises(Uncacheable, match="list"):
            lazy()

    @pytest.mark.parametrize("name", ["With Space", "a:b", "", "x" * 65])
    def test_a_name_that_cannot_stand_in_a_key(self, name: str) -> None:
        with pytest.raises(ValueError):
            cache_db_query(name)(lambda: 1)

    def test_a_decorator_without_brackets(self) -> None:
        with pytest.raises(Uncacheable, match="brackets"):
            cache_db_query(lambda: 1)  # type: ignore[arg-type]


class TestExpiry:
    @pytest.mark.parametrize(
        ("decorator", "seconds"),
        [
            (cache_db_query, 1800),
            (cache_static_query, 3600),
            (cache_dynamic_query, 600),
            (cache_user_query, 300),
        ],
    )
    def test_the_usual_ttl(
        self, decorator: Any, seconds: int, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        @decorator("test_ttl")
        def count(user_id: int) -> int:
            return User.objects.count()

        count(7)
        await_posted()
        (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}db_query:test_ttl:user:7:*")
        assert 0.85 * seconds <= redis_server.ttl(key) <= 1.1 * seconds + 1

    def test_the_operators_ttl_wins(
        self, settings: Settings, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        settings.CACHING = settings.CACHING | {"QUERY_TTL_SECONDS": {"test_user_name": 10}}
        name_of(UserFactory.create().pk)
        await_posted()
        (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}db_query:test_user_name:*")
        assert 8 <= redis_server.ttl(key) <= 11


def test_near_hits_are_counted_as_such(published_scenario: Scenario) -> None:
    titles(published_scenario.owner_id)
    titles(published_scenario.owner_id)
    with fresh():
        for _ in range(5):
            titles(published_scenario.owner_id)
    assert stats.count("query:test_titles", Outcome.NEAR) >= 5
    assert stats.count("query:test_titles", Outcome.COMPUTED) == 1
    assert len(copies.cache) >= 1


@pytest.mark.usefixtures("broken_redis")
def test_without_redis_a_read_is_an_error() -> None:
    with pytest.raises(CacheUnavailable):
        titles(1)


def _in_own_connection(function: Callable[..., Any], *args: Any) -> Any:
    try:
        return function(*args)
    finally:
        connection.close()
