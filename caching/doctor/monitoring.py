"""Whether the server takes notes of what is slow or large, so that one can find out why."""

from __future__ import annotations

from caching.doctor.findings import Verdict, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

LEAST_NOTES = 64
SLOWEST_MICROSECONDS = 100_000


def latency(server: Server) -> Verdict:
    threshold = server.setting("latency-monitor-threshold")
    if threshold != "0":
        return ok(f"Events of {threshold} ms or more are noted.")
    return warn(
        "latency-monitor-threshold is 0: slow events are not noted.",
        consequence="When the server stalls, nobody can say afterwards whether it was a save, the disk, or a command.",
        advice="Set latency-monitor-threshold 100 (milliseconds). It costs nothing that can be measured.",
    )


def slow_log(server: Server) -> Verdict:
    slower, most = int(server.setting("slowlog-log-slower-than")), int(server.setting("slowlog-max-len"))
    noted = int(server.ask("SLOWLOG", "LEN"))
    if slower < 0 or slower > SLOWEST_MICROSECONDS or most < LEAST_NOTES:
        return warn(
            f"slowlog-log-slower-than is {slower} and slowlog-max-len is {most}.",
            consequence="Slow commands hold up everybody, and there is hardly a note of which they were.",
            advice="Set slowlog-log-slower-than 10000 (microseconds) and slowlog-max-len 128.",
        )
    if noted >= most:
        return warn(
            f"The slow log is full: {noted} commands took {slower / 1000:g} ms or more, and older notes are lost.",
            consequence="Redis does one thing at a time: while a slow command runs, everybody waits.",
            advice="See under Slow log which they are. SLOWLOG RESET empties it.",
        )
    return ok(f"{noted} commands took {slower / 1000:g} ms or more; {most} can be noted.")


def command_log(server: Server) -> Verdict:
    """Valkey's notes of large requests and replies."""
    limits = [server.setting_if_known(f"commandlog-{kind}-larger-than") for kind in ("request", "reply")]
    if None in limits:
        return ok("This server keeps no log of large requests and replies; that came with Valkey 8.1.")
    if "-1" in limits:
        return warn(
            "The log of large requests or replies is off.",
            consequence="Large values hold up everybody, and nobody can say which they are.",
            advice="Set commandlog-request-larger-than and commandlog-reply-larger-than to 1048576 (bytes).",
        )
    lengths = [int(server.ask("COMMANDLOG", "LEN", kind)) for kind in ("large-request", "large-reply")]
    return ok(f"{lengths[0]} large requests and {lengths[1]} large replies are noted.")


def events(server: Server) -> Verdict:
    flags = server.setting("notify-keyspace-events")
    if not flags:
        return ok("notify-keyspace-events is empty; the platform does not need it.")
    return ok(
        f"notify-keyspace-events is {flags}; the platform does not need it, and it costs a little at each write."
    )


CHECKS = (
    ServerCheck("monitoring.latency", "Latency monitor", latency),
    ServerCheck("monitoring.slow_log", "Slow log", slow_log),
    ServerCheck("monitoring.command_log", "Log of large commands", command_log),
    ServerCheck("monitoring.events", "Keyspace events", events),
)
