"""What the tests of the bridge share: a program outside, the listener's process, and a cached function that both concern."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from caching import cache_db_query
from development.environment import ROOT
from platform_app.models import Persona

POSTGRESQL = connection.vendor == "postgresql"
PATIENCE_SECONDS = 30.0
TABLE = "platform_app_persona"
Outside = psycopg.Connection[tuple[object, ...]]
"""Another program's connection, which knows nothing of Django and of the cache."""


@cache_db_query("bridge_personas")
def personas_of(scenario_id: int) -> list[str]:
    return list(Persona.objects.filter(scenario_id=scenario_id).order_by("pk").values_list("name", flat=True))


def triggers(*words: str) -> str:
    out = StringIO()
    call_command("cache_triggers", *words, stdout=out)
    return out.getvalue().strip()


def eventually(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.01)


def outside_connection() -> Outside:
    parameters = connection.get_connection_params()
    kept = {
        name: parameters[name]
        for name in ("dbname", "user", "host", "port", "password")
        if name in parameters
    }
    return psycopg.connect(**kept, autocommit=True)


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
