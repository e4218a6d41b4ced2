"""Where a run takes place: a Redis server, a fresh database, the board, and the processes."""

import json
import logging
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import psycopg

from development.environment import ROOT
from development.processes import guarded
from tests.caching.stress.board import WRITERS, Board
from tests.caching.stress.plan import LOOK_SECONDS, Plan, ReaderPlan, WriterPlan

logger = logging.getLogger(__name__)

SCALE = int(os.environ.get("STRESS_SCALE", "1"))
"""How many times longer than in everyday tests."""
PlanT = TypeVar("PlanT", bound=Plan)
LONGEST_SECONDS = 120.0 * SCALE


@dataclass
class Result:
    """The sum of all reports."""

    reads: int = 0
    computations: int = 0
    writes: int = 0
    stale: int = 0
    never_committed: int = 0
    exact: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, report: Mapping[str, object]) -> None:
        for name, value in report.items():
            setattr(self, name, getattr(self, name) + (Counter(value) if isinstance(value, dict) else value))

    def __str__(self) -> str:
        shown = {name: getattr(self, name) for name in ("reads", "computations", "writes", "stale", "exact")}
        return f"{shown} {dict(self.served)} never committed: {self.never_committed}\n" + "\n".join(
            self.findings
        )


class Database:
    """A PostgreSQL server, with a template made once and a fresh copy of it for each run."""

    def __init__(self, url: str, redis_url: str) -> None:
        self._url, self._template = url, f"stress_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {self._template}")
        subprocess.run(
            [sys.executable, "-m", "tests.caching.stress.prepare"],
            cwd=ROOT,
            check=True,
            env=variables(self._url_of(self._template), redis_url, "")
            | {"STRESS_ENGINE": "django.db.backends.postgresql"},
        )

    def fresh(self) -> str:
        name = f"{self._template}_{uuid4().hex[:6]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        # What is committed is seen at once; only its way to the disk is not waited for.
        self._execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _url_of(self, name: str) -> str:
        return f"{self._url.rpartition('/')[0]}/{name}"

    def _execute(self, sql: str) -> None:
        parts = urlsplit(self._url)
        folder, _, name = parts.path.rpartition("/")
        host = parts.hostname or folder
        with psycopg.connect(
            host=host,
            port=parts.port,
            user=parts.username,
            password=parts.password,
            dbname=name,
            autocommit=True,
        ) as server:
            server.execute(sql.encode())


def variables(
    database_url: str, redis_url: str, prefix: str, caching: Mapping[str, object] | None = None
) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.caching.stress.settings",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "REDIS_KEY_PREFIX": prefix,
        "STRESS_CACHING": json.dumps(caching or {}),
    }


@dataclass
class Arena:
    """`run` starts processes, lets them begin at once, and adds up what they report."""

    database_url: str
    redis_url: str
    prefix: str
    folder: Path
    seed: int

    def __post_init__(self) -> None:
        self._board = Board(self.folder / "board")
        self._board.begin()
        self._started: list[_Process] = []

    def reader(self, index: int, **plan: object) -> ReaderPlan:
        return self._plan(ReaderPlan, "reader", index, plan)

    def writer(self, index: int, **plan: object) -> WriterPlan:
        assert index < WRITERS
        return self._plan(WriterPlan, "writer", index, plan)

    def _plan(self, kind: type[PlanT], name: str, index: int, more: Mapping[str, object]) -> PlanT:
        whole = {
            "board": str(self.folder / "board"),
            "report": str(self.folder / f"{name}-{index}.json"),
            "index": index,
            "seed": self.seed * 100 + index + 50 * (kind is ReaderPlan),
        }
        return msgspec.convert(whole | more, kind)

    def run(
        self,
        plans: Sequence[Plan],
        *,
        caching: Mapping[str, object] | None = None,
        readers_redis_url: str | None = None,
    ) -> Result:
        """Ends when all readers that count have read enough; with none of them, when all writers are done."""
        urls = {ReaderPlan: readers_redis_url or self.redis_url, WriterPlan: self.redis_url}
        for plan in plans:
            env = variables(self.database_url, urls[type(plan)], self.prefix, caching)
            self._started.append(_Process(plan, env))
        try:
            self._wait(lambda: all(process.is_ready for process in self._started))
            self._board.start()
            deciding = [process for process in self._started if process.decides] or [
                process for process in self._started if isinstance(process.plan, WriterPlan)
            ]
            self._wait(lambda: all(process.has_ended for process in deciding))
            self._board.end()
            self._wait(lambda: all(process.has_ended for process in self._started))
        finally:
            for process in self._started:
                process.stop()
        result = Result()
        for path in sorted(self.folder.glob("*.json*")):
            if not path.name.endswith(".ready"):
                result.add(json.loads(path.read_text()))
        logger.info("%s", result)
        logger.debug("%s", dict(result.kinds))
        return result

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not condition():
            for process in self._started:
                process.raise_if_failed()
            assert time.monotonic() < deadline, "the run does not come to its end"
            time.sleep(LOOK_SECONDS)


class _Process:
    def __init__(self, plan: Plan, env: Mapping[str, str]) -> None:
        self.plan = plan
        self._log = Path(plan.report).with_suffix(".log")
        module = "reader" if isinstance(plan, ReaderPlan) else "writer"
        program = [sys.executable, "-m", f"tests.caching.stress.{module}", msgspec.json.encode(plan).decode()]
        # Behind the other tests of this machine, some of which have a time limit to keep.
        command = ["nice", "-n", "10", *program]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                guarded(command, signal_name="KILL"),
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    @property
    def decides(self) -> bool:
        return isinstance(self.plan, ReaderPlan) and self.plan.near_reads > 0

    @property
    def is_ready(self) -> bool:
        return Path(f"{self.plan.report}.ready").exists()

    @property
    def has_ended(self) -> bool:
        self.raise_if_failed()
        return self._process.poll() == 0

    def raise_if_failed(self) -> None:
        if self._process.poll():
            raise AssertionError(f"A process failed:\n{self._log.read_text()[-4000:]}")

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
