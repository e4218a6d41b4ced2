"""`dev.py run`: from a fresh clone to a running platform, and an orderly end."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from development.environment import DATA, PYTHON, ROOT, RUNTIME, SetupError, ensure_environment
from development.processes import Ending, ProcessGroup
from development.valkey import BundledValkey, find_binary, is_free
from development.variables import development_variables, port_of, without_password

START_SECONDS = 60.0
POLL_SECONDS = 0.05
INTERRUPTED = 130  # what a shell reports for a program ended by Ctrl+C
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

WEB = (
    "-m uvicorn config.asgi:application --host 127.0.0.1 --lifespan on --no-server-header --no-proxy-headers"
    " --no-access-log"  # the platform writes a line for each request itself
)
# An open event stream would keep uvicorn from ending; two seconds let an answer in the making finish.
WEB_STOP = "--timeout-graceful-shutdown 2"
# SimpleWorker: no fork for each job, which macOS forbids and which costs memory.
WORKER = "manage.py worker --worker-class rq.SimpleWorker"


@dataclass
class Step:
    """What a line of progress says at its end."""

    result: str = ""


def run(*, reload: bool) -> int:
    """Start everything, wait for Ctrl+C or for the end of a child; returns the exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)
    try:
        return run_until_stopped(reload=reload)
    except KeyboardInterrupt:
        print("\nStopped before everything had started.")
        return INTERRUPTED


def run_until_stopped(*, reload: bool) -> int:
    began = time.monotonic()
    variables = development_variables(ROOT, os.environ)
    port = port_of(variables)
    if not is_free(port):
        raise SetupError(f"Port {port} is in use. Choose another one: PORT={port + 1} make run")
    with step("environment") as environment:
        environment.result = "installed" if ensure_environment(RUNTIME) else "up to date"
    with ExitStack() as stack:
        bundled = start_redis(stack, variables)
        children = ProcessGroup(ROOT, variables)
        stack.callback(children.stop)
        web = web_command(port, reload=reload)
        if bundled:  # a Redis of somebody else may not answer: then one process says so, not two
            children.start("web", web)  # loads while the database is made ready
        with step("database") as database:
            facts = prepare(variables)
            database.result = without_password(variables.get("DATABASE_URL", "")) or "SQLite in .dev"
        with step("web, worker"):
            if not bundled:
                children.start("web", web)
            children.start("worker", [str(PYTHON), *WORKER.split()])
            wait_until_up(children, port)
        print(welcome(port, facts, time.monotonic() - began), flush=True)
        return wait_for_the_end(children)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second one must not break off the orderly end
    raise KeyboardInterrupt


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print what was done and how long it took, once it is done; a terminal shows the name meanwhile."""
    began = time.monotonic()
    if sys.stdout.isatty():
        print(f"  {name:<12} …", end="\r", flush=True)
    current = Step()
    yield current
    print(f"  {name:<12} {time.monotonic() - began:6.2f} s  {current.result}".rstrip(), flush=True)


def start_redis(stack: ExitStack, variables: dict[str, str]) -> bool:
    """Start the bundled server and put its URL into the variables, unless they name another (False)."""
    given = bool(variables.get("REDIS_URL"))
    with step("Redis") as redis:
        if not given:
            server = stack.enter_context(BundledValkey(DATA / "valkey", find_binary()))
            variables["REDIS_URL"] = server.url
            redis.result = (
                f"bundled Valkey{', was running' if server.was_running else ''}, data in .dev/valkey, "
            )
        redis.result += without_password(variables["REDIS_URL"])
    return not given


def prepare(variables: Mapping[str, str]) -> list[str]:
    """Migrate and load the demo data; returns the facts that prepare.py reports, one line each."""
    command = [str(PYTHON), "-m", "development.prepare"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise SystemExit(done.returncode)
    return list(json.loads(done.stdout.splitlines()[-1]))


def web_command(port: int, *, reload: bool) -> list[str]:
    watch = ["--reload"] if reload else []
    return [str(PYTHON), *WEB.split(), *WEB_STOP.split(), "--port", str(port), *watch]


def wait_until_up(children: ProcessGroup, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if ending := children.wait_for_an_end(POLL_SECONDS):
            print(
                f"{ending.name} ended with exit code {ending.exit_code} instead of starting.", file=sys.stderr
            )
            raise SystemExit(failure_code(ending))
        if time.monotonic() > deadline:
            raise SetupError(f"The web server did not answer within {START_SECONDS:.0f} seconds.")


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(port: int, facts: Sequence[str], seconds: float) -> str:
    lines = [f"Ready after {seconds:.1f} s: http://127.0.0.1:{port}/", *facts, "Ctrl+C stops everything."]
    return "\n" + "\n".join(lines) + "\n"


def wait_for_the_end(children: ProcessGroup) -> int:
    try:
        ending = children.wait_for_an_end()
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    assert ending is not None
    print(f"{ending.name} ended with exit code {ending.exit_code}: stopping the rest.", file=sys.stderr)
    return failure_code(ending)


def failure_code(ending: Ending) -> int:
    """As a shell counts: 128 + signal for a killed program. Ending is a failure here even with exit code 0."""
    return 128 - ending.exit_code if ending.exit_code < 0 else ending.exit_code or 1
