"""Programs outside write to PostgreSQL, and the bridge tells the cache; a database that cannot tell is refused."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from pytest_django import Settings

from caching import cache_db_query, conf
from caching.invalidation.bridge import CHANNEL, LONGEST_APPLICATION_NAME, announced, bridged_tables
from development.environment import ROOT
from platform_app.models import Persona, Scenario
from tests.caching.near.proxy import Proxy
from tests.factories import PersonaFactory, ScenarioFactory
from tests.servers import start_valkey

pytestmark = pytest.mark.django_db(transaction=True)

POSTGRESQL = connection.vendor == "postgresql"
PATIENCE_SECONDS = 30.0
TABLE = "platform_app_persona"
SECOND = """'{"id": 999999, "position": 99, "name": "second"}'"""
WRITES = (
    (f"UPDATE {TABLE} SET name = 'new'", ["new"]),
    (f"INSERT INTO {TABLE} SELECT (jsonb_populate_record(p, {SECOND})).* FROM {TABLE} p", ["new", "second"]),
    (f"DO 'BEGIN UPDATE {TABLE} SET name = name || ''!''; END'", ["new!", "second!"]),
    (f"DELETE FROM {TABLE} WHERE name = 'second!'", ["new!"]),
    (f"TRUNCATE {TABLE} CASCADE", []),
)
"""And the names that are there afterwards."""
Outside = psycopg.Connection[tuple[object, ...]]


@cache_db_query("bridge_personas")
def personas_of(scenario_id: int) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).order_by("pk").values_list("name", flat=True))


@cache_db_query("bridge_count")
def count_personas() -> int:
    return Persona.objects.count()


def triggers(*words: str) -> str:
    out = StringIO()
    call_command("cache_triggers", *words, stdout=out)
    return out.getvalue().strip()


def eventually(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def persona() -> Persona:
    return PersonaFactory.create(name="old")


@pytest.fixture
def outside() -> Iterator[Outside]:
    """Another program: a connection that knows nothing of Django and of the cache."""
    with outside_connection() as opened:
        yield opened


def outside_connection() -> Outside:
    parameters = connection.get_connection_params()
    kept = {
        name: parameters[name]
        for name in ("dbname", "user", "host", "port", "password")
        if name in parameters
    }
    return psycopg.connect(**kept, autocommit=True)


@pytest.fixture
def bridge(settings: Settings) -> Iterator[None]:
    """Triggers on all tables, and connections that say that they announce their writes."""
    settings.CACHING = settings.CACHING | {"BRIDGE": True}
    connection.close()
    triggers("--install")
    yield
    triggers("--remove")
    connection.close()


class Listening:
    """`manage.py cache_listen`, and the lines that it says."""

    def __init__(self, settings: Settings, redis_url: str, log: Path) -> None:
        self._log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "django", "cache_listen"],
                cwd=ROOT,
                env={
                    **os.environ,
                    # It needs no model, and starts in a third of the time without them.
                    "DJANGO_SETTINGS_MODULE": "tests.caching.stress.settings",
                    "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}",
                    "REDIS_URL": redis_url,
                    "REDIS_KEY_PREFIX": settings.REDIS_KEY_PREFIX,
                },
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def says(self, words: str) -> None:
        """Waits for a line that begins so."""
        while line := self._lines.get(timeout=PATIENCE_SECONDS):
            if line.startswith(words):
                return
        raise AssertionError(f"It ended and never said {words!r}. Its log: {self._log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")


@pytest.fixture
def listen(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Listening]]:
    """`listen()`: the process, as soon as it listens."""
    started: list[Listening] = []

    def start(redis_url: str | None = None) -> Listening:
        listening = Listening(settings, redis_url or settings.REDIS_URL, tmp_path / "listener.log")
        started.append(listening)
        listening.says("Listening for writes to ")
        return listening

    yield start
    for listening in started:
        listening.process.kill()
        listening.process.wait()
        assert listening.process.stdout is not None
        listening.process.stdout.close()


class TestWritesFromOutside:
    __test__ = POSTGRESQL
    pytestmark = pytest.mark.usefixtures("bridge")

    def test_of_every_kind_are_seen(
        self, persona: Persona, outside: Outside, listen: Callable[..., Listening]
    ) -> None:
        listen()
        for sql, names in WRITES:
            personas_of(persona.scenario_id), count_personas()
            outside.execute(sql)
            eventually(lambda names=names: personas_of(persona.scenario_id) == names)
            eventually(lambda names=names: count_personas() == len(names))

    def test_of_a_transaction_are_seen_when_it_commits(
        self, persona: Persona, outside: Outside, listen: Callable[..., Listening]
    ) -> None:
        listen()
        assert personas_of(persona.scenario_id) == ["old"]
        with outside.transaction():
            outside.execute(f"UPDATE {TABLE} SET name = 'new'")
        eventually(lambda: personas_of(persona.scenario_id) == ["new"])

    def test_while_nobody_listened_are_seen_when_somebody_does(
        self, persona: Persona, outside: Outside, listen: Callable[..., Listening]
    ) -> None:
        assert personas_of(persona.scenario_id) == ["old"]
        outside.execute(f"UPDATE {TABLE} SET name = 'new'")
        assert personas_of(persona.scenario_id) == ["old"]
        listen()
        assert personas_of(persona.scenario_id) == ["new"]

    def test_while_the_connection_was_lost_are_seen_after_it(
        self, persona: Persona, outside: Outside, listen: Callable[..., Listening]
    ) -> None:
        listening = listen()
        assert personas_of(persona.scenario_id) == ["old"]
        ended = outside.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query ~ 'pg_notify' AND pid <> pg_backend_pid()"
        ).fetchall()
        assert ended == [(True,)]
        outside.execute(f"UPDATE {TABLE} SET name = 'new'")
        listening.says("Not listening: ")
        listening.says("Listening for writes to ")
        assert personas_of(persona.scenario_id) == ["new"]

    def test_while_redis_was_away_are_seen_after_it(
        self,
        persona: Persona,
        outside: Outside,
        listen: Callable[..., Listening],
        use_redis: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        own = start_valkey(tmp_path)
        use_redis(own)
        with Proxy(urlsplit(own).port or 0) as proxy:
            listening = listen(proxy.url)
            assert personas_of(persona.scenario_id) == ["old"]
            proxy.swallow()
            outside.execute(f"UPDATE {TABLE} SET name = 'new'")
            listening.says("Redis is away, ")
            proxy.resume()
            listening.says("Redis is back")
            assert personas_of(persona.scenario_id) == ["new"]

    def test_to_a_table_that_gets_its_trigger_later_are_seen(
        self, persona: Persona, outside: Outside, listen: Callable[..., Listening]
    ) -> None:
        triggers("--remove")
        listen()
        assert personas_of(persona.scenario_id) == ["old"]
        outside.execute(f"UPDATE {TABLE} SET name = 'new'")
        assert personas_of(persona.scenario_id) == ["old"]
        triggers("--install", "--model", "platform_app.Persona")
        eventually(lambda: personas_of(persona.scenario_id) == ["new"])
        outside.execute(f"UPDATE {TABLE} SET name = 'newer'")
        eventually(lambda: personas_of(persona.scenario_id) == ["newer"])

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
    def test_the_listener_stops_when_it_is_told(
        self, listen: Callable[..., Listening], how: signal.Signals
    ) -> None:
        listening = listen()
        assert listening.stop(how) == 0
        listening.says("Stopped.")


class TestNotifications:
    __test__ = POSTGRESQL

    @pytest.fixture
    def heard_of(self, outside: Outside) -> Iterator[Callable[[Callable[[], object]], list[str]]]:
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
    def test_our_own_writes_send_none(
        self, persona: Persona, heard_of: Callable[[Callable[[], object]], list[str]]
    ) -> None:
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
        self, persona: Persona, outside: Outside, heard_of: Callable[[Callable[[], object]], list[str]]
    ) -> None:
        def write() -> None:
            with outside.transaction():
                for table in (TABLE, TABLE, "platform_app_scenario"):
                    outside.execute(f"DELETE FROM {table} WHERE id < 0")

        assert heard_of(write) == [TABLE, "platform_app_scenario"]

    @pytest.mark.usefixtures("bridge")
    def test_a_rollback_names_none(
        self, outside: Outside, heard_of: Callable[[Callable[[], object]], list[str]]
    ) -> None:
        def write() -> None:
            with outside.transaction(force_rollback=True):
                outside.execute(f"DELETE FROM {TABLE}")

        assert heard_of(write) == []

    @pytest.mark.usefixtures("bridge")
    def test_without_the_setting_our_own_writes_are_heard_too(
        self,
        persona: Persona,
        settings: Settings,
        heard_of: Callable[[Callable[[], object]], list[str]],
    ) -> None:
        settings.CACHING = settings.CACHING | {"BRIDGE": False}
        connection.close()
        assert heard_of(persona.save) == [TABLE]

    def test_after_the_removal_there_are_none(
        self,
        persona: Persona,
        outside: Outside,
        bridge: None,
        heard_of: Callable[[Callable[[], object]], list[str]],
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
