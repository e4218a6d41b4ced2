"""Commands of the caller that travel with those of the flight: a round trip saved at the lease, and one at the landing.

On a server of its own they share an exchange, which keeps their order; elsewhere they go in two, in the same order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from caching.connection import wire
from caching.connection.wire import Command, Reply


@dataclass(slots=True)
class Baggage:
    """`with_lease` is asked right after the lease was taken; `replies` are there for the next `look` of its new owner.

    `with_landing` is what the computation stores: it is sent before those who wait are woken.
    """

    with_lease: Callable[[], Sequence[Command]] = tuple
    replies: Sequence[Reply] | None = None
    with_landing: list[Command] = field(default_factory=list)

    def claimed(self) -> Sequence[Reply] | None:
        """The replies, once: a second look has to ask again."""
        replies, self.replies = self.replies, None
        return replies

    def unloaded(self) -> Sequence[Command]:
        """What still has to be stored; whoever takes it sends it."""
        commands, self.with_landing = self.with_landing, []
        return commands

    def deliver(self) -> None:
        """Stores what no landing has taken along: of a computation without a lease. Raises CacheUnavailable."""
        if commands := self.unloaded():
            wire.checked(wire.call(commands))
