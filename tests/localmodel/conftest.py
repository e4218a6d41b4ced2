"""A file that passes for a model, and a server that needs no xllamacpp."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from platform_app.localmodel.options import ServerOptions
from tests.localmodel import stand_in

STAND_IN = (sys.executable, stand_in.__file__)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF and what follows")
    return path


def options(model: Path, **more: Any) -> ServerOptions:
    usual: dict[str, Any] = {
        "alias": "small",
        "api_key": "secret",
        "port": 0,
        "context": 4096,
        "slots": 2,
        "threads": 1,
    }
    return ServerOptions(model=str(model), **usual | more)


def told_by(address: str) -> dict[str, Any]:
    """What the stand-in says that it was started with."""
    at = urlsplit(address)
    with (
        socket.create_connection((at.hostname, at.port), timeout=5) as connection,
        connection.makefile() as told,
    ):
        return dict(json.loads(told.read()))
