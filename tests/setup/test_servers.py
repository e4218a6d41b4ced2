"""The servers of a test run: real, its own, gone with it, and with no door to the outside."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from caching.connection.urls import parse
from development.environment import ROOT
from development.valkey import server_pid
from tests import servers
from tests.servers import OWN_REDIS, ServerStartError, pytest_load_initial_conftests, start_valkey

PATIENCE = 10.0
PREPARE = (
    "import os, sys; from tests.servers import prepare_environment; prepare_environment(); "
    "print(os.environ['REDIS_URL'], flush=True); sys.stdin.read()"
)


def another_run(**variables: str | None) -> subprocess.Popen[str]:
    """A test process beside this one; its first line of output is the URL of its Redis."""
    wanted = {**os.environ, **variables}
    return subprocess.Popen(
        [sys.executable, "-c", PREPARE],
        cwd=ROOT,
        env={name: value for name, value in wanted.items() if value is not None},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def url_of(run: subprocess.Popen[str]) -> str:
    assert run.stdout is not None
    return run.stdout.readline().strip()


def is_up(url: str) -> bool:
    """Whether one of them is: a cluster has several."""
    return any(server_pid(port) is not None for _, port in parse(url).addresses)


def test_every_test_has_its_own_key_prefix(redis_key_prefix: str) -> None:
    assert redis_key_prefix == settings.REDIS_KEY_PREFIX
    assert redis_key_prefix.startswith("t")


def test_no_test_can_reach_a_provider() -> None:
    assert [name for name in os.environ if name.startswith("OPENAI_")] == []
    assert settings.CACHING["OPENAI_API_KEY"] == ""
    assert settings.CACHING["OPENAI_BASE_URL"] == ""


def test_an_xdist_worker_has_a_server_of_its_own_that_ends_with_it() -> None:
    with another_run(**{OWN_REDIS: "its controller"}) as worker:
        url = url_of(worker)
        assert url != os.environ["REDIS_URL"]
        assert is_up(url)
        worker.communicate()
    assert not is_up(url)


def test_a_server_ends_even_with_a_killed_run(tmp_path: Path) -> None:
    with another_run(REDIS_URL=None, TMPDIR=str(tmp_path)) as run:
        url = url_of(run)
        assert is_up(url)
        run.kill()
    deadline = time.monotonic() + PATIENCE
    while is_up(url):
        assert time.monotonic() < deadline, "the server outlives its test run"
        threading.Event().wait(0.01)


def test_a_given_server_is_used() -> None:
    with another_run(**{"REDIS_URL": "redis://given:1/0", OWN_REDIS: None}) as run:
        assert url_of(run) == "redis://given:1/0"
        run.communicate()


def test_a_server_that_cannot_start_is_an_error_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "valkey-server"
    broken.write_text("#!/bin/sh\necho no memory left\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(servers, "find_valkey", lambda: str(broken))
    with pytest.raises(ServerStartError, match="no memory left"):
        start_valkey(tmp_path)


def test_a_run_without_its_server_fails_and_does_not_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ServerStartError("Valkey did not start")

    monkeypatch.setattr(servers, "prepare_environment", fail)
    with pytest.raises(pytest.UsageError, match="Valkey did not start"):
        next(pytest_load_initial_conftests())
