"""Ctrl+C ends every command of the operators with one sentence that says what was done, and with the exit code of shells."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
import redis
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from caching.management.stopping import STOPPED
from caching.models import AuditEntry, Outcome
from development.environment import ROOT
from platform_app.models import Scenario, User
from sessions_ext.models import SavedAgentSession, SavedSession
from tests.caching.operations.planting import entry, keep
from tests.loopback_openai import LoopbackOpenAI, Reply

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDS = {
    "cache_cleanup": "What is listed was done, nothing is half done",
    "cache_doctor": "Nothing was changed.",
    "cache_invalidate --all": "Perhaps only a part was invalidated; run it again",
    "cache_invalidate --all --dry-run": "Nothing was changed.",
    "cache_stats": "Nothing was changed.",
    "cache_warm --scenario {scenario}": "Nothing was changed.",
    "cache_warm --scenario {scenario} --dry-run": "Nothing was changed.",
}
AUDITED = {"cache_cleanup", "cache_invalidate --all", "cache_warm --scenario {scenario}"}


def press_ctrl_c(process_id: int) -> None:
    os.kill(process_id, signal.SIGINT)


@pytest.fixture(autouse=True)
def usual_ctrl_c() -> Iterator[None]:
    """A worker that did jobs in this process has left a handler of its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def asked() -> Iterator[tuple[int, Callable[[int], None]]]:
    """The port of a Redis that never answers, and `stop(process_id)`: Ctrl+C as soon as it is asked something."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        talks: list[socket.socket] = []

        def stop(process_id: int) -> None:
            talks.append(listening.accept()[0])
            talks[0].recv(1)
            press_ctrl_c(process_id)

        yield (
            listening.getsockname()[1],
            lambda process_id: threading.Thread(target=stop, args=(process_id,), daemon=True).start(),
        )
        for talk in talks:
            talk.close()


class TestWhileRedisIsAsked:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_one_sentence_and_the_exit_code_of_shells(
        self,
        command: str,
        published_scenario: Scenario,
        use_redis: Callable[[str], None],
        asked: tuple[int, Callable[[int], None]],
    ) -> None:
        port, stop = asked
        use_redis(f"redis://127.0.0.1:{port}/0")
        stop(os.getpid())
        with pytest.raises(CommandError) as stopped:
            call_command(*command.format(scenario=published_scenario.pk).split(), stdout=StringIO())
        assert str(stopped.value).startswith(f"Stopped. {COMMANDS[command]}")
        assert "\n" not in str(stopped.value)
        assert stopped.value.returncode == STOPPED
        lines = [Outcome.STOPPED] if command in AUDITED else []
        assert [entry.outcome for entry in AuditEntry.objects.all()] == lines


@pytest.fixture
def expired_copies(admin_user: User) -> None:
    """Two of sessions, one of an agent's session."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    times = {"created_at": long_ago, "expires_at": long_ago}
    for digest in ("1" * 40, "2" * 40):
        SavedSession.objects.create(digest=digest, user=admin_user, fields="{}", seen_at=long_ago, **times)
    SavedAgentSession.objects.create(id="3" * 40, user_progress_id=7, used_at=long_ago, **times)


class ImpatientTerminal(StringIO):
    """Whoever sits before it presses Ctrl+C when he sees how far a command is."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text.strip():
            press_ctrl_c(os.getpid())
        return super().write(text)


class TestMidway:
    """What was done until then is told, and written down."""

    def stopped(self, *words: str) -> str:
        with pytest.raises(CommandError) as stopped:
            call_command(*words, stdout=self.out, stderr=ImpatientTerminal())
        assert stopped.value.returncode == STOPPED
        return str(stopped.value)

    @pytest.fixture(autouse=True)
    def listening(self) -> None:
        self.out = StringIO()

    def test_a_dry_run_tells_how_many_it_has_looked_at(
        self, redis_server: redis.Redis, redis_key_prefix: str
    ) -> None:
        for _ in range(3):
            keep(redis_server, entry(redis_key_prefix))
        said = self.stopped("cache_invalidate", "--all", "--dry-run")
        assert said == "Stopped. 3 results were looked at, and nothing was changed."

    def test_a_warming_tells_how_many_answers_it_has(
        self, published_scenario: Scenario, provider_server: LoopbackOpenAI
    ) -> None:
        provider_server.script(Reply("Good morning."), Reply("Good evening."))
        said = self.stopped("cache_warm", f"--scenario={published_scenario.pk}", "--json")
        assert said.startswith("Stopped. Asked for and kept so far: 1 answer; nothing is half done")
        told = json.loads(self.out.getvalue())
        assert (told["complete"], told["answers"]["asked"]) == (False, 1)
        assert AuditEntry.objects.get().outcome == Outcome.STOPPED

    @pytest.mark.usefixtures("expired_copies")
    def test_a_cleanup_of_sessions_tells_how_many_copies_are_gone(self) -> None:
        def at_the_other_table(execute: Callable[..., object], sql: str, *rest: object) -> object:
            if sql.startswith("DELETE") and SavedAgentSession._meta.db_table in sql:
                press_ctrl_c(os.getpid())
            return execute(sql, *rest)

        with connection.execute_wrapper(at_the_other_table):
            said = self.stopped("sessions_cleanup")
        assert said.startswith("Stopped. Copies deleted so far: 2; nothing is half done")
        line = AuditEntry.objects.get()
        assert (line.outcome, line.affected) == (Outcome.STOPPED, 2)
        assert SavedAgentSession.objects.count() == 1


class TestTheProgram:
    @pytest.mark.parametrize("command", ["cache_doctor", "cache_stats"])
    def test_it_ends_without_a_traceback_whenever_it_is_stopped(
        self, command: str, asked: tuple[int, Callable[[int], None]]
    ) -> None:
        port, stop = asked
        environment = os.environ | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        with subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            stop(process.pid)
            said, complained = process.communicate(timeout=60)
        assert process.returncode == STOPPED
        assert said == ""
        assert len(complained.splitlines()) == 1
        assert "Stopped." in complained
