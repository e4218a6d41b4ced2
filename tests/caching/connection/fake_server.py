"""A server on the loopback that says what a test wants: for faults that a real one cannot be brought to."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import hiredis

Script = Callable[[list[bytes]], bytes | None]
"""The reply to a command, b"" for silence, None to hang up."""

INFO = b"role:master\r\nmaster_replid:0123456789abcdef\r\nconnected_slaves:0\r\n"


def bulk(text: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text), text)


class FakeServer:
    """It answers what a client asks at sign-in, and everything else by `script`."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.info = INFO
        self.info_delay_seconds = 0.0
        self.sign_in_delay_seconds = 0.0
        self.commands: list[list[bytes]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._talks: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def send(self, raw: bytes) -> None:
        """Send something on the newest connection."""
        _send(self._talks[-1], raw)

    def hang_up(self) -> None:
        """End every connection, as after an idle time."""
        for talk in self._talks:
            talk.shutdown(socket.SHUT_RDWR)
        self._talks.clear()

    def close(self) -> None:
        self._closed = True
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for talk in self._talks:
            talk.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                talk, _ = self._listening.accept()
            except OSError:
                return
            self._talks.append(talk)
            threading.Thread(target=self._serve, args=(talk,), daemon=True).start()

    def _serve(self, talk: socket.socket) -> None:
        reader = hiredis.Reader()
        with talk:
            while data := _received(talk):
                reader.feed(data)
                while command := reader.gets():
                    reply = self._reply(command)
                    if reply is None:
                        return
                    _send(talk, reply)

    def _reply(self, command: list[bytes]) -> bytes | None:
        if command[0] in {b"CLIENT", b"AUTH", b"SELECT"}:
            time.sleep(self.sign_in_delay_seconds)
            return b"+OK\r\n"
        if command[0] == b"INFO":
            time.sleep(self.info_delay_seconds)
            return bulk(self.info)
        self.commands.append(command)
        return self.script(command)


def _received(talk: socket.socket) -> bytes:
    try:
        return talk.recv(65536)
    except OSError:
        return b""


def _send(talk: socket.socket, reply: bytes) -> None:
    with suppress(OSError):  # the client has given up
        talk.sendall(reply)


@contextmanager
def fake_server(script: Script) -> Iterator[FakeServer]:
    server = FakeServer(script)
    try:
        yield server
    finally:
        server.close()
