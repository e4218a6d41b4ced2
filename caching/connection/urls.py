"""REDIS_URL: one server, a primary that Sentinels watch, or a cluster. Pure: nothing is opened, no password is shown.

    redis://[user:password@]host[:port][/db][?options]          rediss://… with TLS, unix://[…@]/path[?db=…]
    redis+sentinel://[…@]host:port,host:port/service[/db]       rediss+sentinel://…
    redis+cluster://[…@]host:port,host:port                     rediss+cluster://…

User and password are those of the servers; the Sentinels are asked with `?sentinel_password=…`, if they want one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from caching.errors import CacheUnavailable

DEFAULT_PORT = 6379
DEFAULT_SENTINEL_PORT = 26379

Address = tuple[str, int]
"""Host and port; a unix socket is its path and port 0."""


class Topology(Enum):
    SINGLE = ""
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


SCHEMES: Mapping[str, tuple[str, Topology]] = {
    "redis": ("redis", Topology.SINGLE),
    "rediss": ("rediss", Topology.SINGLE),
    "unix": ("unix", Topology.SINGLE),
    "redis+sentinel": ("redis", Topology.SENTINEL),
    "rediss+sentinel": ("rediss", Topology.SENTINEL),
    "redis+cluster": ("redis", Topology.CLUSTER),
    "rediss+cluster": ("rediss", Topology.CLUSTER),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where Redis is. `addresses` are those to ask first: the server, the Sentinels, or some nodes of the cluster."""

    topology: Topology
    scheme: str
    addresses: tuple[Address, ...]
    service: str = ""
    database: int = 0
    credentials: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sentinel_password: str | None = field(default=None, repr=False)

    def url_of(self, address: Address) -> str:
        """The URL of one server of this target, for redis-py."""
        host, port = address
        if self.scheme == "unix":
            options = (("db", str(self.database)), *self.options)
            return f"unix://{self.credentials}{host}?{urlencode(options)}"
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        query = f"?{urlencode(self.options)}" if self.options else ""
        return f"{self.scheme}://{self.credentials}{where}/{self.database}{query}"

    @property
    def user(self) -> str | None:
        return _user_and_password(self.credentials)[0]

    @property
    def secrets(self) -> frozenset[str]:
        """What must not be shown, as written and as meant."""
        _, _, written = self.credentials.removesuffix("@").partition(":")
        asked_for = dict(self.options).get("password", "")
        return frozenset({written, unquote(written), asked_for, self.sentinel_password or ""} - {""})

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, so that nobody else hears what is said."""
        return all(port == 0 or is_loopback(host) for host, port in self.addresses)


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=16)
def parse(url: str, variable: str = "REDIS_URL") -> Target:
    """Raises CacheUnavailable, naming the variable, for what cannot be read right: redis-py would read a part of the
    password as host or port, and print it."""
    if not url:
        raise CacheUnavailable(f"{variable} is not set")
    try:
        return _target(url)
    except _Unusable as error:
        raise CacheUnavailable(f"{variable} {error}") from None
    except ValueError:
        raise CacheUnavailable(f"{variable} is not a URL") from None


def queue_location(url: str) -> dict[str, Any]:
    """The entry of `RQ_QUEUES` that leads to this server. What RQ cannot use leads nowhere: `require_queue_server`
    says why when a process starts, while commands that need no queue run."""
    try:
        target = require_queue_server(url)
    except CacheUnavailable:
        return {"URL": "redis://no-usable-redis-url.invalid"}
    if target.topology is Topology.SINGLE:
        return {"URL": url}
    user, password = _user_and_password(target.credentials)
    return {
        "SENTINELS": list(target.addresses),
        "MASTER_NAME": target.service,
        "DB": target.database,
        "USERNAME": user,
        "PASSWORD": password,
        "SENTINEL_KWARGS": {"password": target.sentinel_password},
        "CONNECTION_KWARGS": {"ssl": target.scheme == "rediss"},
    }


def require_queue_server(url: str) -> Target:
    """Raises CacheUnavailable for a cluster: RQ moves jobs between keys in one step, which a cluster cannot do."""
    target = parse(url, "JOBS_REDIS_URL")
    if target.topology is Topology.CLUSTER:
        raise CacheUnavailable(
            "Jobs cannot be queued on a cluster, set JOBS_REDIS_URL to a single server or to Sentinels"
        )
    return target


class _Unusable(Exception):
    """The predicate of the sentence that says why."""


def _target(url: str) -> Target:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise _Unusable(f"must begin with one of {', '.join(SCHEMES)}")
    if "@" in parts.path + parts.query + parts.fragment or parts.fragment or "#" in url:
        raise _Unusable("has a password with special characters that are not %-encoded")
    scheme, topology = SCHEMES[parts.scheme]
    credentials, at, hosts = parts.netloc.rpartition("@")
    options = parse_qsl(parts.query, keep_blank_values=True)
    service, database = _place(topology, scheme, parts, dict(options))
    return Target(
        topology=topology,
        scheme=scheme,
        addresses=_addresses(topology, scheme, hosts, parts),
        service=service,
        database=database,
        credentials=credentials + at,
        options=tuple(each for each in options if each[0] not in {"db", "sentinel_password"}),
        sentinel_password=dict(options).get("sentinel_password"),
    )


def _addresses(topology: Topology, scheme: str, hosts: str, parts: SplitResult) -> tuple[Address, ...]:
    if scheme == "unix":
        if not parts.path:
            raise _Unusable("names no socket")
        return ((parts.path, 0),)
    many = hosts.split(",")
    if topology is Topology.SINGLE and len(many) > 1:
        raise _Unusable("names several servers, which takes redis+sentinel:// or redis+cluster://")
    default_port = DEFAULT_SENTINEL_PORT if topology is Topology.SENTINEL else DEFAULT_PORT
    return tuple(_address(host, default_port, required=topology is not Topology.SINGLE) for host in many)


def _address(host: str, default_port: int, *, required: bool) -> Address:
    parts = urlsplit(f"//{host}")
    name, port = parts.hostname, parts.port
    if not name and required:
        raise _Unusable("names no host")
    return name or "localhost", default_port if port is None else port


def _place(topology: Topology, scheme: str, parts: SplitResult, options: dict[str, str]) -> tuple[str, int]:
    """The name of the service that Sentinels watch, and the number of the database."""
    words = [] if scheme == "unix" else [unquote(word) for word in parts.path.split("/") if word]
    service = ""
    if topology is Topology.SENTINEL:
        if not words:
            raise _Unusable("names no service: redis+sentinel://host:port/service")
        service = words.pop(0)
    number = options.get("db", words[0] if words else "0")
    if len(words) > 1 or not number.isdecimal():
        raise _Unusable("has something else than the number of a database after its host")
    if topology is Topology.CLUSTER and int(number):
        raise _Unusable("names a database, but a cluster has only number 0")
    return service, int(number)


def _user_and_password(credentials: str) -> tuple[str | None, str | None]:
    user, _, password = credentials.removesuffix("@").partition(":")
    return unquote(user) or None, unquote(password) or None
