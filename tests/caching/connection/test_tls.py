"""rediss://, on the wire and on redis-py's client. The bundled server has no TLS: a door in front of it has."""

import datetime
import os
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from caching.connection import redis_client, wire
from caching.errors import CacheUnavailable


def write_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*write_certificate(tmp_path))
    server = urlsplit(os.environ["REDIS_URL"])
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(
            target=keep_door, args=(door, context, (server.hostname, server.port)), daemon=True
        ).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def keep_door(door: socket.socket, context: ssl.SSLContext, server: tuple[str, int]) -> None:
    while True:
        try:
            visitor, _ = door.accept()
        except OSError:
            return
        threading.Thread(target=lead_through, args=(visitor, context, server), daemon=True).start()


def lead_through(visitor: socket.socket, context: ssl.SSLContext, server: tuple[str, int]) -> None:
    with (
        suppress(OSError),
        visitor,
        socket.create_connection(server) as inside,
        context.wrap_socket(visitor, server_side=True) as outside,
    ):
        while True:
            readable, _, _ = select.select([outside, inside], [], [])
            if inside in readable:
                outside.setblocking(True)
                outside.sendall(inside.recv(16_000))
            outside.setblocking(False)
            with suppress(ssl.SSLWantReadError):
                while data := outside.recv(16_000):
                    inside.sendall(data)
                return


def test_commands_and_large_values_go_through_tls(
    tls_port: int, use_redis: Callable[[str], None], redis_key_prefix: str
) -> None:
    use_redis(f"rediss://127.0.0.1:{tls_port}/0?ssl_cert_reqs=none")
    key, value = f"{redis_key_prefix}x", b"v" * 500_000
    for _ in range(3):
        assert wire.call([("SET", key, value, "EX", 60)]) == [b"OK"]
        assert wire.mget([key, "absent"]) == [value, None]
    assert redis_client().get(key) == value


def test_a_server_that_sleeps_behind_tls_is_unavailable(
    tls_port: int, use_redis: Callable[[str], None], redis_key_prefix: str
) -> None:
    use_redis(f"rediss://127.0.0.1:{tls_port}/0?ssl_cert_reqs=none")
    with pytest.raises(CacheUnavailable, match="Timeout"):
        wire.call([("BLPOP", f"{redis_key_prefix}nothing", 3)])
    assert wire.call([("GET", f"{redis_key_prefix}x")]) == [None]


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tls_port: int, use_redis: Callable[[str], None]
) -> None:
    use_redis(f"rediss://127.0.0.1:{tls_port}/0")
    with pytest.raises(CacheUnavailable, match="certificate"):
        wire.mget(["x"])
