"""Examines Redis and what the settings say about it, read-only, and says what can happen and what to set.

    report = examine()
    report.worst, report.of(Level.FAIL), report.seconds

A check is a function from a server to a verdict; the families are one file each. Apps above this library bring their own:

    register(ServerCheck("sessions.eviction", "Sessions and eviction", eviction))

What needs a right that we do not have is `unknown`, and its finding says which right. No finding holds a password, the
name of a key or the address of a person.
"""

from caching.doctor import (
    basics,
    connections,
    contents,
    host,
    jobs,
    memory,
    monitoring,
    persistence,
    replication,
    security,
    tracking,
    wiring,
)
from caching.doctor.examination import examine
from caching.doctor.findings import Finding, Level, NotTold, Report, Verdict, fail, ok, unknown, warn
from caching.doctor.registry import JobsCheck, ProbeCheck, ServerCheck, SettingsCheck, register
from caching.doctor.servers import Server
from caching.doctor.summary import warnings

__all__ = [
    "Finding",
    "JobsCheck",
    "Level",
    "NotTold",
    "ProbeCheck",
    "Report",
    "Server",
    "ServerCheck",
    "SettingsCheck",
    "Verdict",
    "examine",
    "fail",
    "ok",
    "register",
    "unknown",
    "warn",
    "warnings",
]

_FAMILIES = (
    wiring,
    basics,
    security,
    persistence,
    replication,
    memory,
    jobs,
    connections,
    tracking,
    contents,
    monitoring,
    host,
)

for _family in _FAMILIES:
    register(*_family.CHECKS)
