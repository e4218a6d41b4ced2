"""No test reaches beyond this machine, so none calls a real model, unless it is marked `real_calls`."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

NOT_A_NETWORK = {"localhost", "::1", "None", ""}


@pytest.fixture(autouse=True)
def no_internet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hosts that this test reached for. It is refused each of them with a sentence, and fails at its end also if the
    program took the refusal in its stride."""
    reached: list[str] = []
    if request.node.get_closest_marker("real_calls"):
        yield reached
        return
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo
    handle, handle_async = httpx2.HTTPTransport.handle_request, httpx2.AsyncHTTPTransport.handle_async_request

    def refuse(host: object) -> None:
        if str(host) not in NOT_A_NETWORK and not str(host).startswith("127."):
            reached.append(str(host))
            raise OSError(f"A test may not reach {host}: no real model is called in tests")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            refuse(address[0])
        connect(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host)
        return getaddrinfo(host, *args, **kwargs)

    # A proxy may well be on this machine: what counts is where the request is to go in the end.
    def guarded_handle(self: httpx2.HTTPTransport, sent: httpx2.Request) -> httpx2.Response:
        refuse(sent.url.host)
        return handle(self, sent)

    async def guarded_handle_async(self: httpx2.AsyncHTTPTransport, sent: httpx2.Request) -> httpx2.Response:
        refuse(sent.url.host)
        return await handle_async(self, sent)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", guarded_handle)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", guarded_handle_async)
    yield reached
    assert not reached, f"This test tried to reach {reached}: no real model is called in tests"
