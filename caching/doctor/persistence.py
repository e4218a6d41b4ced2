"""Whether what should be on disk gets there. Whether it should be is for those to say whose data it is."""

from __future__ import annotations

from caching.doctor.findings import Verdict, fail, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

_LAST = {
    "rdb_last_bgsave_status": "the last save (RDB)",
    "aof_last_write_status": "the last write to the log (AOF)",
    "aof_last_bgrewrite_status": "the last rewrite of the log (AOF)",
}


def last_writes(server: Server) -> Verdict:
    failed = [what for field, what in _LAST.items() if server.says(field) != "ok"]
    if not failed:
        return ok("The last writes to disk went well.")
    return fail(
        f"Failed: {' and '.join(failed)}.",
        consequence="What Redis holds is not on disk and is lost with the next restart. Redis may refuse every write until it can"
        " save again.",
        advice="Look into the server's log: most often the disk is full, or the folder (CONFIG GET dir) may not be written to.",
    )


def each_second(server: Server) -> Verdict:
    if server.says("aof_enabled") == "0":
        return ok("There is no log (AOF) to bring to the disk.")
    mode = server.setting("appendfsync")
    if mode != "no":
        return ok(f"The log (AOF) is brought to the disk: appendfsync is {mode}.")
    return warn(
        "appendfsync is no: when the log (AOF) reaches the disk is left to the operating system.",
        consequence="A power failure costs about the last half minute: sessions, sign-ins and jobs of that time.",
        advice="Set appendfsync everysec: at most a second is lost, at hardly any cost.",
    )


def keeps_nothing(server: Server) -> bool:
    """Whether a restart loses everything: no log and no saves."""
    return server.says("aof_enabled") == "0" and not server.setting("save").strip()


CHECKS = (
    ServerCheck("persistence.writes", "Writes to disk", last_writes),
    ServerCheck("persistence.fsync", "Log on disk", each_second),
)
