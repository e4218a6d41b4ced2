"""The hot path to Redis: several commands in one round trip, over thin links held by each thread.

A call takes commands of one key each and finds the primaries that own them. Error replies that concern one command stand
in its place; whatever means that Redis does not work raises CacheUnavailable within 1.5 s.
"""

import time
from collections.abc import Iterable, Sequence

import redis

from caching import trace
from caching.connection import bounds, clients, links, nodes
from caching.connection.failures import Gone, Refused, code_of, raising_cache_unavailable, unavailable
from caching.connection.link import EPOCH_BYTES, Argument, Command, Link, Packed, Reply, pack
from caching.connection.router import Keyed, Question
from caching.connection.scripts import Script
from caching.connection.topology import Topology

__all__ = [
    "EPOCH_BYTES",
    "Argument",
    "Command",
    "Gathering",
    "Reply",
    "Script",
    "call",
    "checked",
    "epoch_of",
    "epochs_of",
    "gather",
    "in_order",
    "may_store",
    "mget",
    "only_epoch",
    "post",
    "run",
]

_EPOCH_AGE = Script("epoch_age")
_FAILURES = (redis.RedisError, OSError)
_SCRIPTS = frozenset({"EVAL", "EVALSHA"})


def call(commands: Sequence[Command], *, idempotent: bool = False) -> list[Reply]:
    """The replies in the order of the commands. The key is a command's second word, and a script's fourth.

    What is `idempotent` is sent once more when the server ended the connection before it answered anything.
    """
    try:
        topology = nodes.current()
        if topology.fails_over:
            keyed = [(_key(command), command) for command in commands]
            return Question(topology, keyed, idempotent=idempotent).answer()
        return _ask(topology, commands, idempotent=idempotent)[0]
    except redis.DataError:
        raise
    except _FAILURES as error:
        raise unavailable(error) from error


def in_order(first: Sequence[Command], then: Sequence[Command]) -> tuple[list[Reply], list[Reply]]:
    """Both, the second part strictly after the first: one round trip where one server has all keys, else two."""
    if not then or not first or nodes.current().fails_over:
        return call(first) if first else [], call(then) if then else []
    replies = call([*first, *then])
    return replies[: len(first)], replies[len(first) :]


def post(first: Sequence[Command], then: Sequence[Command]) -> None:
    """Both, in this order, without waiting for what a server of its own says to it. Raises CacheUnavailable.

    For what others notice by themselves if it was not done.
    """
    try:
        topology = nodes.current()
        if topology.fails_over:
            checked(call(first) if first else [])
            checked(call(then))
            return
        link = links.to(topology.target, topology.target.addresses[0])
        if not link.is_open():
            links.close(link)
            link = links.to(topology.target, link.address)
        link.post([*first, *then])
    except _FAILURES as error:
        raise unavailable(error) from error


def checked(replies: Iterable[Reply]) -> None:
    """Raises CacheUnavailable if one of the replies is an error: what was asked for has not been done."""
    with raising_cache_unavailable():
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply


def ours(reply: Reply) -> Reply:
    """The reply; None where a stranger has put a value of another type under the key. Raises CacheUnavailable for any other
    error."""
    if _is_error(reply, "WRONGTYPE"):
        return None
    checked([reply])
    return reply


class Gathering:
    """Strings of several keys that are asked for again and again: the command is made ready once."""

    __slots__ = ("keys", "packed")

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys
        self.packed = pack(("MGET", *keys))


def gather(what: Gathering) -> tuple[list[bytes | None], bytes | None]:
    """The strings, None for what is absent or of another type; and the epoch of the one primary that has them all.

    The epoch is None on a cluster and with Sentinels: ask for that of each key.
    """
    try:
        topology = nodes.current()
        if topology.fails_over:
            keyed: list[Keyed] = [(key, ("GET", key)) for key in what.keys]
            return [_string(reply) for reply in Question(topology, keyed, idempotent=True).answer()], None
        (reply,), link = _ask(topology, (what.packed,), idempotent=True)
    except _FAILURES as error:
        raise unavailable(error) from error
    if isinstance(reply, list):
        return reply, link.epoch
    raise unavailable(reply if isinstance(reply, Exception) else TypeError("MGET answers no list"))


def mget(keys: Sequence[str]) -> list[bytes | None]:
    """`gather` once."""
    return gather(Gathering(keys))[0]


def run(
    script: Script, calls: Iterable[Command], *, idempotent: bool = False, durable: bool = False
) -> list[Reply]:
    """Runs the script once for each call, which is its key, or its keys on one node, and its arguments.

    `durable`: for what no failover may undo (`bounds` says how); it may have to wait for two seconds after one.
    """
    calls = list(calls)
    words = ("EVALSHA", script.digest, script.keys)
    replies = _run(words, calls, idempotent=idempotent, durable=durable)
    unknown = [place for place, reply in enumerate(replies) if _is_error(reply, "NOSCRIPT")]
    if unknown:
        again = [calls[place] for place in unknown]
        words = ("EVAL", script.text, script.keys)
        answered = _run(words, again, idempotent=idempotent, durable=durable)
        for place, reply in zip(unknown, answered, strict=True):
            replies[place] = reply
    return replies


def only_epoch() -> bytes | None:
    """`epoch_of` of every key, where one server has them all; None on a cluster and with Sentinels."""
    return None if nodes.current().fails_over else epoch_of("")


def epoch_of(key: str) -> bytes:
    """`EPOCH_BYTES` bytes that identify the primary that owns the key: another one after a restart or a failover."""
    return _link_of(key).epoch


def epochs_of(keys: Sequence[str]) -> list[bytes]:
    """`epoch_of` each."""
    if nodes.current().fails_over:
        return [epoch_of(key) for key in keys]
    return [epoch_of(keys[0])] * len(keys) if keys else []


def may_store(*keys: str) -> bool:
    """Whether what is computed now may rest on these keys. False for some seconds after a failover."""
    if not nodes.current().fails_over:
        return True
    return all(bounds.is_settled(epoch, _ask_age) for epoch in {epoch_of(key) for key in keys})


def _run(words: Command, calls: list[Command], *, idempotent: bool, durable: bool) -> list[Reply]:
    commands: list[Command] = [(*words, *call) for call in calls]
    try:
        topology = nodes.current()
        if not topology.fails_over:
            return _ask(topology, commands, idempotent=idempotent)[0]
        keyed = [(_key(command), command) for command in commands]
        return Question(
            topology,
            keyed,
            idempotent=idempotent,
            durable=durable,
            before_sending=_wait_out_grace if durable else None,
        ).answer()
    except redis.DataError:
        raise
    except _FAILURES as error:
        raise unavailable(error) from error


def _ask(
    topology: Topology, commands: Sequence[Command | Packed], *, idempotent: bool
) -> tuple[list[Reply], Link]:
    """The way to a single server, which is as short as it can be. The replies, and the link that brought them."""
    if not trace.active:
        return _exchanged(topology, commands, idempotent=idempotent)
    with trace.round_trip():
        return _exchanged(topology, commands, idempotent=idempotent)


def _exchanged(
    topology: Topology, commands: Sequence[Command | Packed], *, idempotent: bool
) -> tuple[list[Reply], Link]:
    deadline = time.monotonic() + clients.REPLY_SECONDS
    link = links.to(topology.target, topology.target.addresses[0])
    if not idempotent and not link.is_open():
        links.close(link)
        link = links.to(topology.target, link.address)
    try:
        replies = link.exchange(commands, deadline)
    except Gone:
        links.close(link)
        if not idempotent:
            raise
        link = links.to(topology.target, link.address)
        replies = link.exchange(commands, deadline)
    except BaseException:
        links.close(link)
        raise
    for reply in replies:
        if isinstance(reply, Refused):
            links.close(link)
            raise reply
    return replies, link


def _wait_out_grace(link: Link) -> None:
    bounds.wait_out_grace(link.epoch, _ask_age)


def _ask_age(key: str, life_ms: int) -> float:
    """How many seconds ago the epoch of the key was first seen."""
    (age_ms,) = run(_EPOCH_AGE, [(key, life_ms)], idempotent=True)
    if not isinstance(age_ms, int):
        raise unavailable(redis.InvalidResponse("the age of the primary is not a number"))
    return age_ms / 1000


def _link_of(key: str) -> Link:
    try:
        topology = nodes.current()
        return links.to(topology.target, topology.owner(key))
    except _FAILURES as error:
        raise unavailable(error) from error


def _key(command: Command) -> str | bytes:
    key = command[3] if command[0] in _SCRIPTS else command[1]
    return key if isinstance(key, bytes) else str(key)


def _string(reply: Reply) -> bytes | None:
    if reply is None or isinstance(reply, bytes):
        return reply
    if _is_error(reply, "WRONGTYPE"):
        return None
    raise reply if isinstance(reply, Exception) else redis.InvalidResponse("GET answers no string")


def _is_error(reply: Reply, code: str) -> bool:
    return isinstance(reply, redis.ResponseError) and code_of(reply) == code
