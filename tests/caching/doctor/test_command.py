"""`manage.py cache_doctor` as people and programs use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command, execute_from_command_line
from pytest_django import Settings

from caching.doctor import ServerCheck, ok, register, registry
from tests.caching.doctor.conftest import UseRedis
from tests.topologies import Server

PASSWORD = "s3cret-of-the-platform"


@pytest.fixture
def use(use_redis: UseRedis, settings: Settings) -> Callable[[str], None]:
    def both(url: str) -> None:
        use_redis(url)
        settings.JOBS_REDIS_URL = url

    return both


def run(*words: str) -> tuple[str, int]:
    """What it printed, and its exit code."""
    out = StringIO()
    try:
        call_command("cache_doctor", *words, stdout=out, no_color=True)
    except SystemExit as end:
        return out.getvalue(), int(end.code or 0)
    return out.getvalue(), 0


def test_people_read_the_worst_first_with_what_to_do(
    use: Callable[[str], None], start: Callable[..., Server]
) -> None:
    use(start(*"--maxmemory-policy allkeys-lfu".split()).url)
    printed, code = run()
    assert code == 1
    assert printed.startswith("FAIL: mend these first\n  Queued jobs and eviction: ")
    headings = [line.partition(":")[0] for line in printed.splitlines() if line[:1].isupper()]
    assert headings == ["FAIL", "WARN", "OK"]
    assert "    What can happen: " in printed
    assert "    What to do: Set maxmemory-policy volatile-ttl" in printed
    assert max(map(len, printed.splitlines())) <= 100
    assert printed.splitlines()[-1].startswith("2 fail, ")


def test_programs_read_one_line_of_json(use: Callable[[str], None], shared: Server) -> None:
    use(shared.url)
    printed, code = run("--json")
    assert code == 0
    (line,) = printed.splitlines()
    report = json.loads(line)
    assert list(report) == ["worst", "seconds", "findings"]
    assert report["worst"] == "warn"
    assert list(report["findings"][0]) == [
        "id",
        "title",
        "level",
        "said",
        "consequence",
        "advice",
        "server",
    ]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_redis_out_of_reach_is_a_finding_and_no_traceback(
    broken_redis: None, settings: Settings, words: tuple[str, ...]
) -> None:
    settings.JOBS_REDIS_URL = settings.REDIS_URL
    printed, code = run(*words)
    assert code == 1
    assert "server.reachable" in printed or "  Connection: " in printed
    assert "s3cret" not in printed


def test_a_password_is_never_printed(use: Callable[[str], None], shared: Server) -> None:
    with shared.client() as client:
        client.execute_command("ACL", "SETUSER", "app", "reset", "on", f">{PASSWORD}", "~*", "&*", "+@all")
    use(f"redis://app:{PASSWORD}@127.0.0.1:{shared.port}/0")
    for words in ((), ("--json",)):
        printed, code = run(*words)
        assert code == 0
        assert PASSWORD not in printed


def test_wrong_settings_do_not_keep_it_from_running(
    use: Callable[[str], None], shared: Server, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    use(shared.url)
    settings.CACHES = {"default": {**settings.CACHES["default"], "OPTIONS": {}}}
    with pytest.raises(SystemExit) as end:
        execute_from_command_line(["manage.py", "cache_doctor"])
    assert end.value.code == 1
    assert "unpickles what it finds in Redis" in capsys.readouterr().out


def test_another_app_brings_a_check_of_its_own(
    use: Callable[[str], None], shared: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_checks", dict(registry._checks))
    register(ServerCheck("garden.gnome", "Gnome", lambda server: ok(f"It plays {server.says('role')}.")))
    use(shared.url)
    assert "  Gnome: It plays master." in run()[0]
