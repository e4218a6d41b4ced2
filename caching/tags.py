"""Tags and their stamps: what a value rests on, and whether that still holds.

Every tag has a key with a random stamp. A value remembers the stamps that its tags had *before* it was computed; it
holds as long as they are the same. A stamp never comes back, so a tag that was evicted can only cause a miss.

A writer announces itself before its COMMIT: each tag it changed becomes a mark, `!` and the writers in flight. After the
COMMIT it leaves, and the last one out takes the tag away, so that its next reader gives it a new stamp. Whoever reads a
mark goes to the database and stores nothing. The mark of a writer that died runs out with its lease.

A stamp begins with the epoch of the Redis primary that bore it: one that a failover brought back does not count.
"""

import secrets
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import repeat

from caching import conf, keys, policy, trace
from caching.connection import wire
from caching.connection.wire import Command, Reply, Script

Stamps = dict[str, bytes]

_SETTLE = Script("settle_tag")
_ANNOUNCE = Script("announce_write")
_LEAVE = Script("leave_tag")
_TTL_MS = policy.TAG_TTL_SECONDS * 1000


def new_writer() -> str:
    """A name for one writer and one commit."""
    return secrets.token_hex(8)


def is_busy(stamp: bytes) -> bool:
    """Whether writers are about to commit, so that nothing may be taken from the cache or put into it."""
    return stamp.startswith(b"!")


def stamps(names: Collection[str]) -> Stamps:
    """The stamps of these tags now, in one round trip; a tag that has none gets one. Busy tags have their mark."""
    if not names:
        return {}
    births = Births(names)
    return births.stamps(wire.call(births.commands, idempotent=True))


class Births:
    """The commands that ask for stamps and give one to a tag that has none, and what their replies say."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        tag_keys = keys_of(names)
        self._epochs = wire.epochs_of(tag_keys)
        self._born = _new_stamps(self._epochs)
        life = policy.with_jitter(_TTL_MS)
        self.commands: list[Command] = [
            ("SET", key, stamp, "NX", "GET", "PX", life)
            for key, stamp in zip(tag_keys, self._born, strict=True)
        ]

    def stamps(self, replies: Sequence[Reply]) -> Stamps:
        found = [new if old is None else old for old, new in zip(replies, self._born, strict=True)]
        return _current(self._names, found, self._epochs) or settled(self._names, found)


class Question:
    """An entry together with what lies under its tags: one round trip."""

    def __init__(self, entry_key: str, names: tuple[str, ...]) -> None:
        self.names = names
        self._entry_key = entry_key

    @cached_property
    def strings(self) -> wire.Gathering:
        """Made ready by the first reading: most of what is computed is never read again by the same process."""
        return wire.Gathering([self._entry_key, *keys_of(self.names)])


def are(replies: Sequence[bytes | None], expected: tuple[bytes, ...], epoch: bytes | None) -> bool:
    """Whether the replies are these stamps, which have one epoch, and this one. False may only mean: look closer."""
    return tuple(replies) == expected != () and epoch is not None and expected[0].startswith(epoch)


def present(names: Collection[str]) -> Stamps:
    """The stamps of those tags that have one; none is born."""
    return settled(names, wire.mget(keys_of(names)))


def may_store(stamps: Stamps) -> bool:
    """Whether a value may be stored under these stamps: not if the primary has changed while they were taken, nor for
    some seconds after a failover, which may have lost marks."""
    if (epoch := wire.only_epoch()) is not None:
        return all(stamp.startswith(epoch) for stamp in stamps.values())
    tag_keys = keys_of(stamps)
    epochs = wire.epochs_of(tag_keys)
    return all(map(bytes.startswith, stamps.values(), epochs)) and wire.may_store(*tag_keys)


def announce(writer: str, names: Collection[str]) -> None:
    """Before a COMMIT: from now on nobody takes or stores what rests on these tags, until the writer leaves or dies."""
    began = trace.clock()
    lease_ms = round(conf.current().write_lease_seconds * 1000)
    wire.checked(wire.run(_ANNOUNCE, [(key, writer, lease_ms) for key in keys_of(names)], durable=True))
    if began:
        trace.note("write", "announced", why=", ".join(sorted(names)), since=began)


def leave(writer: str, names: Collection[str]) -> None:
    """After a COMMIT, or when it is certain that there was none."""
    wire.checked(wire.run(_LEAVE, [(key, writer) for key in keys_of(names)], idempotent=True))


def renew(names: Collection[str]) -> None:
    """Invalidation by hand: whatever rests on these tags no longer counts."""
    leave("", names)


def keys_of(names: Iterable[str]) -> list[str]:
    """Where their stamps lie."""
    prefix = conf.key_prefix()
    return [keys.tag(prefix, name) for name in names]


def _new_stamps(epochs: Sequence[bytes]) -> list[bytes]:
    random = secrets.token_hex(8 * len(epochs)).encode()
    return [epoch + random[16 * place : 16 * place + 16] for place, epoch in enumerate(epochs)]


def settled(names: Collection[str], replies: Sequence[Reply]) -> Stamps:
    """What lay under the tags as stamps; tags that had none are left out.

    What may not count (marks, other epochs, other types) is settled by the server.
    """
    if (epoch := wire.only_epoch()) is not None and (all_of_them := _current(names, replies, repeat(epoch))):
        return all_of_them
    tag_keys = keys_of(names)
    epochs = wire.epochs_of(tag_keys)
    found = {
        name: reply
        for name, reply, epoch in zip(names, replies, epochs, strict=True)
        if isinstance(reply, bytes) and reply.startswith(epoch)
    }
    if len(found) < len(names):
        found |= _doubtful_settled(
            [
                (name, key, epoch)
                for name, key, reply, epoch in zip(names, tag_keys, replies, epochs, strict=True)
                if reply is not None and name not in found
            ]
        )
    return found


def _current(names: Iterable[str], replies: Iterable[Reply], epochs: Iterable[bytes]) -> Stamps:
    """The stamps, if all of them count: as almost always, when nothing else has to be looked at. Else none."""
    found: Stamps = {}
    for name, reply, epoch in zip(names, replies, epochs, strict=False):
        if not (isinstance(reply, bytes) and reply.startswith(epoch)):
            return {}
        found[name] = reply
    return found


def _doubtful_settled(doubtful: Sequence[tuple[str, str, bytes]]) -> Stamps:
    if not doubtful:
        return {}
    life = policy.with_jitter(_TTL_MS)
    new = _new_stamps([epoch for _, _, epoch in doubtful])
    calls = [(key, stamp, life, epoch) for (_, key, epoch), stamp in zip(doubtful, new, strict=True)]
    replies = wire.run(_SETTLE, calls, idempotent=True)
    wire.checked(replies)
    return {
        name: stamp for (name, _, _), stamp in zip(doubtful, replies, strict=True) if isinstance(stamp, bytes)
    }
