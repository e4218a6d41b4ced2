"""Servers with flags of a test's choice, and what the doctor says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from caching import doctor
from caching.doctor import Finding, Report, summary
from tests.servers import find_valkey
from tests.topologies import Server, start_single, stop_guarded

UseRedis = Callable[[str], None]


def found(report: Report, check_id: str) -> Finding:
    (finding,) = [each for each in report.findings if each.id == check_id]
    return finding


def levels(report: Report, *check_ids: str) -> dict[str, str]:
    return {check_id: found(report, check_id).level.value for check_id in check_ids}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """`start("--timeout", "60")`: a Valkey of a module's own."""
    servers: list[Server] = []

    def started(*options: str, binary: str | None = None) -> Server:
        folder = tmp_path_factory.mktemp("server")
        servers.append(start_single(binary or find_valkey(), folder, *options))
        return servers[-1]

    yield started
    for server in servers:
        stop_guarded(server.process)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "_remembered", None)


@pytest.fixture
def examined(use_redis: UseRedis, settings: Settings) -> Callable[..., Report]:
    """`examined(url)`: the report on this Redis, where the jobs are queued as well unless `jobs` says where."""

    def examine(url: str, *, jobs: str | None = None, **options: Any) -> Report:
        use_redis(url)
        settings.JOBS_REDIS_URL = jobs or url
        return doctor.examine(**options)

    return examine


@pytest.fixture
def an_orderly_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder has what the kernel would say, whatever machine the test runs on."""
    pages, memory = tmp_path / "enabled", tmp_path / "overcommit_memory"
    pages.write_text("always [madvise] never\n")
    memory.write_text("1\n")
    monkeypatch.setattr("caching.doctor.host.HUGE_PAGES", pages)
    monkeypatch.setattr("caching.doctor.host.OVERCOMMIT", memory)
    return tmp_path


@pytest.fixture(scope="module")
def shared(start: Callable[..., Server]) -> Server:
    """One without flags, for tests that leave it as it was."""
    return start()
