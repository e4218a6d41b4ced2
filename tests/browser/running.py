"""The real platform as processes of their own: uvicorn and the worker, on a database with demo data."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
_databases = count(1)
UVICORN = "-m uvicorn config.asgi:application --host 127.0.0.1 --lifespan off --port".split()


@contextmanager
def running_platform(folder: Path, **settings: str) -> Iterator[str]:
    """Its address; `settings` are variables of .env.example."""
    port = _free_port()
    variables = {
        **os.environ,
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{folder / 'platform.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "REDIS_KEY_PREFIX": _key_prefix(port),
        # The queue knows no prefix: the worker of another platform, with another database, would take the jobs.
        "JOBS_REDIS_URL": urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{next(_databases)}").geturl(),
        **settings,
    }
    for command in ("migrate", "seed_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=variables, check=True, capture_output=True
        )
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        for arguments in ([*UVICORN, str(port)], ["manage.py", "worker"]):
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=variables, stdout=log, stderr=log
            )
            stack.callback(_stop, process)
        _wait_for(f"http://127.0.0.1:{port}/healthz", folder / "log")
        yield f"http://127.0.0.1:{port}"


def forget_attempts(address: str) -> None:
    """All tests sign in from one address, more often than the platform lets anybody try it."""
    prefix = _key_prefix(urlsplit(address).port)
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as server:
        for key in server.scan_iter(match=f"{prefix}throttle:*", count=1000):
            server.delete(key)


def _key_prefix(port: int | None) -> str:
    return f"browser{port}:"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"The platform did not start. Its log says:\n{log.read_text(errors='replace')[-3000:]}")
