"""Child processes that live and end together, none of which outlives this one."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

STOP_SECONDS = 5.0
LAST_WORDS_SECONDS = 0.5

# The program after the guard becomes this shell's process. The guard waits for the end of its input, a pipe that only
# the parent holds: however the parent ends, even by kill -9, the program is told to end too.
GUARD = 'exec 3<&0; { read -r _; kill -%s $$; } <&3 >/dev/null 2>&1 3<&- & exec "$@" </dev/null 3<&-'


def guarded(command: Sequence[str], *, signal_name: str = "TERM") -> list[str]:
    """The command, ended by the signal when its standard input ends. Start it with stdin=PIPE and keep that open."""
    return ["/bin/sh", "-c", GUARD % signal_name, "sh", *command]


class Ending(NamedTuple):
    name: str
    exit_code: int


class ProcessGroup:
    """Starts programs, shows their output line by line under their names, and stops all of them."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._variables = {"PYTHONUNBUFFERED": "1", **variables}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._watchers: list[threading.Thread] = []
        self._endings: queue.SimpleQueue[Ending] = queue.SimpleQueue()

    def start(self, name: str, command: Sequence[str]) -> None:
        process = subprocess.Popen(
            guarded(command),
            cwd=self._folder,
            env=self._variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl+C reaches this process alone, which then ends the others in order
        )
        self._processes[name] = process
        watcher = threading.Thread(target=self._watch, args=(name, process), daemon=True)
        watcher.start()
        self._watchers.append(watcher)

    def wait_for_an_end(self, seconds: float | None = None) -> Ending | None:
        """The first program that ends; None when the time is over."""
        try:
            return self._endings.get(timeout=seconds)
        except queue.Empty:
            return None

    def stop(self) -> None:
        """Ask all to end, insist after a while; a program that ignores even that, or a second Ctrl+C, is killed."""
        signal.signal(signal.SIGINT, lambda *_: self._signal_all(signal.SIGKILL))
        self._signal_all(signal.SIGTERM)
        if not self._have_ended(STOP_SECONDS):
            self._signal_all(
                signal.SIGTERM
            )  # the worker finishes its job after a first one, and drops it after this
            if not self._have_ended(STOP_SECONDS / 2):
                self._signal_all(signal.SIGKILL)
        for watcher in self._watchers:
            watcher.join(timeout=2 * LAST_WORDS_SECONDS)

    def _signal_all(self, number: int) -> None:
        for process in self._processes.values():
            try:
                os.killpg(process.pid, number)  # the guard and what the program started are in its group
            except (ProcessLookupError, PermissionError):  # gone; macOS says the latter of a zombie
                continue

    def _have_ended(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        for process in self._processes.values():
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def _watch(self, name: str, process: subprocess.Popen[str]) -> None:
        printer = threading.Thread(target=self._print_lines, args=(name, process), daemon=True)
        printer.start()
        exit_code = process.wait()
        assert process.stdin is not None
        process.stdin.close()
        printer.join(timeout=LAST_WORDS_SECONDS)  # a grandchild may hold the pipe open for longer
        self._endings.put(Ending(name, exit_code))

    def _print_lines(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                sys.stdout.write(f"{name:<6} | {line}")
                sys.stdout.flush()
