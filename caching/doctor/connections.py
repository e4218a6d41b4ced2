"""Whether everybody who should gets a connection, keeps it, and is not held up by a server that has stopped answering."""

from __future__ import annotations

from typing import Any

from caching.connection import primary_clients
from caching.doctor.findings import Verdict, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server
from caching.doctor.wiring import MOST_SECONDS

MOST_OF_CONNECTIONS = 0.8
LEAST_BUFFER_BYTES = 8 * 2**20


def idle(server: Server) -> Verdict:
    seconds = server.setting("timeout")
    if seconds == "0":
        return ok("Idle connections are left open: timeout is 0.")
    return warn(
        f"timeout is {seconds}: the server ends connections that were idle for so many seconds.",
        consequence="Each end makes a process drop all copies of its near cache, and requests after a quiet time wait for a new"
        " connection.",
        advice="Set timeout 0; tcp-keepalive finds dead connections.",
    )


def enough(server: Server) -> Verdict:
    """Each process that keeps a near cache is tracked by one connection, so the server knows how many there are."""
    most, open_now = int(server.number("maxclients")), int(server.number("connected_clients"))
    processes = max(1, int(server.number("tracking_clients")))
    a_process = _most_of_a_process()
    said = f"{open_now:,} of {most:,} connections are open; {processes} processes may need {a_process} each."
    if open_now <= MOST_OF_CONNECTIONS * most and processes * a_process <= most:
        return ok(said)
    return warn(
        said,
        consequence="When all are taken the server refuses new ones: requests fail although Redis is well.",
        advice="Raise maxclients, and the limit of open files of the server with it (ulimit -n), or run fewer processes.",
    )


def _most_of_a_process() -> int:
    pools = [client.connection_pool for client in primary_clients()]
    return max(int(pool.max_connections) for pool in pools)


def rejected(server: Server) -> Verdict:
    count = int(server.number("rejected_connections"))
    if not count:
        return ok("No connection was refused since the server started.")
    return warn(
        f"{count:,} connections were refused since the server started, as all were taken.",
        consequence="Requests failed then, and will again.",
        advice="Raise maxclients, and find out which program keeps so many open: CLIENT LIST names them.",
    )


def buffers(server: Server) -> Verdict:
    """Pushes to the near caches go to connections of the class `normal`; we do not use publish and subscribe."""
    words = server.setting("client-output-buffer-limit").split()
    limits = {words[at]: words[at + 1 : at + 4] for at in range(0, len(words), 4)}
    hard, soft, seconds = (_bytes(word) for word in limits.get("normal", ["0", "0", "0"]))
    least = min((each for each in (hard, soft) if each), default=0)
    if not least or least >= LEAST_BUFFER_BYTES:
        return ok(
            "Connections may fall behind as far as they need to; publish and subscribe, which has a limit, is not used."
        )
    return warn(
        f"client-output-buffer-limit for normal clients is {hard} bytes, or {soft} bytes for {seconds} s.",
        consequence="A process that is busy while much is written is cut off, and drops all copies of its near cache: right, but slow."
        " Large answers fail.",
        advice=f"Set client-output-buffer-limit normal 0 0 0, or {LEAST_BUFFER_BYTES // 2**20} MB at least.",
    )


def _bytes(word: str) -> int:
    return int(word) if word.isdecimal() else 0


def patience(_: Server) -> Verdict:
    """What counts is what a connection of the live pool would really do, whatever the settings say."""
    slowest, said = 0.0, ""
    for client in primary_clients():
        seconds, told = _patience_of(client.connection_pool)
        if seconds >= slowest:
            slowest, said = seconds, told
    if slowest <= MOST_SECONDS:
        return ok(said)
    return warn(
        said,
        consequence=f"With a server that has stopped answering a request hangs for {_told(slowest)}; soon all of them do, and the"
        " platform is down.",
        advice='Set in CACHES["default"]["OPTIONS"] "CONNECTION_FACTORY": "caching.connection.django_cache.ConnectionFactory".',
    )


def _patience_of(pool: Any) -> tuple[float, str]:
    """Not opened: only asked what it would do."""
    connection = pool.connection_class(**pool.connection_kwargs)
    connect, reply = connection.socket_connect_timeout, connection.socket_timeout
    retries = max(0, int(getattr(connection.retry, "_retries", 0)))
    told = f"The live pool waits {_told(connect)} to connect and {_told(reply)} for a reply, with {retries} retries."
    if connect is None or reply is None:
        return float("inf"), told
    return (connect + reply) * (retries + 1), told


def _told(seconds: float | None) -> str:
    return "for ever" if seconds in {None, float("inf")} else f"{seconds:g} s"


CHECKS = (
    ServerCheck("connections.idle", "Idle connections stay", idle),
    ServerCheck("connections.enough", "Connections for everybody", enough),
    ServerCheck("connections.rejected", "No connection refused", rejected),
    ServerCheck("connections.patience", "Nobody waits for long", patience),
    ServerCheck("connections.buffers", "Room for those who fall behind", buffers),
)
