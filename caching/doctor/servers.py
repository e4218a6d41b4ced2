"""One server, and what it says of itself. It is only asked: no CONFIG SET, no DEBUG, no KEYS, nothing that writes.

A right that is missing is `NotTold`, and the check that wanted to know says so. A server that stops answering is
`CacheUnavailable`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import redis

from caching.connection import clients
from caching.connection.failures import code_of, raising_cache_unavailable
from caching.connection.servers import fields
from caching.connection.urls import Address, Target, is_loopback
from caching.doctor import sampling
from caching.doctor.findings import NotTold
from caching.doctor.masking import masked
from caching.errors import CacheUnavailable

# Connecting, and each reply.
ANSWER_SECONDS = 0.5
# All questions to one server together.
EXAMINATION_SECONDS = 2.0

Word = str | bytes | int
Command = tuple[Word, ...]

_CONTAINERS = frozenset({"ACL", "CLIENT", "CLUSTER", "COMMAND", "COMMANDLOG", "CONFIG", "MEMORY", "SLOWLOG"})
"""Commands whose second word is part of their name, and of the right to run them."""


class Server:
    """Connects at once, over a connection of its own. Raises CacheUnavailable."""

    def __init__(self, target: Target, address: Address) -> None:
        self.target = target
        self.address = address
        self._left_seconds = EXAMINATION_SECONDS
        self._connection: Any = clients.make_connection(target, address, protocol=2, seconds=ANSWER_SECONDS)
        self._configured: dict[str, str | None] = {}
        with raising_cache_unavailable():
            self._connection.connect()

    def close(self) -> None:
        self._connection.disconnect()

    # --- Questions ------------------------------------------------------------------------------------------------

    def ask(self, *words: Word) -> Any:
        """The reply. Raises NotTold when it is an error."""
        (reply,) = self.ask_all([words])
        if isinstance(reply, NotTold):
            raise reply
        return reply

    def ask_all(self, commands: Sequence[Command]) -> list[Any]:
        """The replies, in one round trip; NotTold stands in the place of an error."""
        deadline = time.monotonic() + self._left_seconds
        with raising_cache_unavailable():
            self._connection.send_packed_command(self._connection.pack_commands(commands))
            replies = [self._reply(command, deadline) for command in commands]
        self._left_seconds = deadline - time.monotonic()
        return replies

    def _reply(self, command: Command, deadline: float) -> Any:
        if time.monotonic() > deadline:
            raise CacheUnavailable(f"it took longer than {EXAMINATION_SECONDS:g} s to answer")
        try:
            return self._connection.read_response(disconnect_on_error=False)
        except (redis.ResponseError, redis.BusyLoadingError) as error:
            return self._not_told(command, error)

    def _not_told(self, command: Command, error: redis.RedisError) -> NotTold:
        name = _name_of(command)
        if code_of(error) == "NOPERM" or isinstance(error, redis.exceptions.NoPermissionError):
            right = "+" + name.lower().replace(" ", "|")
            return NotTold(
                f"The user {self.user!r} may not run {name}.",
                f"Give it the right to: ACL SETUSER {self.user} {right}",
            )
        if str(error).removeprefix("ERR ").lower().startswith("unknown"):
            return NotTold(
                f"The server does not know {name}; hosted services often switch it off.",
                "Look where the service shows its settings.",
            )
        return NotTold(f"The server answers {name} with: {masked(str(error))}.")

    # --- What it says ---------------------------------------------------------------------------------------------

    @property
    def user(self) -> str:
        """As whom we have signed in."""
        return self.target.user or "default"

    @property
    def is_here(self) -> bool:
        """On this machine. For Sentinels and clusters the address is what they say."""
        host, port = self.address
        return self.target.is_local and (not port or is_loopback(host))

    @cached_property
    def _info(self) -> dict[str, str]:
        return fields(self.ask("INFO"))

    def says(self, name: str) -> str:
        """A field of INFO."""
        try:
            return self._info[name]
        except KeyError:
            raise NotTold(f"The server does not say {name} in INFO.") from None

    def tells(self, name: str) -> bool:
        """Whether INFO has this field."""
        return name in self._info

    def number(self, name: str) -> float:
        """A field of INFO that is a number."""
        said = self.says(name)
        try:
            return float(said)
        except ValueError:
            raise NotTold(f"The server says {name}:{said} in INFO, which is no number.") from None

    def setting(self, name: str) -> str:
        """One setting, by CONFIG GET. Raises NotTold, also when the server has none of this name."""
        value = self.setting_if_known(name)
        if value is None:
            raise NotTold(f"The server has no setting {name}.")
        return value

    def setting_if_known(self, name: str) -> str | None:
        """None: the server is too old, or too new, for it. Raises NotTold when settings may not be read."""
        if name not in self._configured:
            reply = self.ask("CONFIG", "GET", name)
            self._configured[name] = reply[1].decode(errors="replace") if reply else None
        return self._configured[name]

    @cached_property
    def sample(self) -> sampling.Sample:
        """Some of its keys."""
        return sampling.taken(self)


def _name_of(command: Command) -> str:
    words = [word.decode() if isinstance(word, bytes) else str(word) for word in command[:2]]
    return " ".join(words if words[0] in _CONTAINERS else words[:1])
