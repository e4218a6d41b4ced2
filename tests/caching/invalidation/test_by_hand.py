"""Invalidation by hand hits what it names and nothing else; another program writes through the driver, which we do not see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from caching import CacheUnavailable, cache_db_query, cache_user_query, db_cache_service, fresh, keys
from caching.invalidation.by_hand import Observed, invalidate_model
from caching.invalidation.census import Census, count_entries
from platform_app.models import Persona, Scenario, Scene, User
from tests.caching.patience import await_posted
from tests.factories import PersonaFactory, ScenarioFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

invalidate_user = db_cache_service.invalidate_user_related_cache
invalidate_scenario = db_cache_service.invalidate_scenario_cache
invalidate_operation = invalidate_everything = db_cache_service.invalidate_query_cache


@cache_user_query("by_hand_name", ttl=60)
def name_of(user_id: int) -> str | None:
    return User.objects.filter(pk=user_id).values_list("name", flat=True).first()


@cache_db_query("by_hand_title")
def title_of(scenario_id: int) -> str | None:
    return Scenario.objects.filter(pk=scenario_id).values_list("title", flat=True).first()


@cache_db_query("by_hand_personas")
def personas_of(scenario_id: int) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).order_by("pk").values_list("name", flat=True))


def write_from_outside(sql: str) -> None:
    connection.ensure_connection()
    connection.connection.execute(sql)


def rename(user: User) -> None:
    write_from_outside(f"UPDATE platform_app_user SET name = 'renamed' WHERE id = {user.pk}")


def retitle(*scenarios: Scenario) -> None:
    for scenario in scenarios:
        write_from_outside(f"UPDATE platform_app_scenario SET title = 'new' WHERE id = {scenario.pk}")


@pytest.fixture
def users() -> tuple[User, User]:
    return UserFactory.create(), UserFactory.create()


@pytest.fixture
def scenarios() -> tuple[Scenario, Scenario]:
    return ScenarioFactory.create(title="old"), ScenarioFactory.create(title="old")


class TestScopes:
    def test_a_user_is_invalidated_and_nobody_else(self, users: tuple[User, User]) -> None:
        one, other = users
        before = name_of(one.pk), name_of(other.pk)
        rename(one)
        rename(other)
        assert (name_of(one.pk), name_of(other.pk)) == before
        assert invalidate_user(one.pk).tags == (f"user:{one.pk}",)
        assert (name_of(one.pk), name_of(other.pk)) == ("renamed", before[1])

    def test_a_scenario_is_invalidated_and_no_other(self, scenarios: tuple[Scenario, Scenario]) -> None:
        one, other = scenarios
        assert (title_of(one.pk), title_of(other.pk)) == ("old", "old")
        retitle(one, other)
        assert str(invalidate_scenario(one.pk)) == f"scenario:{one.pk}"
        assert (title_of(one.pk), title_of(other.pk)) == ("new", "old")

    def test_an_operation_is_invalidated_and_no_other(
        self, users: tuple[User, User], scenarios: tuple[Scenario, Scenario]
    ) -> None:
        user, scenario = users[0], scenarios[0]
        name = name_of(user.pk)
        title_of(scenario.pk)
        rename(user)
        retitle(scenario)
        invalidate_operation("by_hand_title")
        assert (name_of(user.pk), title_of(scenario.pk)) == (name, "new")

    def test_everything_is_everything(
        self, users: tuple[User, User], scenarios: tuple[Scenario, Scenario]
    ) -> None:
        name_of(users[0].pk)
        title_of(scenarios[0].pk)
        rename(users[0])
        retitle(scenarios[0])
        invalidate_everything()
        assert (name_of(users[0].pk), title_of(scenarios[0].pk)) == ("renamed", "new")

    def test_the_scope_that_invalidates_sees_it_at_once(self, scenarios: tuple[Scenario, Scenario]) -> None:
        pk = scenarios[0].pk
        with fresh():
            assert [title_of(pk) for _ in range(3)] == ["old"] * 3  # the last one from this process
            retitle(scenarios[0])
            invalidate_scenario(pk)
            assert title_of(pk) == "new"

    def test_so_it_does_with_the_service(self, users: tuple[User, User]) -> None:
        with fresh():
            before = [name_of(users[0].pk) for _ in range(3)]
            rename(users[0])
            db_cache_service.invalidate_user_related_cache(user_id=users[0].pk)
            assert name_of(users[0].pk) == "renamed" != before[-1]

    @pytest.mark.parametrize("wrong", ["", "7:8", "a b", "*"])
    def test_what_cannot_be_an_id_is_refused(self, wrong: str) -> None:
        for invalidate in (invalidate_user, invalidate_scenario, invalidate_operation):
            with pytest.raises(ValueError, match="made of"):
                invalidate(wrong)


class TestModels:
    def test_a_model_is_its_whole_table(self, scenarios: tuple[Scenario, Scenario]) -> None:
        assert [title_of(each.pk) for each in scenarios] == ["old", "old"]
        retitle(*scenarios)
        invalidated = invalidate_model(Scenario)
        assert [title_of(each.pk) for each in scenarios] == ["new", "new"]
        name, table = connection.catalog.name, "platform_app_scenario"
        assert {keys.table_tag(name, table), keys.bulk_tag(name, table)} <= set(invalidated.tags)

    def test_other_tables_stay(self, users: tuple[User, User]) -> None:
        before = name_of(users[0].pk)
        rename(users[0])
        invalidate_model(Scenario)
        assert name_of(users[0].pk) == before

    def test_a_row_is_invalidated_and_no_other(self, scenarios: tuple[Scenario, Scenario]) -> None:
        one, other = scenarios
        assert [title_of(each.pk) for each in scenarios] == ["old", "old"]
        retitle(one, other)
        invalidate_model(Scenario, pk=one.pk)
        assert [title_of(each.pk) for each in scenarios] == ["new", "old"]

    def test_a_row_reaches_those_to_whom_it_belongs(self, scenarios: tuple[Scenario, Scenario]) -> None:
        mine, other = (PersonaFactory.create(scenario=each, name="old") for each in scenarios)
        assert [personas_of(each.pk) for each in scenarios] == [["old"], ["old"]]
        for persona in (mine, other):
            write_from_outside(f"UPDATE platform_app_persona SET name = 'new' WHERE id = {persona.pk}")
        invalidate_model(Persona, pk=mine.pk)
        assert [personas_of(each.pk) for each in scenarios] == [["new"], ["old"]]

    def test_the_key_may_be_a_text_as_people_write_it(self, scenarios: tuple[Scenario, Scenario]) -> None:
        title_of(scenarios[0].pk)
        retitle(scenarios[0])
        invalidate_model(Scenario, pk=str(scenarios[0].pk))
        assert title_of(scenarios[0].pk) == "new"

    def test_of_a_row_that_is_gone_the_whole_table_is_invalidated(
        self, scenarios: tuple[Scenario, Scenario]
    ) -> None:
        gone, _ = (PersonaFactory.create(scenario=each, name="old") for each in scenarios)
        assert [personas_of(each.pk) for each in scenarios] == [["old"], ["old"]]
        write_from_outside(f"DELETE FROM platform_app_persona WHERE id = {gone.pk}")
        invalidate_model(Persona, pk=gone.pk)
        assert personas_of(scenarios[0].pk) == []

    def test_links_have_a_model_of_their_own(self, published_scenario: Scenario) -> None:
        through = Scene.personas.through

        @cache_db_query("by_hand_links")
        def links(scene_id: int) -> int:
            return through._default_manager.filter(scene_id=scene_id).count()

        scene = published_scenario.scenes.all()[0]
        assert links(scene.pk) == 2
        write_from_outside(f"DELETE FROM {through._meta.db_table} WHERE scene_id = {scene.pk}")
        invalidate_model(through)
        assert links(scene.pk) == 0

    def test_what_cannot_be_a_key_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            invalidate_model(Scenario, pk="seven")

    def test_a_number_that_no_column_can_hold_is_a_row_that_is_not_there(self) -> None:
        assert invalidate_model(Scenario, pk=10**30).tags

    def test_an_unseen_database_is_named_as_the_cause(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections, "all", list)
        with pytest.raises(ImproperlyConfigured, match=r"caching\.db"):
            invalidate_model(Scenario)

    def test_our_backends_are_recognised(self) -> None:
        assert isinstance(connections["default"], Observed)


class TestCensus:
    def test_only_results_that_still_count_are_counted(self, users: tuple[User, User]) -> None:
        for user in users:
            name_of(user.pk)
        await_posted()
        tag = frozenset({f"user:{users[0].pk}"})
        assert count_entries(tag) == Census(hit=1, seen=2, complete=True)
        invalidate_user(users[0].pk)
        assert count_entries(tag) == Census(hit=0, seen=2, complete=True)

    def test_tables_and_rows_are_counted_too(self, scenarios: tuple[Scenario, Scenario]) -> None:
        for each in scenarios:
            title_of(each.pk)
        await_posted()
        row = keys.row_tag(connection.catalog.name, "platform_app_scenario", "id", str(scenarios[0].pk))
        bulk = keys.bulk_tag(connection.catalog.name, "platform_app_scenario")
        assert count_entries({row}).hit == 1
        assert count_entries({bulk}).hit == 2

    def test_it_has_a_bound_and_says_so(
        self, monkeypatch: pytest.MonkeyPatch, users: tuple[User, User]
    ) -> None:
        monkeypatch.setattr("caching.invalidation.census.MOST_ENTRIES", 1)
        for user in users:
            name_of(user.pk)
        await_posted()
        assert count_entries({"all:queries"}) == Census(hit=1, seen=1, complete=False)

    def test_what_is_no_entry_is_passed_over(self, redis_server: Any, redis_key_prefix: str) -> None:
        redis_server.set(f"{redis_key_prefix}db_query:planted:00", b"\x80\x04pickle", ex=60)
        redis_server.rpush(f"{redis_key_prefix}db_query:planted:01", "a list")
        assert count_entries({"all:queries"}) == Census(hit=0, seen=2, complete=True)

    def test_a_prefix_with_signs_of_patterns_means_itself(
        self, settings: Any, users: tuple[User, User]
    ) -> None:
        settings.REDIS_KEY_PREFIX += "*[x]?:"
        name_of(users[0].pk)
        await_posted()
        assert count_entries({"all:queries"}).hit == 1

    def test_it_asks_the_database_nothing(self, users: tuple[User, User]) -> None:
        name_of(users[0].pk)
        with CaptureQueriesContext(connection) as captured:
            count_entries({"all:queries"})
        assert len(captured) == 0


@pytest.mark.usefixtures("broken_redis")
@pytest.mark.parametrize(
    "invalidate",
    [
        invalidate_everything,
        lambda: invalidate_user(7),
        lambda: invalidate_operation("by_hand_title"),
        lambda: invalidate_model(Scenario),
        lambda: count_entries({"all:queries"}),
    ],
)
def test_without_redis_it_says_so(invalidate: Callable[[], object]) -> None:
    with pytest.raises(CacheUnavailable):
        invalidate()
