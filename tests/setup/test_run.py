"""`dev.py run` for real: it comes up, serves, and ends in order."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from development.environment import ROOT
from development.processes import Ending, ProcessGroup
from development.running import failure_code, wait_for_the_end
from development.valkey import is_free
from tests.servers import free_port

PATIENCE = 90.0
COMMAND = [sys.executable, "dev.py", "run"]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """A run beside the developer's own: another port, database and Redis."""
    return {
        **os.environ,
        "PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DEBUG": "true",
    }


@pytest.fixture
def running(variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        yield process
        watchdog.cancel()
        process.kill()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    pytest.fail(f"it ended without saying {text!r}:\n{seen}")


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_comes_up_serves_and_ends_on_ctrl_c(
    running: subprocess.Popen[str], variables: dict[str, str]
) -> None:
    port = int(variables["PORT"])
    said = read_until(running, "Ctrl+C stops everything")
    assert f"http://127.0.0.1:{port}/" in said
    assert "offline engine" in said
    assert re.search(r"professor@example\.com.*password demo-password", said)
    assert get(port, "/") == 200
    assert get(port, "/static/platform/app.css") == 200
    assert get(port, "/readyz") == 200
    running.send_signal(signal.SIGINT)
    assert running.stdout is not None
    rest = running.stdout.read()
    assert running.wait(PATIENCE) == 0
    assert "Stopping" in rest
    assert "Traceback" not in rest
    assert is_free(port)


def test_a_port_in_use_is_named_at_once(variables: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(variables["PORT"]))):
        done = subprocess.run(COMMAND, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {variables['PORT']} is in use.")
    assert "Traceback" not in done.stderr


def test_an_unreachable_redis_ends_it_with_the_line_of_every_process(variables: dict[str, str]) -> None:
    variables["REDIS_URL"] = f"redis://:top-secret@127.0.0.1:{free_port()}/0"
    done = subprocess.run(COMMAND, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(r"Redis initialization failed: .+ REDIS_URL is correct\.\n", done.stderr)
    assert "top-secret" not in done.stdout + done.stderr


def test_the_death_of_a_child_ends_the_run_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = ProcessGroup(tmp_path, os.environ)
    group.start("worker", [sys.executable, "-c", "raise SystemExit(7)"])
    assert wait_for_the_end(group) == 7
    assert "worker ended with exit code 7: stopping the rest." in capsys.readouterr().err


@pytest.mark.parametrize(("exit_code", "reported"), [(3, 3), (0, 1), (-9, 137)])
def test_the_end_of_a_child_is_always_a_failure(exit_code: int, reported: int) -> None:
    assert failure_code(Ending("web", exit_code)) == reported
