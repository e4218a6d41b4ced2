"""Whether the server's memory has a limit that makes sense, and whether what it holds stays below it."""

from __future__ import annotations

from caching.doctor.findings import Verdict, ok, unknown, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

MOST_OF_RAM = 0.75
MOST_OF_LIMIT = 0.80
MOST_STALE_PERCENT = 25.0
MEGABYTE = 2**20


def limit(server: Server) -> Verdict:
    """Of all memory of the machine a part must remain: for the copy that a save makes, and for everybody else."""
    most = server.number("maxmemory")
    if not most:
        return warn(
            f"maxmemory is 0: there is no limit (maxmemory-policy is {server.says('maxmemory_policy')}).",
            consequence="Redis grows until the machine has no memory left. Then the operating system ends a program, perhaps"
            " Redis, perhaps the web server beside it.",
            advice="Set maxmemory to at most three quarters of the memory that this machine can spare.",
        )
    ram = server.number("total_system_memory")
    if not ram:
        return unknown(f"maxmemory is {_size(most)}; how much memory the machine has is not told.")
    if most > MOST_OF_RAM * ram:
        return warn(
            f"maxmemory is {_size(most)} of the machine's {_size(ram)}.",
            consequence="While Redis saves, it may need up to twice its memory. The operating system may end it for that.",
            advice=f"Set maxmemory to {_size(MOST_OF_RAM * ram)} or less.",
        )
    return ok(f"maxmemory is {_size(most)} of the machine's {_size(ram)}.")


def room(server: Server) -> Verdict:
    used, most = server.number("used_memory"), server.number("maxmemory")
    if not most:
        return ok(f"{_size(used)} are used; there is no limit to come near to.")
    said = f"{_size(used)} of {_size(most)} are used ({used / most:.0%})."
    if used <= MOST_OF_LIMIT * most:
        return ok(said)
    refuses = server.says("maxmemory_policy") == "noeviction"
    return warn(
        said,
        consequence="At the limit Redis refuses every write: nobody can sign in and nothing is stored."
        if refuses
        else "At the limit Redis throws out entries that would have been used again.",
        advice="Raise maxmemory, or see under Keys what takes the room.",
    )


def evicted(server: Server) -> Verdict:
    count = int(server.number("evicted_keys"))
    if not count:
        return ok("Nothing was thrown out for want of memory since the server started.")
    return warn(
        f"{count:,} keys were thrown out for want of memory since the server started.",
        consequence="Cached answers are paid for again. Sessions and sign-ins lie on the same server and may be among them: people"
        " are signed out.",
        advice="Raise maxmemory until the count stands still. With maxmemory-policy noeviction nothing is thrown out.",
    )


def stale(server: Server) -> Verdict:
    percent = server.number("expired_stale_perc")
    said = f"About {percent:.0f} % of the keys have expired and still take memory."
    if percent <= MOST_STALE_PERCENT:
        return ok(said)
    return warn(
        said,
        consequence="Redis removes expired keys slower than new ones expire: memory is full of what nobody can read.",
        advice="Set active-expire-effort to 4 or more (it takes some processor time), or give the server more memory.",
    )


def _size(number: float) -> str:
    return f"{number / MEGABYTE:,.0f} MB" if number >= 10 * MEGABYTE else f"{number / MEGABYTE:,.1f} MB"


CHECKS = (
    ServerCheck("memory.limit", "Memory limit", limit),
    ServerCheck("memory.room", "Memory in use", room),
    ServerCheck("memory.evicted", "Evicted keys", evicted),
    ServerCheck("memory.stale", "Expired keys", stale),
)
