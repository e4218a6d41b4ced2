"""Is this a server that the platform can work with: its version, its commands, its clock."""

from __future__ import annotations

import time

from caching.doctor.findings import NotTold, Verdict, fail, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

OLDEST = (6, 2)
NEEDED = ("getdel", "blmove", "evalsha", "wait", "xadd", "xread", "unlink", "client")
NOT_NEEDED = ("hexpire", "fcall")
MOST_SKEW_SECONDS = 1.0


def version(server: Server) -> Verdict:
    said = server.says("redis_version")
    name = "Redis"
    if server.tells("valkey_version"):
        name = f"Valkey {server.says('valkey_version')}, compatible with Redis"
    if _numbers(said) >= OLDEST:
        return ok(f"{name} {said}.")
    return fail(
        f"{name} {said}.",
        consequence="Commands that the platform needs, GETDEL and BLMOVE, came with 6.2: signing in with a provider and waiting"
        " for an answer under way fail.",
        advice="Install Valkey, or Redis 6.2 or newer.",
    )


def _numbers(said: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in said.split(".")[:2])
    except ValueError:
        raise NotTold(f"The server calls itself version {said!r}.") from None


def loading(server: Server) -> Verdict:
    if server.says("loading") == "0":
        return ok("The data are in memory.")
    return fail(
        "The server is still loading its data from disk.",
        consequence="It refuses every command until it is done, and every page is an error meanwhile.",
        advice="Wait: INFO persistence says loading_eta_seconds. If it takes minutes, the data are too large for one server.",
    )


def commands(server: Server) -> Verdict:
    replies = server.ask("COMMAND", "INFO", *NEEDED, *NOT_NEEDED)
    known = {reply[0].decode().lower() for reply in replies if reply}
    missing = [name.upper() for name in NEEDED if name not in known]
    if missing:
        return fail(
            f"The server has no {', '.join(missing)}.",
            consequence="Parts of the platform fail with an error: these commands are too new for the server, or were renamed.",
            advice="Install Valkey, or Redis 6.2 or newer, and take rename-command out of its configuration.",
        )
    more = [f"{name.upper()} is {'' if name in known else 'not '}there" for name in NOT_NEEDED]
    return ok(f"All commands that are needed. {' and '.join(more)}; neither is needed.")


def clock(server: Server) -> Verdict:
    before = time.time()
    seconds, micros = server.ask("TIME")
    skew = int(seconds) + int(micros) / 1e6 - (before + time.time()) / 2
    if abs(skew) <= MOST_SKEW_SECONDS:
        return ok(f"Its clock and ours are less than {MOST_SKEW_SECONDS:.0f} s apart.")
    return warn(
        f"Its clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} that of this machine.",
        consequence="Times that both write do not fit together: sessions end too early or too late, counts fall into the wrong"
        " minute.",
        advice="Run a time service (chrony, systemd-timesyncd) on both machines.",
    )


CHECKS = (
    ServerCheck("server.version", "Version", version),
    ServerCheck("server.loading", "Data in memory", loading),
    ServerCheck("server.commands", "Commands", commands),
    ServerCheck("server.clock", "Clock", clock),
)
