"""Whether writes go where they are kept: to a primary, with replicas that follow, in a cluster that is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caching.connection.servers import fields
from caching.connection.urls import Topology
from caching.doctor.findings import Verdict, fail, ok, warn
from caching.doctor.registry import ServerCheck
from caching.doctor.servers import Server

MOST_LAG_SECONDS = 10
_REPLICA = re.compile(r"ip=(?P<ip>[^,]*),port=(?P<port>\d+),state=(?P<state>\w+).*?lag=(?P<lag>\d+)")


def role(server: Server) -> Verdict:
    said = server.says("role")
    if said == "master":
        return ok("It is a primary and takes writes.")
    return fail(
        "It is a replica, and REDIS_URL leads to it for writing.",
        consequence="Every write is refused: nobody can sign in, and cached pages fail.",
        advice="Let REDIS_URL lead to the primary. Where the primary moves, name the Sentinels: redis+sentinel://host:26379/service.",
    )


def replicas(server: Server) -> Verdict:
    """With Sentinels or in a cluster a primary without one cannot be replaced."""
    count = int(server.number("connected_slaves"))
    if count or server.target.topology is Topology.SINGLE:
        return ok(f"{count} {'replica follows' if count == 1 else 'replicas follow'} it.")
    is_cluster = server.target.topology is Topology.CLUSTER
    return warn(
        "No replica follows this primary of the cluster."
        if is_cluster
        else "No replica follows it, though Sentinels watch it.",
        consequence="When it fails nobody can take over: the platform stands still until it is back.",
        advice="Start a replica of it (replicaof <host> <port>), or find out why the one there is does not connect.",
    )


def replicas_follow(server: Server) -> Verdict:
    late = list(_late(server))
    if not late:
        return ok("No replica is behind.")
    return warn(
        f"Behind: {'; '.join(late)}.",
        consequence="If one of them took over now, the last writes would be lost: sessions, sign-ins, answers.",
        advice="Look at the network between the two, and at the replica's log.",
    )


def _late(server: Server) -> Iterator[str]:
    for place in range(int(server.number("connected_slaves"))):
        found = _REPLICA.match(server.says(f"slave{place}"))
        if found is None:
            continue
        name = f"{found['ip']}:{found['port']}"
        if found["state"] != "online":
            yield f"{name} is in state {found['state']}"
        elif int(found["lag"]) > MOST_LAG_SECONDS:
            yield f"{name} was last heard of {found['lag']} s ago"


def min_replicas(server: Server) -> Verdict:
    if not server.number("connected_slaves"):
        return ok("There is no replica that writes could wait for.")
    least = server.setting("min-replicas-to-write")
    if least != "0":
        return ok(f"A primary without replicas stops taking writes: min-replicas-to-write is {least}.")
    return warn(
        "min-replicas-to-write is 0.",
        consequence="A primary that is cut off from its replicas goes on taking writes. When a replica takes over in its place,"
        " they are lost.",
        advice="With two replicas or more, set min-replicas-to-write 1 and min-replicas-max-lag 10. With one replica weigh it: then"
        " nothing is written while the replica is away.",
    )


def cluster(server: Server) -> Verdict:
    if server.says("cluster_enabled") == "0":
        return ok("It is not part of a cluster.")
    facts = fields(server.ask("CLUSTER", "INFO"))
    assigned, sound = facts.get("cluster_slots_assigned", "?"), facts.get("cluster_slots_ok", "?")
    said = f"cluster_state is {facts.get('cluster_state', 'not told')}: {sound} of {assigned} assigned slots work."
    if facts.get("cluster_state") == "ok" and sound == assigned:
        return ok(said)
    return fail(
        said,
        consequence="Keys in the missing slots cannot be read or written; with cluster-require-full-coverage yes, none can.",
        advice="Bring the missing primary or one of its replicas back, or give its slots to others (redis-cli --cluster fix).",
    )


CHECKS = (
    ServerCheck("replication.role", "Role", role),
    ServerCheck("replication.replicas", "Replicas", replicas),
    ServerCheck("replication.lag", "Delay of replicas", replicas_follow),
    ServerCheck("replication.least", "Writes without a replica", min_replicas),
    ServerCheck("replication.cluster", "State of the cluster", cluster),
)
