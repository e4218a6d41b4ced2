"""The process that serves a model: what it gets to know, when it is ready, and that nothing is left of it."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from platform_app.localmodel.errors import LocalModelError
from platform_app.localmodel.process import LocalServer
from tests.localmodel.conftest import STAND_IN, options, told_by


def test_openmp_is_passive_before_the_library_is_loaded_and_no_secret_is_in_the_environment(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-platform")
    with LocalServer(options(model), STAND_IN) as server:
        environment = told_by(server.address)["environment"]
    environment.pop("LC_CTYPE", None)  # Python sets it for itself where there is no locale
    assert environment == {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


def test_the_key_is_no_argument_that_others_can_read(model: Path) -> None:
    with LocalServer(options(model), STAND_IN) as server:
        told = told_by(server.address)
    assert "secret" not in str(told["arguments"])
    assert told["parameters"]["api_keys"] == ["secret"]


def test_it_serves_this_machine_alone_and_only_the_api(model: Path) -> None:
    with LocalServer(options(model, context=4096, slots=2, threads=3), STAND_IN) as server:
        parameters = told_by(server.address)["parameters"]
    assert (
        parameters.items()
        >= {
            "hostnames": ["127.0.0.1"],
            "offline": True,
            "ui": False,
            "cors_origins": "",
            "endpoint_slots": False,
            "cache_ram_mib": 64,
            "n_parallel": 2,
            "n_ctx": 8192,
            "n_predict": 2048,
            "threads": 3,
            "model_alias": ["small"],
        }.items()
    )


def test_leaving_frees_the_port(model: Path) -> None:
    with LocalServer(options(model), STAND_IN) as server:
        told_by(server.address)
    with pytest.raises(ConnectionRefusedError):
        told_by(server.address)


def test_a_model_that_does_not_load_says_why_in_one_line(model: Path) -> None:
    model.write_bytes(b"GGUF broken")
    with pytest.raises(LocalModelError, match=r"does not load: llama_model_load: the file is incomplete$"):
        LocalServer(options(model), STAND_IN).__enter__()


@pytest.mark.parametrize(
    ("program", "reason"),
    [("import os; os.kill(os.getpid(), 9)", "ended by signal 9"), ("raise SystemExit(3)", "exit code 3")],
)
def test_a_process_that_dies_without_a_word(model: Path, program: str, reason: str) -> None:
    with pytest.raises(LocalModelError, match=reason):
        LocalServer(options(model), [sys.executable, "-c", program]).__enter__()


def test_an_end_later_on_is_told_to_whoever_waits(model: Path) -> None:
    with LocalServer(options(model), STAND_IN) as server:
        subprocess.run(["kill", "-KILL", str(told_by(server.address)["pid"])], check=True)
        with pytest.raises(LocalModelError, match="has ended: ended by signal 9"):
            server.wait()


def test_nothing_is_left_when_the_parent_is_killed(model: Path) -> None:
    program = (
        "import os; from pathlib import Path; from tests.localmodel.conftest import *\n"
        f"with LocalServer(options(Path({str(model)!r})), STAND_IN) as server:\n"
        "    print(server.address, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = "from platform_app.localmodel.process import LocalServer\n" + program
    done = subprocess.run([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == -9
    port = int(done.stdout.strip().rpartition(":")[2])
    wait_until_free(port)


def wait_until_free(port: int) -> None:
    """The child hears of its parent's end from the kernel, a moment later: ask until nobody answers."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.recv(1 << 16)
        except ConnectionError:
            return
