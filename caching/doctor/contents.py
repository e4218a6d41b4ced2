"""What lies on the server: a sample of its keys, in a bounded time. No key is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from caching import conf
from caching.doctor.findings import NotTold, Verdict, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.sampling import Looked
from caching.doctor.servers import Server

BIG_BYTES = 5 * 2**20
"""Pictures of scenes have one to three."""


def expiry(server: Server) -> Verdict:
    sample = server.sample
    endless = [each for each in sample.ours if not each.expires]
    if not endless:
        return ok(f"Every key of ours has an expiry ({sample}).")
    return warn(
        f"{len(endless):,} of our keys never expire: {_by_kind(endless)} ({sample}).",
        consequence="Nothing ever removes them: they fill the memory. The platform gives every key an expiry, so another program, or"
        " somebody by hand, has changed them.",
        advice="manage.py cache_cleanup removes them.",
    )


def big(server: Server) -> Verdict:
    sample = server.sample
    if sample.keys and all(each.bytes is None for each in sample.keys):
        raise NotTold(
            "The server does not tell the size of keys.", f"ACL SETUSER {server.user} +memory|usage"
        )
    large = [each for each in sample.keys if (each.bytes or 0) > BIG_BYTES]
    if not large:
        return ok(f"No key is larger than {BIG_BYTES // 2**20} MB ({sample}).")
    return warn(
        f"{len(large):,} keys are larger than {BIG_BYTES // 2**20} MB, the largest has"
        f" {max(each.bytes or 0 for each in large) / 2**20:,.0f} MB: {_by_kind(large)} ({sample}).",
        consequence="While such a value is read, written or deleted, everybody else waits.",
        advice="See under Keys which they are. Under the platform's own kinds only pictures come near this size.",
    )


def prefix(server: Server) -> Verdict:
    """Without a prefix our names are the plain ones of the documentation, which is fine as long as nobody else has them."""
    if said := conf.key_prefix():
        return ok(f"Our keys begin with {said}.")
    sample = server.sample
    if not sample.foreign:
        return ok(f"REDIS_KEY_PREFIX is empty, and nobody else's keys were seen ({sample}).")
    return warn(
        f"REDIS_KEY_PREFIX is empty, and {len(sample.foreign):,} keys are not ours ({sample}).",
        consequence="Another program on this server may use the same names: each would read and delete what the other wrote, sessions"
        " among it.",
        advice='Set REDIS_KEY_PREFIX to a name such as "platform:" (everybody is signed out once), or give each program a server or a'
        " database number of its own.",
    )


def _by_kind(keys: Iterable[Looked]) -> str:
    counts = Counter(each.start.rstrip(":") or "not ours" for each in keys)
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())


CHECKS = (
    ServerCheck("keys.expiry", "Keys without expiry", expiry),
    ServerCheck("keys.size", "Huge values", big),
    ServerCheck("keys.prefix", "Key prefix", prefix),
)
