"""The quality gates of `make check`: all of them run, whatever the first one says."""

import os
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from development.environment import PYTHON, ROOT

# No gate opens a connection: the servers named here do not exist.
NOWHERE = {
    "ENV_FILE": os.devnull,
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_URL": "sqlite://:memory:",
    "DEBUG": "false",
}
PRODUCTION = {"HTTPS": "true", "TRUSTED_PROXIES": "1", "ALLOWED_HOSTS": "platform.example.com"}


@dataclass(frozen=True)
class Gate:
    name: str
    command: str
    variables: Mapping[str, str]


GATES = (
    Gate("types", "mypy", {}),
    Gate("lint", "ruff check --output-format concise", {}),
    Gate("format", "ruff format --check --output-format concise", {}),
    Gate("import rules", "lint-imports", {}),
    Gate("templates", "djlint templates --lint --quiet", {}),
    Gate("migrations", "manage.py makemigrations --check --dry-run", {}),
    Gate("deployment", "manage.py check --deploy --fail-level WARNING", PRODUCTION),
    Gate("API schema", "manage.py spectacular --validate --fail-on-warn --file " + os.devnull, {}),
)


@dataclass(frozen=True)
class Verdict:
    gate: Gate
    passed: bool
    seconds: float
    output: str


def check(gates: Sequence[Gate] = GATES) -> int:
    """Run the gates two at a time and print a line for each, with its output if it failed; returns the exit code."""
    variables = {**os.environ, **NOWHERE, "SECRET_KEY": secrets.token_urlsafe(50)}
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = [report(verdict) for verdict in pool.map(lambda gate: judge(gate, variables), gates)]
    return 0 if all(passed) else 1


def judge(gate: Gate, variables: Mapping[str, str]) -> Verdict:
    began = time.monotonic()
    done = subprocess.run(
        command_line(gate),
        cwd=ROOT,
        env={**variables, **gate.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Verdict(gate, done.returncode == 0, time.monotonic() - began, done.stdout)


def command_line(gate: Gate) -> list[str]:
    program, *arguments = gate.command.split()
    own = PYTHON.with_name(program)
    return [str(own), *arguments] if own.exists() else [str(PYTHON), program, *arguments]


def report(verdict: Verdict) -> bool:
    print(
        f"{'ok' if verdict.passed else 'FAILED':<7} {verdict.gate.name:<13} {verdict.seconds:5.1f} s",
        flush=True,
    )
    if not verdict.passed:
        print(verdict.output.rstrip() + "\n", flush=True)
    return verdict.passed
