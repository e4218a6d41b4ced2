"""`dev.py run` for real: it comes up, serves, and ends in order."""

import http.client
import os
import re
import shutil
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
from development.valkey import is_free, is_in_use
from tests.servers import free_port

PATIENCE = 90.0
COMMAND = [sys.executable, "dev.py", "run"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code with data of its own, so that the developer's `make run` may go on beside the test."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "static_collected"))
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


@pytest.fixture
def variables() -> dict[str, str]:
    """Those of a newcomer's shell, but for the port."""
    names = ("REDIS_URL", "DATABASE_URL", "MEDIA_ROOT", "SECRET_KEY", "DEBUG")
    return {name: value for name, value in os.environ.items() if name not in names} | {
        "PORT": str(free_port())
    }


@pytest.fixture
def running(checkout: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND, cwd=checkout, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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
    running: subprocess.Popen[str], checkout: Path, variables: dict[str, str]
) -> None:
    port = int(variables["PORT"])
    said = read_until(running, "Ctrl+C stops everything")
    assert f"http://127.0.0.1:{port}/" in said
    assert "bundled Valkey" in said
    assert "offline engine" in said
    assert re.search(r"professor@example\.com.*password demo-password", said)
    assert [get(port, path) for path in ("/", "/static/platform/app.css", "/readyz")] == [200, 200, 200]
    running.send_signal(signal.SIGINT)
    assert running.stdout is not None
    rest = running.stdout.read()
    assert running.wait(PATIENCE) == 0
    assert "Stopping" in rest
    assert "Traceback" not in said + rest
    assert is_free(port)
    assert not is_in_use(checkout / ".dev" / "valkey")


def test_a_port_in_use_is_named_at_once(checkout: Path, variables: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(variables["PORT"]))):
        done = subprocess.run(COMMAND, cwd=checkout, env=variables, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {variables['PORT']} is in use.")
    assert "Traceback" not in done.stderr


def test_an_unreachable_redis_ends_it_with_the_line_of_every_process(
    checkout: Path, variables: dict[str, str]
) -> None:
    variables["REDIS_URL"] = f"redis://:top-secret@127.0.0.1:{free_port()}/0"
    done = subprocess.run(COMMAND, cwd=checkout, env=variables, capture_output=True, text=True)
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
