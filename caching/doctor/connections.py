"""Whether everybody who should gets a connection, keeps it, and is not held up by a server that has stopped answering."""

from __future__ import annotations

from typing import Any

from caching import conf, keys
from caching.connection import primary_clients, raising_cache_unavailable
from caching.doctor.findings import NotTold, Verdict, ok, warn
from caching.doctor.masking import masked
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server
from caching.doctor.wiring import MOST_SECONDS
from caching.errors import CacheUnavailable

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
    most, open_now = int(server.number("maxclients")), int(server.number("connected_clients"))
    many = _processes(server)
    a_process = _most_of_a_process()
    said = f"{open_now:,} of {most:,} connections are open; {many} {'process' if many == 1 else 'processes'} may need {a_process} each."
    if open_now <= MOST_OF_CONNECTIONS * most and many * a_process <= most:
        return ok(said)
    return warn(
        said,
        consequence="When all are taken the server refuses new ones: requests fail although Redis is well.",
        advice="Raise maxclients, and the limit of open files of the server with it (ulimit -n), or run fewer processes.",
    )


def _processes(server: Server) -> int:
    """Those that say that they live; each that keeps a near cache is tracked by one connection as well."""
    try:
        living = int(server.ask("ZCARD", keys.process_index(conf.key_prefix())))
    except NotTold:
        living = 0  # another primary of the cluster knows
    return max(1, living, int(server.number("tracking_clients")))


def _most_of_a_process() -> int:
    return max(int(pool.max_connections) for pool in _pools())


def _pools() -> list[Any]:
    """Those of this process, for each primary."""
    try:
        with raising_cache_unavailable():
            clients: list[Any] = list(primary_clients())
    except CacheUnavailable as error:
        raise NotTold(
            f"The connections of this process cannot be looked at: {masked(str(error))}."
        ) from error
    return [client.connection_pool for client in clients]


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
    for pool in _pools():
        seconds, told = _patience_of(pool)
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
    ServerCheck("connections.idle", "Idle connections", idle),
    ServerCheck("connections.enough", "Number of connections", enough),
    ServerCheck("connections.rejected", "Refused connections", rejected),
    ServerCheck("connections.patience", "Timeouts in effect", patience),
    ServerCheck("connections.buffers", "Output buffers", buffers),
)
