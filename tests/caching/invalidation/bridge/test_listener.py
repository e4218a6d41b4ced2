"""Programs outside write to PostgreSQL, and the listener tells the cache, whatever it has missed meanwhile."""

import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections

from caching import cache_db_query
from caching.invalidation import listener
from platform_app.models import Persona
from tests.caching.invalidation.bridge.hands import (
    POSTGRESQL,
    TABLE,
    Listening,
    Outside,
    eventually,
    personas_of,
    triggers,
)
from tests.caching.near.proxy import Proxy
from tests.servers import start_valkey

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = """'{"id": 999999, "position": 99, "name": "second"}'"""
WRITES = (
    (f"UPDATE {TABLE} SET name = 'new'", ["new"]),
    (f"INSERT INTO {TABLE} SELECT (jsonb_populate_record(p, {SECOND})).* FROM {TABLE} p", ["new", "second"]),
    (f"DO 'BEGIN UPDATE {TABLE} SET name = name || ''!''; END'", ["new!", "second!"]),
    (f"DELETE FROM {TABLE} WHERE name = 'second!'", ["new!"]),
    (f"TRUNCATE {TABLE} CASCADE", []),
)
"""And the names that are there afterwards."""


@cache_db_query("bridge_count")
def count_personas() -> int:
    return Persona.objects.count()


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

    def test_an_interruption_that_somebody_swallowed_is_not_forgotten(self, outside: Outside) -> None:
        stopped = listener.Listener(connections["default"], say=lambda line: None)
        with suppress(KeyboardInterrupt):
            stopped.stop()
        with pytest.raises(KeyboardInterrupt):
            stopped._hear(outside)
        with pytest.raises(KeyboardInterrupt):
            stopped.run()

    def test_a_line_on_which_nothing_arrives_is_given_up(
        self, outside: Outside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A pooler in transaction mode listens on one connection and reads from another."""
        for name in ("PULSE_SECONDS", "PATIENCE_SECONDS"):
            monkeypatch.setattr(listener, name, 0.05)
        deaf = listener.Listener(connections["default"], say=lambda line: None)
        with pytest.raises(psycopg.OperationalError, match=r"notifications do not arrive, .* --database"):
            deaf._follow(outside)
