"""The machine below the server: Redis does not tell, so it can be known only where the server runs on this machine."""

from __future__ import annotations

from pathlib import Path

from caching.doctor.findings import NotTold, Verdict, ok, warn
from caching.doctor.persistence import keeps_nothing
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
OVERCOMMIT = Path("/proc/sys/vm/overcommit_memory")


def huge_pages(server: Server) -> Verdict:
    used = _read(server, HUGE_PAGES)
    if "[always]" not in used:
        return ok("The machine does not give huge pages to programs that did not ask.")
    if server.setting_if_known("disable-thp") == "yes":
        return ok(
            "The machine gives huge pages to every program, but the server has refused them for itself (disable-thp)."
        )
    return warn(
        "The machine gives huge pages to every program (transparent_hugepage is always).",
        consequence="While Redis saves, single writes take some hundred times as long, and it needs much more memory.",
        advice="Set disable-thp yes, or on the machine: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
    )


def overcommit(server: Server) -> Verdict:
    mode = _read(server, OVERCOMMIT)
    if mode == "1":
        return ok("vm.overcommit_memory is 1.")
    if keeps_nothing(server):
        return ok(f"vm.overcommit_memory is {mode}; the server saves nothing, so it does not matter.")
    return warn(
        f"vm.overcommit_memory is {mode}.",
        consequence="To save, Redis makes a copy of itself, which the machine may refuse even though there is memory enough: saves fail.",
        advice="On the machine: sysctl vm.overcommit_memory=1, and the same line in /etc/sysctl.conf.",
    )


def _read(server: Server, path: Path) -> str:
    if not server.is_here:
        raise NotTold(
            "The server runs on another machine, whose settings cannot be seen from here.",
            f"Look there: cat {path}",
        )
    try:
        return path.read_text().strip()
    except OSError as error:
        raise NotTold(f"{path} cannot be read: {error.strerror}.") from error


CHECKS = (
    ServerCheck("host.huge_pages", "Huge pages", huge_pages),
    ServerCheck("host.overcommit", "Memory overcommit", overcommit),
)
