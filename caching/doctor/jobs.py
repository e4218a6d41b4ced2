"""The server where jobs are queued, which is that of the cache unless JOBS_REDIS_URL says otherwise."""

from __future__ import annotations

from caching.doctor.findings import Verdict, fail, ok
from caching.doctor.registry import JobsCheck
from caching.doctor.servers import Server


def eviction(server: Server) -> Verdict:
    """Queues have no expiry, so `volatile-` policies spare them."""
    policy = server.says("maxmemory_policy")
    if not policy.startswith("allkeys-"):
        return ok(f"Queued jobs are not thrown out: maxmemory-policy is {policy}.")
    return fail(
        f"maxmemory-policy is {policy} on the server where jobs are queued{_no_limit(server)}.",
        consequence="When memory runs short Redis throws out queued jobs: documents that are never analysed, mails that are never"
        " sent, and no error anywhere.",
        advice="Set maxmemory-policy noeviction, or queue jobs on a server of their own (JOBS_REDIS_URL).",
    )


def _no_limit(server: Server) -> str:
    return "" if server.number("maxmemory") else " (it has no effect until maxmemory is set)"


CHECKS = (JobsCheck("jobs.eviction", "Queued jobs and eviction", eviction),)
