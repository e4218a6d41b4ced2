"""Without Redis every process stops at start with one line that says what to do, and without a traceback."""

import os
import re
import subprocess
import sys

import pytest

from development.environment import ROOT
from tests.servers import free_port

LINE = r"Redis initialization failed: .+\. Check that Redis is running and REDIS_URL is correct\."
WEB = "-m uvicorn config.asgi:application --host 127.0.0.1 --lifespan on --port {port}"
COMMANDS = [
    WEB,
    "manage.py worker",
    "manage.py rqworker default",
    "manage.py shell -c pass",
    "manage.py seed_demo",
    "-m development.prepare",
]


def run(command: str, redis_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command.format(port=free_port()).split()],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": redis_url},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_process_stops_with_one_line(command: str) -> None:
    done = run(command, f"redis://:top-secret@127.0.0.1:{free_port()}/0")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.fullmatch(LINE, done.stderr.strip())
    assert "top-secret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    "redis_url", ["", "no-url", "http://127.0.0.1:6379", "redis://no-such-host.invalid:6379/0"]
)
def test_a_missing_or_wrong_url_is_named_in_the_same_line(redis_url: str) -> None:
    done = run("manage.py shell -c pass", redis_url)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.fullmatch(LINE, done.stderr.strip())


@pytest.mark.parametrize("command", ["manage.py check", "manage.py --help"])
def test_what_needs_no_redis_works_without(command: str) -> None:
    assert run(command, f"redis://127.0.0.1:{free_port()}/0").returncode == 0


def test_the_doctor_examines_what_does_not_answer() -> None:
    done = run("manage.py cache_doctor", f"redis://:top-secret@127.0.0.1:{free_port()}/0")
    assert done.returncode == 1
    assert "FAIL: mend these first\n  Connection" in done.stdout
    assert "top-secret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
