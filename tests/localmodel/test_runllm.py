"""`manage.py runllm`: one clear line for what cannot be started, the settings for what was, an orderly end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from development.environment import ROOT
from tests.localmodel.conftest import STAND_IN, told_by

PROGRAM = f"""
import sys
from types import ModuleType
import django
django.setup()
from django.core.management import call_command
from platform_app.localmodel import process
process.PROGRAM = {STAND_IN!r}
sys.modules["xllamacpp"] = ModuleType("xllamacpp")
sys.modules["xllamacpp"].__spec__ = sys.__spec__
call_command("runllm", *sys.argv[1:])
"""


def refusal(*arguments: object) -> str:
    """The one line in which the command says that it cannot start."""
    with pytest.raises(CommandError) as refused:
        call_command("runllm", *map(str, arguments), stdout=StringIO())
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_says_how_to_install_what_is_missing(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    line = refusal("--model", model, "--port", 0)
    assert line.endswith(f"pip --python {sys.executable} install --require-hashes -r requirements-llm.txt")
    assert (ROOT / "requirements-llm.txt").exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal("--model", tmp_path / "none.gguf").endswith("cannot be read: No such file or directory.")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "notes.gguf").write_text("GG")
    assert "is not a model in the GGUF format" in refusal("--model", tmp_path / "notes.gguf")


def test_a_port_that_somebody_else_has(model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"Port {port} cannot be used: Address already in use. Choose" in refusal(
            "--model", model, "--port", port
        )


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none(model: Path, port: int) -> None:
    assert "A port is a number from 0 to 65535" in refusal("--model", model, f"--port={port}")


@pytest.mark.parametrize("option", ["--context", "--slots", "--threads"])
def test_a_number_that_makes_no_sense(model: Path, option: str) -> None:
    assert refusal("--model", model, option, 0) == "Context, slots and threads are numbers from 1 on."


class Running:
    """The command in a process of its own; `printed` are the settings that it names."""

    def __init__(self, *arguments: object, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *map(str, arguments)],
            cwd=ROOT,
            env={"DJANGO_SETTINGS_MODULE": "config.settings", "ENV_FILE": "/dev/null", **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.printed: dict[str, str] = {}
        for line in self.process.stdout:
            name, equals, value = line.strip().partition("=")
            self.printed |= {name: value} if equals else {}
            if line.startswith("Ctrl+C"):
                break

    def stop(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=30)[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_prints_the_settings_and_ends_cleanly(model: Path, number: signal.Signals) -> None:
    """Without Redis, a database or a key to sign with: none of them is given to it here."""
    running = Running("--model", model, "--port", 0)
    address = running.printed["OPENAI_BASE_URL"].removesuffix("/v1")
    parameters = told_by(address)["parameters"]
    assert parameters["api_keys"] == [running.printed["OPENAI_API_KEY"]]
    assert parameters["model_alias"] == [running.printed["AI_MODEL"]] == ["small"]
    assert running.stop(number) == "Stopped.\n"
    assert running.process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        told_by(address)


def test_a_key_of_the_settings_is_kept_and_not_shown(model: Path) -> None:
    running = Running("--model", model, "--port", 0, OPENAI_API_KEY="sk-known")
    assert "OPENAI_API_KEY" not in running.printed
    address = running.printed["OPENAI_BASE_URL"].removesuffix("/v1")
    assert told_by(address)["parameters"]["api_keys"] == ["sk-known"]
    running.stop(signal.SIGTERM)


def test_a_random_key_is_another_one_each_time(model: Path) -> None:
    keys = set()
    for _ in range(2):
        running = Running("--model", model, "--port", 0)
        keys.add(running.printed["OPENAI_API_KEY"])
        running.stop(signal.SIGTERM)
    assert len(keys) == 2
    assert min(map(len, keys)) >= 32
