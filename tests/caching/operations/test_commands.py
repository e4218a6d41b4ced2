"""`cache_cleanup`, `sessions_cleanup` and `cache_invalidate` at the command line: what they say, write down and exit with."""

from __future__ import annotations

import json
import secrets
from io import StringIO

import pytest
import redis
from django.core.management import call_command
from django.core.management.base import CommandError, OutputWrapper

from caching.management.progress import Progress
from caching.management.stopping import STOPPED
from caching.models import AuditEntry, Outcome, Way
from caching.operations import cleaning
from caching.operations.cleaning import Cleaned

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def endless(redis_server: redis.Redis, redis_key_prefix: str) -> str:
    key = f"{redis_key_prefix}db_query:cities:{secrets.token_hex(20)}"
    redis_server.set(key, "for ever")
    return key


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class TestCleanup:
    def test_each_kind_is_a_line(self, endless: str) -> None:
        said = run("cache_cleanup")
        assert "       1  Cached values without an expiry\n" in said
        assert "       0  Copies of expired sessions\n" in said
        assert said.splitlines()[-1].startswith("Looked at ")

    def test_as_json(self, endless: str) -> None:
        said = json.loads(run("cache_cleanup", "--json"))
        assert (said["complete"], said["cursor"], said["cleaned"]["without_expiry"]) == (True, None, 1)
        assert list(said["cleaned"]) == [cleaner.name for cleaner in cleaning.known()]

    def test_it_is_written_down(self, endless: str) -> None:
        run("cache_cleanup")
        line = AuditEntry.objects.get()
        assert (line.operation, line.way, line.outcome) == ("clean up", Way.COMMAND, Outcome.DONE)
        assert (line.affected, line.detail["cleaned"]["without_expiry"]) == (1, 1)

    def test_ctrl_c_says_what_was_done_and_leaves_a_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object, **__: object):
            yield Cleaned(500, cleaning.Counter({"without_expiry": 3}), cleaning.Place(0, 7))
            raise KeyboardInterrupt

        monkeypatch.setattr(cleaning, "clean", interrupted)
        out = StringIO()
        with pytest.raises(CommandError, match=r"^Stopped\. What is listed was done") as stopped:
            call_command("cache_cleanup", "--json", stdout=out)
        assert stopped.value.returncode == STOPPED
        assert json.loads(out.getvalue())["cleaned"]["without_expiry"] == 3
        line = AuditEntry.objects.get()
        assert (line.outcome, line.affected) == (Outcome.STOPPED, 3)

    @pytest.mark.usefixtures("broken_redis")
    def test_without_redis_it_fails_in_one_line(self) -> None:
        with pytest.raises(CommandError, match=r"^Redis does not work, and the rest") as failed:
            run("cache_cleanup")
        assert failed.value.returncode == 1
        assert "\n" not in str(failed.value)
        assert "s3cret" not in str(failed.value)
        assert AuditEntry.objects.get().outcome == Outcome.FAILED


class TestSessionsCleanup:
    def test_as_json(self) -> None:
        said = json.loads(run("sessions_cleanup", "--json"))
        assert said == {"cleaned": {"session_copies": 0, "agent_session_copies": 0}}
        assert AuditEntry.objects.get().target == "copies of sessions"


class TestInvalidate:
    def test_it_is_written_down(self) -> None:
        run("cache_invalidate", "--user", "7")
        line = AuditEntry.objects.get()
        assert (line.target, line.way, line.outcome) == ("user 7", Way.COMMAND, Outcome.DONE)
        assert line.detail["tags"] == ["ai_user:7", "user:7"]

    def test_a_dry_run_is_not(self) -> None:
        run("cache_invalidate", "--all", "--dry-run")
        assert not AuditEntry.objects.exists()


class TestProgress:
    def test_on_a_terminal_a_line_is_written_over_and_goes(self) -> None:
        terminal = Terminal()
        with Progress(OutputWrapper(terminal), 2000) as progress:
            progress.tell(500, "keys")
            progress.tell(2000, "keys")
        shown = terminal.getvalue()
        assert "[######..................]  25%  500 keys" in shown
        assert "100%  2,000 keys" in shown
        assert "\n" not in shown
        assert shown.rpartition("\r")[2] == ""

    def test_elsewhere_nothing_is_written(self) -> None:
        out = StringIO()
        with Progress(OutputWrapper(out), 2000) as progress:
            progress.tell(500, "keys")
        assert out.getvalue() == ""
