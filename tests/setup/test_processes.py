"""Web and worker live and end together, and none outlives the command that started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from development.environment import ROOT
from development.processes import Ending, ProcessGroup, guarded
from development.valkey import try_lock

PATIENCE = 10.0
# A program that says its pid once it is up, and then waits. The kernel drops its lock when it ends.
WAITING = (
    "import fcntl, os, signal; lock = open(f'{os.getpid()}.alive', 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
    "print('up', os.getpid(), flush=True); signal.pause()"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITING


@pytest.fixture
def group(tmp_path: Path) -> Iterator[ProcessGroup]:
    before = signal.getsignal(signal.SIGINT)
    group = ProcessGroup(tmp_path, os.environ)
    yield group
    group.stop()
    signal.signal(signal.SIGINT, before)


def start(group: ProcessGroup, name: str, program: str) -> None:
    group.start(name, [sys.executable, "-c", program])


def shown(capsys: pytest.CaptureFixture[str], *parts: str) -> str:
    """What is printed, once all parts have been."""
    text, deadline = "", time.monotonic() + PATIENCE
    while not all(part in text for part in parts) and time.monotonic() < deadline:
        text += capsys.readouterr().out
        threading.Event().wait(0.01)
    return text


def is_alive(folder: Path, pid: int) -> bool:
    with (folder / f"{pid}.alive").open("w") as lock:
        return not try_lock(lock)


def wait_until_gone(folder: Path, pid: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while is_alive(folder, pid):
        assert time.monotonic() < deadline, f"process {pid} outlives its parent"
        threading.Event().wait(0.01)


def test_output_is_shown_under_the_name_of_its_program(
    group: ProcessGroup, capsys: pytest.CaptureFixture[str]
) -> None:
    start(group, "web", "import sys; print('one'); print('two', file=sys.stderr)")
    text = shown(capsys, "one", "two")
    assert "web    | one\n" in text
    assert "web    | two\n" in text


def test_the_first_end_is_reported_with_its_exit_code(group: ProcessGroup) -> None:
    start(group, "web", WAITING)
    start(group, "worker", "import sys; sys.exit(3)")
    assert group.wait_for_an_end(PATIENCE) == Ending("worker", 3)


def test_nothing_has_ended_while_all_run(group: ProcessGroup) -> None:
    start(group, "web", WAITING)
    assert group.wait_for_an_end(0.01) is None


def test_stop_ends_all(tmp_path: Path, group: ProcessGroup, capsys: pytest.CaptureFixture[str]) -> None:
    start(group, "web", WAITING)
    start(group, "worker", WAITING)
    text = shown(capsys, "web    | up", "worker | up")
    group.stop()
    assert not any(is_alive(tmp_path, int(line.split()[-1])) for line in text.splitlines())


def test_a_program_that_will_not_end_is_killed(
    tmp_path: Path, group: ProcessGroup, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("development.processes.STOP_SECONDS", 0.1)
    start(group, "web", STUBBORN)
    pid = int(shown(capsys, "up").split()[-1])
    group.stop()
    assert group.wait_for_an_end(PATIENCE) == Ending("web", -signal.SIGKILL)
    assert not is_alive(tmp_path, pid)


def test_the_children_of_a_killed_command_end_too(tmp_path: Path) -> None:
    program = (
        "import os, sys, threading; from pathlib import Path; from development.processes import ProcessGroup\n"
        f"group = ProcessGroup(Path({str(tmp_path)!r}), os.environ); group.start('web', [sys.executable, '-c', {WAITING!r}])\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as command:
        assert command.stdout is not None
        pid = int(command.stdout.readline().split()[-1])
        command.kill()
    wait_until_gone(tmp_path, pid)


def test_a_guarded_program_ends_with_its_input(tmp_path: Path) -> None:
    with subprocess.Popen(
        guarded([sys.executable, "-c", STUBBORN], signal_name="KILL"),
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert int(process.stdout.readline().split()[-1]) == process.pid, "the guard is not the parent"
        process.stdin.close()
        assert process.wait(PATIENCE) == -signal.SIGKILL
