"""The bundled Valkey of a checkout, with the real server: started, shared, stopped, and its data kept."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from development import valkey
from development.environment import ROOT, SetupError
from development.valkey import BundledValkey, find_binary, is_in_use
from tests.servers import free_port


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Data of a checkout; ports far from those of a running `make run`."""
    monkeypatch.setattr(valkey, "PORTS", [free_port() for _ in range(3)])
    yield tmp_path / "valkey"
    assert not is_in_use(tmp_path / "valkey")


@pytest.fixture
def bundled(folder: Path) -> Callable[[], BundledValkey]:
    binary = find_binary(Path(sys.prefix))
    return lambda: BundledValkey(folder, binary)


def test_what_was_written_is_there_after_a_restart(bundled: Callable[[], BundledValkey]) -> None:
    with bundled() as server, redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes", ex=60)
        first_port = server.port
    with bundled() as server, redis.Redis.from_url(server.url, decode_responses=True) as client:
        assert client.get("kept") == "yes"
        assert not server.was_running
        assert server.port == first_port


def test_a_second_run_shares_the_server_and_the_last_one_stops_it(
    bundled: Callable[[], BundledValkey], folder: Path
) -> None:
    with ExitStack() as first_run, ExitStack() as second_run:
        first = first_run.enter_context(bundled())
        second = second_run.enter_context(bundled())
        assert second.was_running
        assert second.url == first.url
        first_run.close()
        assert is_in_use(folder)
        assert redis.Redis.from_url(second.url).ping()
    assert not is_in_use(folder)


def test_a_run_joins_the_server_that_a_killed_run_left_behind(
    bundled: Callable[[], BundledValkey], folder: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from development.valkey import BundledValkey, find_binary\n"
        f"with BundledValkey(Path({str(folder)!r}), find_binary(Path(sys.prefix))):\n"
        "    print('up', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"up\n"
        run.kill()
    assert is_in_use(folder)
    with bundled() as server:
        assert server.was_running
    assert not is_in_use(folder)


def test_a_killed_server_is_started_again_with_its_data(
    bundled: Callable[[], BundledValkey], folder: Path
) -> None:
    with bundled() as server, redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes", ex=60)
        client.waitaof(1, 0, 1000)
        os.kill(int((folder / "valkey.pid").read_text()), signal.SIGKILL)
    assert (folder / "valkey.pid").exists(), "a stale pid file must be no obstacle"
    with bundled() as server, redis.Redis.from_url(server.url, decode_responses=True) as client:
        assert client.get("kept") == "yes"


def test_another_port_is_taken_when_the_last_one_is_in_use(
    bundled: Callable[[], BundledValkey], folder: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        folder.mkdir()
        (folder / "port").write_text(str(taken))
        with bundled() as server:
            assert server.port != taken


def test_only_this_user_and_this_machine_can_reach_it(
    bundled: Callable[[], BundledValkey], folder: Path
) -> None:
    with bundled() as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0


def test_a_long_path_is_no_obstacle(tmp_path: Path, bundled: Callable[[], BundledValkey]) -> None:
    deep = tmp_path / ("d" * 120) / "valkey"
    with BundledValkey(deep, bundled().binary) as server:
        assert redis.Redis.from_url(server.url).ping()


def test_a_server_that_cannot_start_says_why(bundled: Callable[[], BundledValkey], folder: Path) -> None:
    (folder / "appendonlydir").mkdir(parents=True)
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense")
    with pytest.raises(SetupError, match=r"did not start[^?]*manifest"), bundled():
        pass


def test_without_a_bundled_binary_an_installed_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "redis-server"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary(tmp_path) == str(installed)
    installed.unlink()
    with pytest.raises(SetupError, match="set REDIS_URL"):
        find_binary(tmp_path)
