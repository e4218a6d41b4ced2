"""The parent's side of a model on this machine: starts the process that serves it, hears that it is ready, ends it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self, cast

import msgspec

from platform_app.localmodel.errors import LocalModelError
from platform_app.localmodel.options import ServerOptions

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "platform_app.localmodel.server")
# OpenMP's threads wait for each other by spinning, which makes a model several times slower as soon as anything else
# wants a core. The library reads both when it is loaded: too late for a process that has imported it. Nothing else of
# the environment is for the child to know.
ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}
STOP_SECONDS = 5.0
MAX_COMPLAINT_BYTES = 2000
_LOG_PREFIX = re.compile(r"^[\d.]+ E +")


class Started(msgspec.Struct, frozen=True):
    """What the child says when the model is loaded and its port is open, such as http://127.0.0.1:8081."""

    address: str


class LocalServer:
    """A context manager: entering starts the process, and returns when the model answers; leaving ends it.

    Entering raises LocalModelError when the model does not load.
    """

    def __init__(self, options: ServerOptions, program: Sequence[str] = PROGRAM) -> None:
        self._options = options
        self._program = program
        self.address = ""

    def __enter__(self) -> Self:
        self._complaints: IO[bytes] = TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603 - no shell, and nothing that somebody typed
            self._program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=PROJECT,
            env=ENVIRONMENT,
            start_new_session=True,  # Ctrl+C reaches the parent alone, which then ends the child
        )
        self._asked = cast(IO[bytes], self._process.stdin)
        self._said = cast(IO[bytes], self._process.stdout)
        try:
            self.address = self._wait_until_started()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wait(self) -> None:
        """Until the process ends, which it does not do by itself: raises LocalModelError then."""
        raise LocalModelError(f"The model's process has ended: {self._reason(self._process.wait())}")

    def _wait_until_started(self) -> str:
        line = b""
        with suppress(BrokenPipeError):  # it has ended already
            # Not as an argument: every user of the machine can read those, and the key is among the options.
            self._asked.write(msgspec.json.encode(self._options) + b"\n")
            self._asked.flush()
            line = self._said.readline()
        if not line:
            raise LocalModelError(f"The model does not load: {self._reason(self._process.wait())}")
        return msgspec.json.decode(line, type=Started).address

    def _reason(self, status: int) -> str:
        """llama.cpp's first complaint; what follows is only that nothing can be done without."""
        self._complaints.seek(0)
        complaints = self._complaints.read(MAX_COMPLAINT_BYTES).decode(errors="replace").splitlines()
        if complaints:
            return _LOG_PREFIX.sub("", complaints[0])
        return f"ended by signal {-status}" if status < 0 else f"exit code {status}"

    def _stop(self) -> None:
        """There is nothing to save: a request that is being answered is broken off."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for file in (self._asked, self._said, self._complaints):
            with suppress(BrokenPipeError):  # what could not be written is still in its buffer
                file.close()
