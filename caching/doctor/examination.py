"""Runs every check: those of the settings first, then those of every primary, all primaries at once.

It raises nothing: a Redis that cannot be reached is the worst of its findings.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from caching import conf
from caching.connection import nodes, topology, urls
from caching.connection.failures import raising_cache_unavailable
from caching.connection.urls import Address, Target
from caching.doctor.findings import Finding, Level, NotTold, Report, Verdict, fail, unknown
from caching.doctor.masking import masked
from caching.doctor.registry import Check, JobsCheck, ProbeCheck, ServerCheck, SettingsCheck, registered
from caching.doctor.servers import Server
from caching.errors import CacheUnavailable

MOST_AT_ONCE = 8
_WORST_FIRST = list(Level)


@dataclass(frozen=True, slots=True)
class Place:
    """A server to be examined, and what for."""

    target: Target
    address: Address
    for_cache: bool
    for_jobs: bool

    @property
    def name(self) -> str:
        host, port = self.address
        return f"{host}:{port}" if port else host


@dataclass(frozen=True, slots=True)
class Examined:
    report: Report
    unreachable: CacheUnavailable | None
    """Redis does not work: no server of the cache could be asked."""


def examine(*, probe: bool = True) -> Report:
    """Every check, in about 0.1 s a server, 3 s at most with servers that do not answer. `probe`: also see whether a change
    is pushed to near caches, for which a key of our own is written and deleted. Raises nothing."""
    return examined(probe=probe).report


def examined(*, probe: bool) -> Examined:
    began = time.monotonic()
    findings = [
        _finding(check, _judged(check), "") for check in registered() if isinstance(check, SettingsCheck)
    ]
    places, failures = _places()
    findings += [_unreachable(error, "") for error in failures]
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
        visits = list(pool.map(lambda place: _visit(place, probe=probe), places))
    many = len(places) > 1
    for place, (found, failure) in zip(places, visits, strict=True):
        name = place.name if many else ""
        findings += [_finding(check, verdict, name) for check, verdict in found]
        if failure is not None:
            findings.append(_unreachable(failure, name))
            if place.for_cache:
                failures.append(failure)
    reached = any(
        place.for_cache and failure is None for place, (_, failure) in zip(places, visits, strict=True)
    )
    report = Report(_in_order(findings), time.monotonic() - began)
    return Examined(report, None if reached else failures[0])


# --- Whom to ask -------------------------------------------------------------------------------------------------


def _places() -> tuple[list[Place], list[CacheUnavailable]]:
    """All primaries of the cache and of the jobs, each once; and why those of one could not be found."""
    found: dict[Address, Place] = {}
    failures = []
    try:
        target = nodes.current().target
        for address in nodes.primaries():
            found[address] = Place(target, address, for_cache=True, for_jobs=False)
    except CacheUnavailable as error:
        failures.append(error)
    if failures and conf.jobs_redis_url() == conf.redis_url():
        return [], failures
    try:
        for target, address in _of_jobs():
            known = found.get(address)
            found[address] = Place(
                known.target if known else target, address, for_cache=known is not None, for_jobs=True
            )
    except CacheUnavailable as error:
        failures.append(error)
    return list(found.values()), failures


def _of_jobs() -> Iterator[tuple[Target, Address]]:
    target = urls.require_queue_server(conf.jobs_redis_url())
    with raising_cache_unavailable():
        for address in topology.make(target, lambda: None).primaries():
            yield target, address


# --- Asking ------------------------------------------------------------------------------------------------------

Found = list[tuple[Check, Verdict]]


def _visit(place: Place, *, probe: bool) -> tuple[Found, CacheUnavailable | None]:
    """What was found until the server stopped answering, if it did."""
    found: Found = []
    server: Server | None = None
    try:
        server = Server(place.target, place.address)
        for check in _checks_for(place, probe=probe):
            found.append((check, _judged(check, server)))
    except CacheUnavailable as error:
        return found, error
    finally:
        if server is not None:
            server.close()
    return found, None


def _checks_for(place: Place, *, probe: bool) -> Iterator[ServerCheck | JobsCheck]:
    for check in registered():
        if isinstance(check, JobsCheck):
            if place.for_jobs:
                yield check
        elif (
            isinstance(check, ServerCheck)
            and place.for_cache
            and (probe or not isinstance(check, ProbeCheck))
        ):
            yield check


def _judged(check: Check, *asked: Server) -> Verdict:
    try:
        with raising_cache_unavailable():
            return check.judge(*asked)
    except NotTold as error:
        return unknown(str(error), error.advice)


# --- Writing down ------------------------------------------------------------------------------------------------


def _finding(check: Check, verdict: Verdict, server: str) -> Finding:
    return Finding(
        check.id, check.title, verdict.level, verdict.said, verdict.consequence, verdict.advice, server
    )


def _unreachable(error: CacheUnavailable, server: str) -> Finding:
    verdict = fail(
        f"{masked(str(error))}.",
        consequence="The platform answers every request with an error: it has no other place for sessions and cached results.",
        advice="Check that Redis is running, that REDIS_URL is correct (host, port, user, password, TLS), and that no firewall is in"
        " between.",
    )
    return Finding(
        "server.reachable",
        "Connection",
        verdict.level,
        verdict.said,
        verdict.consequence,
        verdict.advice,
        server,
    )


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, else as registered. What all servers say alike is said once, without their names."""
    alike: dict[Finding, list[Finding]] = {}
    said: Counter[str] = Counter()
    for each in findings:
        alike.setdefault(replace(each, server=""), []).append(each)
        said[each.id] += 1
    told: list[Finding] = []
    for common, of_each in alike.items():
        is_common = len(of_each) > 1 and len(of_each) == said[common.id]
        told += [common] if is_common else of_each
    return tuple(sorted(told, key=lambda each: _WORST_FIRST.index(each.level)))
