"""The subcommands of dev.py. `make` has a target of the same name for each."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from development import gates, running
from development.environment import (
    DATA,
    DEVELOPMENT,
    PYTHON,
    ROOT,
    VENV,
    SetupError,
    ensure_benchmark_peers,
    ensure_environment,
    ensure_interpreter,
    find_uv,
)
from development.valkey import is_in_use

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CONFORMANCE = "@tests/caching/conformance/suite.txt"
CONFORMANCE_WITH_DATABASE = "@tests/caching/conformance/database.txt"
# On one Valkey the tests run anyway, by `test` and `test-pg`.
TOPOLOGIES = (
    ("cluster", "sqlite", CONFORMANCE),
    ("cluster", "postgres", CONFORMANCE_WITH_DATABASE),
    ("sentinel", "sqlite", CONFORMANCE),
    ("debian", "sqlite", CONFORMANCE),
)
# As many as CI has cores: with more it takes a little less time, but what must happen within a time limit is late now and
# then. Who is done takes tests over from the other: some take half a minute, most none.
WORKERS = ("-n", "2", "--dist", "worksteal")
# What is compiled into hashed files, and the files whose packages are installed before.
LOCKED: dict[str, tuple[str, ...]] = {
    "requirements": (),
    "requirements-dev": (),
    "requirements-bench": DEVELOPMENT,
    "requirements-llm": DEVELOPMENT,
    "requirements-otel": ("requirements.txt",),
}
# What these tests are about knows no database, or has a PostgreSQL of its own in any case, as the stress tests have:
# `make test` has run them.
WITHOUT_DATABASE = (
    "tests/analysis/reading",
    "tests/caching/ai/dropin",
    "tests/caching/ai/ledger/test_processes.py",
    "tests/caching/ai/live",
    "tests/caching/ai/surfaces",
    "tests/caching/ai/test_chat.py",
    "tests/caching/ai/test_embed.py",
    "tests/caching/ai/test_policies.py",
    "tests/caching/ai/test_redis_down.py",
    "tests/caching/ai/test_service.py",
    "tests/caching/connection",
    "tests/caching/doctor",
    "tests/caching/flight",
    "tests/caching/operations/test_300000_keys.py",
    "tests/caching/inspection/test_browsing.py",
    "tests/caching/inspection/test_latency.py",
    "tests/caching/inspection/test_logged.py",
    "tests/caching/inspection/test_slowlog.py",
    "tests/caching/inspection/test_values.py",
    "tests/caching/near/test_lost_connections.py",
    "tests/caching/near/test_topologies.py",
    "tests/caching/results/test_shapes.py",
    "tests/caching/sql/test_soundness.py",
    "tests/caching/stats",
    "tests/caching/stress/test_near_reads.py",
    "tests/caching/stress/test_never_stale.py",
    "tests/caching/stress/test_on_every_redis.py",
    "tests/caching/stress/test_the_harness_catches.py",
    "tests/caching/test_connection.py",
    "tests/caching/test_events.py",
    "tests/caching/test_tags.py",
    "tests/localmodel",
    "tests/offline",
    "tests/setup",
    "tests/test_telemetry.py",
)
CACHES = ".venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage test-results static_collected"


def main(arguments: Sequence[str] | None = None) -> int:
    options, extra = parser().parse_known_args(arguments)
    if extra and not options.takes_extra:
        parser().error(f"unrecognized arguments: {' '.join(extra)}")
    # The tests alone start some hundred Pythons. Where none may keep what it compiled, each would compile Django anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        return int(options.run(options, [word for word in extra if word != "--"]))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return running.INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="dev.py", description="Run, test and check the platform.")
    commands = top.add_subparsers(required=True, metavar="command")
    for name, function, text in (
        ("run", run, "the platform on http://127.0.0.1:8000/ (PORT=… for another port)"),
        ("test", test, "all tests but those in a browser; what follows goes to pytest"),
        ("test-pg", test_postgres, "what has to do with a database, on PostgreSQL"),
        (
            "test-topologies",
            test_topologies,
            "cache and sessions on a cluster, with Sentinels and on Debian's Redis; `test` has it on one Valkey",
        ),
        ("test-browser", test_browser, "the tests in a headless Chromium"),
        ("check", check, "lint, types, import rules, templates, migrations, deployment, API schema"),
        ("bench", bench, "the benchmarks, one JSON object a line"),
        ("lock", lock, "compile requirements*.in into hashed requirements*.txt; --upgrade for new versions"),
        ("clean", clean, "remove what can be made again; --data removes database and Redis data too"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=function, takes_extra=name.startswith("test") or name == "lock")
        if name == "run":
            command.add_argument(
                "--reload", action="store_true", help="restart the web server when code changes"
            )
        if name == "clean":
            command.add_argument("--data", action="store_true", help="remove .dev as well")
    return top


def run(options: argparse.Namespace, extra: Sequence[str]) -> int:
    return running.run(reload=options.reload)


def test(options: argparse.Namespace, extra: Sequence[str]) -> int:
    return pytest(*WORKERS, "-m", "not browser", *extra)


def test_postgres(options: argparse.Namespace, extra: Sequence[str]) -> int:
    os.environ["TEST_DATABASE"] = "postgres"
    os.environ.pop("DATABASE_URL", None)
    left_out = [] if extra else [f"--ignore={path}" for path in WITHOUT_DATABASE]
    return pytest(*WORKERS, "-m", "not browser", *left_out, *extra)


def test_topologies(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """One pytest after the other, each with servers of its own; all run, whatever the first one says."""
    for name in ("REDIS_URL", "DATABASE_URL"):
        os.environ.pop(name, None)
    failed = 0
    for topology, database, suite in TOPOLOGIES:
        print(f"--- {topology}, {database}", flush=True)
        os.environ |= {"TEST_REDIS": topology, "TEST_DATABASE": database}
        failed |= pytest(*WORKERS, *(extra or [suite]))
    return failed


def test_browser(options: argparse.Namespace, extra: Sequence[str]) -> int:
    os.environ["CHROMIUM"] = find_chromium()
    # A file stays together: some have a platform of their own.
    return pytest("-n", "2", "--dist", "loadfile", "-m", "browser", *(extra or ["tests/browser"]))


def pytest(*arguments: str) -> int:
    ensure_environment(DEVELOPMENT)
    return call(PYTHON, "-m", "pytest", *arguments)


def find_chromium() -> str:
    given = os.environ.get("CHROMIUM")
    found = shutil.which(given) if given else next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SetupError(
            "No Chromium was found. Name one by CHROMIUM=/path/to/it, or on Debian and Ubuntu:\n"
            "  sudo apt-get install --no-install-recommends chromium fonts-dejavu"
        )
    return found


def check(options: argparse.Namespace, extra: Sequence[str]) -> int:
    ensure_environment(DEVELOPMENT)
    return gates.check()


def bench(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """Each benchmark is a module that starts servers of its own; the first failure ends the run."""
    ensure_environment(DEVELOPMENT)
    os.environ["PYTHONPATH"] = str(ensure_benchmark_peers())
    for path in sorted((ROOT / "tests" / "bench").glob("[!_]*.py")):
        if code := call(PYTHON, "-m", f"tests.bench.{path.stem}"):
            return code
    return 0


def lock(options: argparse.Namespace, extra: Sequence[str]) -> int:
    """Locked for every platform, from Python 3.11 on. The others are compiled within the bounds of the first file; those
    that nobody needs leave out what is installed before them."""
    ensure_interpreter(VENV)
    os.environ["UV_CUSTOM_COMPILE_COMMAND"] = "make lock"  # the files' header
    compilation = "pip compile --quiet --universal --python-version 3.11 --generate-hashes".split()
    for name, before in LOCKED.items():
        known = locked(*before)
        left_out = [f"--no-emit-package={package}" for package in known]
        if code := call(find_uv(PYTHON), *compilation, *extra, *left_out, f"{name}.in", "-o", f"{name}.txt"):
            return code
    return 0


def locked(*files: str) -> list[str]:
    """The packages in requirement files."""
    texts = [(ROOT / name).read_text() for name in files]
    return sorted({package for text in texts for package in re.findall(r"^([\w.-]+)==", text, re.M)})


def clean(options: argparse.Namespace, extra: Sequence[str]) -> int:
    if options.data:
        if is_in_use(DATA / "valkey"):
            raise SetupError("The platform is running: stop it first, its data are in use.")
        remove(DATA)
    for path in [
        *map(ROOT.joinpath, CACHES.split()),
        *ROOT.glob("[a-z]*/**/__pycache__"),
        ROOT / "__pycache__",
    ]:
        remove(path)
    return 0


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def call(*command: str | Path) -> int:
    return subprocess.run([str(word) for word in command], cwd=ROOT).returncode
