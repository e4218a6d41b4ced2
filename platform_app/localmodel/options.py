"""What is to be served and how, and what can be said about it before anything is started."""

from __future__ import annotations

import importlib.util
import socket
import sys
from pathlib import Path

import msgspec

from platform_app.localmodel.errors import LocalModelError

HOST = "127.0.0.1"
MAGIC = b"GGUF"
MAX_PORT = 65535


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`port` 0 is any free one. `context` is the tokens of one conversation, `slots` how many are answered at once."""

    model: str
    alias: str
    api_key: str
    port: int
    context: int
    slots: int
    threads: int


def check(options: ServerOptions) -> None:
    """Raises LocalModelError, with a sentence for the person at the keyboard, for what cannot be started."""
    if min(options.context, options.slots, options.threads) < 1:
        raise LocalModelError("Context, slots and threads are numbers from 1 on.")
    _check_file(options.model)
    _check_port(options.port)
    if importlib.util.find_spec("xllamacpp") is None:
        raise LocalModelError(
            "xllamacpp, which runs the model, is not installed. Install it with:"
            f" python3 -m pip --python {sys.executable} install --require-hashes -r requirements-llm.txt"
        )


def _check_file(model: str) -> None:
    try:
        with Path(model).open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise LocalModelError(f"The model {model} cannot be read: {error.strerror}.") from error
    if magic != MAGIC:
        raise LocalModelError(f"{model} is not a model in the GGUF format, which llama.cpp needs.")


def _check_port(port: int) -> None:
    if not 0 <= port <= MAX_PORT:
        raise LocalModelError(f"A port is a number from 0 to {MAX_PORT}, not {port}.")
    with socket.socket() as probe:
        # As the server binds: a port in TIME_WAIT counts as free, a listened one does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise LocalModelError(
                f"Port {port} cannot be used: {error.strerror}. Choose another one with --port, or --port 0 for any free one."
            ) from error
