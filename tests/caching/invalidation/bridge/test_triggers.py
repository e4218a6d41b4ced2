"""The triggers name what programs outside have written, and nothing that this program announces itself."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from pytest_django import Settings

from caching import conf
from caching.invalidation.bridge import CHANNEL, LONGEST_APPLICATION_NAME, announced, bridged_tables
from platform_app.models import Persona, Scenario
from tests.caching.invalidation.bridge.hands import (
    PATIENCE_SECONDS,
    POSTGRESQL,
    TABLE,
    Outside,
    outside_connection,
    personas_of,
    triggers,
)
from tests.factories import PersonaFactory, ScenarioFactory

pytestmark = pytest.mark.django_db(transaction=True)
HeardOf = Callable[[Callable[[], object]], list[str]]


class TestNotifications:
    __test__ = POSTGRESQL

    @pytest.fixture
    def heard_of(self, outside: Outside) -> Iterator[HeardOf]:
        """`heard_of(action)`: the tables that were named meanwhile."""
        with outside_connection() as ear:
            ear.execute(f"LISTEN {CHANNEL}")

            def heard_of(action: Callable[[], object]) -> list[str]:
                action()
                outside.execute("SELECT pg_notify(%s, 'the end')", [CHANNEL])
                heard: list[str] = []
                for each in ear.notifies(timeout=PATIENCE_SECONDS):
                    if each.payload == "the end":
                        return heard
                    heard.append(each.payload)
                raise AssertionError("the end was not heard")

            yield heard_of

    @pytest.mark.usefixtures("bridge")
    def test_our_own_writes_send_none(self, persona: Persona, heard_of: HeardOf) -> None:
        def write() -> None:
            persona.name = "new"
            persona.save()
            Persona.objects.update(name="newer")
            with transaction.atomic():
                ScenarioFactory.create()
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {TABLE} SET name = 'raw'")
            persona.delete()

        assert heard_of(write) == []

    @pytest.mark.usefixtures("bridge")
    def test_a_transaction_names_each_table_once(
        self, persona: Persona, outside: Outside, heard_of: HeardOf
    ) -> None:
        def write() -> None:
            with outside.transaction():
                for table in (TABLE, TABLE, "platform_app_scenario"):
                    outside.execute(f"DELETE FROM {table} WHERE id < 0")

        assert heard_of(write) == [TABLE, "platform_app_scenario"]

    @pytest.mark.usefixtures("bridge")
    def test_a_rollback_names_none(self, outside: Outside, heard_of: HeardOf) -> None:
        def write() -> None:
            with outside.transaction(force_rollback=True):
                outside.execute(f"DELETE FROM {TABLE}")

        assert heard_of(write) == []

    @pytest.mark.usefixtures("bridge")
    def test_without_the_setting_our_own_writes_are_heard_too(
        self,
        persona: Persona,
        settings: Settings,
        heard_of: HeardOf,
    ) -> None:
        settings.CACHING = settings.CACHING | {"BRIDGE": False}
        connection.close()
        assert heard_of(persona.save) == [TABLE]

    def test_after_the_removal_there_are_none(
        self,
        persona: Persona,
        outside: Outside,
        bridge: None,
        heard_of: HeardOf,
    ) -> None:
        triggers("--remove")
        assert heard_of(lambda: outside.execute(f"DELETE FROM {TABLE}")) == []


class TestTriggers:
    __test__ = POSTGRESQL

    def test_they_are_put_on_listed_and_removed(self, bridge: None) -> None:
        tables = bridged_tables(connection)
        assert {TABLE, "platform_app_user", "platform_app_scene_personas"} <= set(tables)
        assert triggers("--list") == f"Triggers are on {', '.join(tables)}."
        assert triggers("--remove") == f"Triggers were removed from {', '.join(tables)}."
        assert triggers("--list") == "Triggers are on no table."

    def test_installing_again_changes_nothing(self, bridge: None) -> None:
        before = bridged_tables(connection)
        triggers("--install")
        assert bridged_tables(connection) == before

    def test_only_the_models_that_are_named_get_one(self, settings: Settings) -> None:
        settings.CACHING = settings.CACHING | {"BRIDGE": True}
        said = triggers("--install", "--model", "platform_app.Persona", "platform_app.Scene")
        assert said.startswith(f"Triggers are on {TABLE}, platform_app_scene.")
        assert bridged_tables(connection) == [TABLE, "platform_app_scene"]
        triggers("--remove")

    def test_forgetting_the_setting_is_told(self) -> None:
        out, err = StringIO(), StringIO()
        call_command("cache_triggers", "--install", stdout=out, stderr=err)
        triggers("--remove")
        assert 'CACHING["BRIDGE"] is off' in err.getvalue()

    @pytest.mark.usefixtures("bridge")
    def test_they_cost_our_own_writes_no_precision(self) -> None:
        mine, other = PersonaFactory.create(name="old"), PersonaFactory.create(name="other")
        assert personas_of(other.scenario_id) == ["other"]
        with outside_connection() as outside:
            outside.execute("SET application_name = 'silent [announced]'")
            outside.execute(f"UPDATE {TABLE} SET name = 'unseen' WHERE id = {other.pk}")
        mine = Persona.objects.get(pk=mine.pk)
        mine.name = "new"
        mine.save()
        assert personas_of(mine.scenario_id) == ["new"]
        assert personas_of(other.scenario_id) == ["other"]

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            ([], "is required"),
            (["--install", "--remove"], "not allowed with"),
            (["--remove", "--model", "platform_app.User"], "--model goes with --install"),
            (["--install", "--model", "platform_app.Nothing"], "there is no such model"),
        ],
    )
    def test_wrong_use_is_told(self, words: list[str], why: str) -> None:
        with pytest.raises(CommandError, match=why):
            triggers(*words)

    def test_a_table_that_is_not_there_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Scenario._meta, "db_table", "elsewhere")
        with pytest.raises(CommandError, match="has no table elsewhere"):
            triggers("--install", "--model", "platform_app.Scenario")

    @pytest.mark.usefixtures("broken_redis")
    def test_without_redis_nothing_is_installed(self) -> None:
        with pytest.raises(CommandError, match="Redis"):
            triggers("--install")
        assert bridged_tables(connection) == []


class TestAnnouncing:
    @pytest.fixture(autouse=True)
    def bridging(self, settings: Settings) -> None:
        settings.CACHING = settings.CACHING | {"BRIDGE": True}

    def test_the_mark_follows_the_name_of_the_program(self) -> None:
        assert announced({"application_name": "web"}) == {"application_name": "web [announced]"}
        assert announced({}) == {"application_name": "django [announced]"}

    @pytest.mark.parametrize("name", ["x" * 200, "ü" * 60])
    def test_the_server_does_not_cut_it_off(self, name: str) -> None:
        marked = announced({"application_name": name})["application_name"]
        assert marked.endswith(" [announced]")
        assert len(marked.encode()) <= LONGEST_APPLICATION_NAME

    def test_without_a_bridge_the_name_is_left_alone(self, settings: Settings) -> None:
        settings.CACHING = settings.CACHING | {"BRIDGE": False}
        assert not conf.current().bridge
        assert announced({"application_name": "web"}) == {"application_name": "web"}


class TestOtherDatabases:
    __test__ = not POSTGRESQL

    @pytest.mark.parametrize(
        "command", [["cache_triggers", "--install"], ["cache_triggers", "--list"], ["cache_listen"]]
    )
    def test_are_refused_with_a_clear_sentence(self, command: list[str]) -> None:
        with pytest.raises(
            CommandError, match="The bridge needs PostgreSQL, and the database 'default' is SQLite"
        ):
            call_command(*command)

    def test_are_refused_by_name(self) -> None:
        with pytest.raises(CommandError, match="invalid choice"):
            call_command("cache_listen", "--database", "nowhere")
        assert "nowhere" not in connections
