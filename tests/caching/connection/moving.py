"""A slot of a cluster that moves from one master to another, step by step."""

import redis
from redis.crc import key_slot

from caching.connection import nodes
from tests.topologies import ClusterServers, Server


def owner(cluster: ClusterServers, key: str) -> Server:
    (owner,) = {
        master for master in cluster.masters if ("127.0.0.1", master.port) == nodes.current().owner(key)
    }
    return owner


def node_id(client: redis.Redis) -> str:
    return str(client.execute_command("CLUSTER", "MYID").decode())


class Move:
    """One slot on its way from its owner to another node."""

    def __init__(self, cluster: ClusterServers, key: str) -> None:
        self.slot = key_slot(key.encode())
        self.old = owner(cluster, key)
        self.new = next(master for master in cluster.masters if master != self.old)
        self.key = key

    def begin(self) -> None:
        with self.old.client() as old, self.new.client() as new:
            new.execute_command("CLUSTER", "SETSLOT", self.slot, "IMPORTING", node_id(old))
            old.execute_command("CLUSTER", "SETSLOT", self.slot, "MIGRATING", node_id(new))

    def carry(self) -> None:
        with self.old.client() as old:
            old.execute_command("MIGRATE", "127.0.0.1", self.new.port, self.key, 0, 5000)

    def end(self) -> None:
        with self.old.client() as old, self.new.client() as new:
            target = node_id(new)
            new.execute_command("CLUSTER", "SETSLOT", self.slot, "NODE", target)
            old.execute_command("CLUSTER", "SETSLOT", self.slot, "NODE", target)
