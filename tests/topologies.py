"""Clusters and Sentinel sets of real servers on the loopback. They die with this process, as every server of the tests.

Nothing is skipped for want of a server: what does not start raises `ServerStartError`.
"""

import atexit
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import redis

from development.processes import guarded
from development.valkey import server_pid

START_SECONDS = 20.0
POLL_SECONDS = 0.005
PORT_ATTEMPTS = 5
MASTERS = 3
MEETING_SECONDS = 0.5
SLOTS = 16384
SERVICE = "platform"
# Short, so that a test need not wait long for a failover.
FAILOVER_MS = 500
# Long: the cluster has no replicas, and a busy machine must not make it break up.
NODE_TIMEOUT_MS = 10_000


class ServerStartError(RuntimeError):
    """A server that the tests need did not start."""


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis(host="127.0.0.1", port=self.port, socket_timeout=START_SECONDS)


@dataclass(frozen=True)
class ClusterServers:
    masters: tuple[Server, ...]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{master.port}" for master in self.masters)


@dataclass(frozen=True)
class SentinelServers:
    primary: Server
    replica: Server
    sentinel: Server

    @property
    def url(self) -> str:
        return f"redis+sentinel://127.0.0.1:{self.sentinel.port}/{SERVICE}/0"


def start_single(binary: str, folder: Path, *options: str) -> Server:
    """A server without persistence."""
    for _ in range(PORT_ATTEMPTS):
        port = free_port()
        log = folder / f"redis-{port}.log"
        common = f"--port {port} --bind 127.0.0.1 --dir {folder} --appendonly no".split()
        process = start_guarded([binary, *common, *options, "--save", ""], log)
        if is_answering(process, port):
            return Server(port, process)
    raise ServerStartError(f"{binary} did not start. Its log says:\n{log.read_text()[-2000:]}")


def start_again(server: Server) -> Server:
    """One that has ended, with its port and its place in a cluster, but without its keys."""
    arguments = cast(list[str], server.process.args)
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    atexit.register(stop_guarded, process)
    if not is_answering(process, server.port):
        raise ServerStartError(f"The server on port {server.port} did not start again.")
    return Server(server.port, process)


def start_cluster(binary: str, folder: Path) -> ClusterServers:
    """Three masters that share the slots, without replicas."""
    masters = tuple(_start_node(binary, folder) for _ in range(MASTERS))
    with ExitStack() as stack:
        clients = [stack.enter_context(master.client()) for master in masters]
        for place, client in enumerate(clients):
            first, last = SLOTS * place // MASTERS, SLOTS * (place + 1) // MASTERS - 1
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", place + 1)
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        _wait_for(lambda: _have_met(clients, masters[0].port), "The cluster did not come together.")
    return ClusterServers(masters)


def start_sentinels(binary: str, folder: Path) -> SentinelServers:
    """A primary with a replica, and one Sentinel that fails over alone."""
    at_once = ("--repl-diskless-sync-delay", "0")
    primary = start_single(binary, folder, *at_once)
    replica = start_single(binary, folder, *at_once, "--replicaof", f"127.0.0.1 {primary.port}")
    with primary.client() as client:
        _wait_for(lambda: _has_replica(client), "The replica did not get the data.")
    port = free_port()
    config = folder / f"sentinel-{port}.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor {SERVICE} 127.0.0.1 {primary.port} 1\n"
        f"sentinel down-after-milliseconds {SERVICE} {FAILOVER_MS}\n"
        f"sentinel failover-timeout {SERVICE} {4 * FAILOVER_MS}\n"
    )
    process = start_guarded([binary, str(config), "--sentinel"], folder / f"sentinel-{port}.log")
    servers = SentinelServers(primary, replica, Server(port, process))
    with servers.sentinel.client() as client:
        _wait_for(lambda: _watches_all(client), "The Sentinel did not find the replica.")
    return servers


def _start_node(binary: str, folder: Path) -> Server:
    name = f"nodes-{free_port()}.conf"
    options = f"--cluster-enabled yes --cluster-config-file {name} --cluster-port {free_port()}"
    return start_single(
        binary, folder, *options.split(), *f"--cluster-node-timeout {NODE_TIMEOUT_MS}".split()
    )


def _bus_port(client: redis.Redis) -> int:
    return int(str(client.config_get("cluster-port")["cluster-port"]))


def _have_met(clients: list[redis.Redis], port: int) -> bool:
    """An introduction may be lost while the machine is busy: those who are still strangers are introduced again."""
    strangers = [client for client in clients if not _is_whole(client)]
    for client in strangers:
        client.execute_command("CLUSTER", "MEET", "127.0.0.1", port, _bus_port(clients[0]))
    if strangers:
        time.sleep(MEETING_SECONDS)
    return not strangers


def _is_whole(client: redis.Redis) -> bool:
    facts = bytes(client.execute_command("CLUSTER", "INFO")).split()
    return b"cluster_state:ok" in facts and f"cluster_known_nodes:{MASTERS}".encode() in facts


def _watches_all(client: redis.Redis) -> bool:
    try:
        replicas = client.execute_command("SENTINEL", "REPLICAS", SERVICE)
    except redis.ConnectionError:
        return False  # not up yet
    return "'ok'" in str(replicas)


def _has_replica(client: redis.Redis) -> bool:
    """Whether one has all data and follows."""
    return client.info("replication").get("slave0", {}).get("state") == "online"


def _wait_for(condition: Callable[[], bool], failure: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise ServerStartError(failure)
        time.sleep(POLL_SECONDS)


def start_guarded(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            guarded(command, signal_name="KILL"), stdin=subprocess.PIPE, stdout=output, stderr=output
        )
    atexit.register(stop_guarded, process)
    return process


def stop_guarded(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=START_SECONDS)


def is_answering(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until our process answers. False: it ended, or a stranger took the port in between."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if (pid := server_pid(port)) is not None:
            return pid == process.pid
        time.sleep(POLL_SECONDS)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
