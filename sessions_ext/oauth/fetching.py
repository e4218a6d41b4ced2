"""One request to a provider, within bounds: how long it may take, and how much may come."""

import time
from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter

TIMEOUT_SECONDS = 5
"""to connect, and for each piece of the answer"""
MOST_SECONDS = 10
MOST_BYTES = 2**20


class TooMuch(requests.RequestException):
    """More came than anything of OpenID Connect has."""


class _Line(HTTPAdapter):
    """Hangs up at a moment. A timeout is for one piece, and a header that comes letter by letter has many."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until
        self._watched: list[tuple[Timer, socket]] = []

    def get_connection_with_tls_context(self, *args: Any, **given: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **given)
        watch, plain = self._watch, pool.ConnectionCls

        class Watched(plain):  # type: ignore[misc, valid-type]
            def _new_conn(self) -> socket:
                connected: socket = super()._new_conn()
                watch(connected)
                return connected

        pool.ConnectionCls = Watched
        return pool

    def close(self) -> None:
        super().close()
        for timer, connected in self._watched:
            timer.cancel()
            timer.join()
            connected.close()

    def _watch(self, connected: socket) -> None:
        # A handle of our own: the handshake of TLS takes the other away, and it may be somebody else's once it is closed.
        handle = connected.dup()
        timer = Timer(max(0, self._until - time.monotonic()), _hang_up, [handle])
        timer.daemon = True
        self._watched.append((timer, handle))
        timer.start()


def fetch(method: str, url: str, *, headers: dict[str, Any], **given: Any) -> requests.Response:
    """The answer, read to its end. Raises requests.RequestException. A redirect is an answer: secrets follow none."""
    until = time.monotonic() + MOST_SECONDS
    headers = {"Accept": "application/json", **headers, "Accept-Encoding": "identity"}
    with requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Line(until))
        with session.request(
            method, url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True, **given
        ) as response:
            response._content = _body(response, until)
    return response


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(16 * 2**10):
        body += piece
        if len(body) > MOST_BYTES:
            raise TooMuch("the answer is too long")
        if time.monotonic() >= until:
            break
    # Also when nothing came: after hanging up, what had come looks like the whole answer.
    if time.monotonic() >= until:
        raise requests.Timeout("the answer does not end")
    return bytes(body)


def _hang_up(connected: socket) -> None:
    with suppress(OSError):  # the provider was faster
        connected.shutdown(SHUT_RDWR)
