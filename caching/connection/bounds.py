"""What a failover may not break (Sentinel and Cluster only): a write that was announced stays announced.

Redis replicates later than it answers. A replica that takes over may lack the last mark of a writer, and has the stamp
from before it: the old values would count again. Stamps carry the epoch of their primary, so whatever was born under the
old one no longer counts; what remains are marks lost while their writer is still about to commit, and a primary that
answers although another one has taken over. Four rules close that, the last two within the rates of the clocks:

1. A mark is waited for until one replica has it (`WAIT 1`, in the same round trip), if there is any; else the write is
   refused.
2. Quarantine: in an epoch younger than `QUARANTINE_SECONDS` nothing is stored. A writer whose mark was lost has
   committed by then, or was refused, and no value from before its commit is stored under the new stamps.
3. Grace: in an epoch younger than `GRACE_SECONDS` a writer waits before its commit until the former primary has stopped
   answering, or until those who ask it have found out (`CONFIRMED_SECONDS`, `RECHECK_SECONDS`).
4. Readers ask at least every second whether their primary still is one.

The first sight of an epoch is kept in Redis. Lost there, it only makes the epoch seem younger, which is safe.
"""

from collections.abc import Callable
from time import monotonic, sleep

from caching import conf, keys, policy

GRACE_SECONDS = 2.0

AskAge = Callable[[str, int], float]
"""How many seconds ago a key was first asked about; it is kept for so many milliseconds."""

# An epoch never comes back, and there is one for each failover: these stay few.
_born: dict[bytes, float] = {}


def is_settled(epoch: bytes, ask_age: AskAge) -> bool:
    """Whether the quarantine of this epoch is over."""
    return _age(epoch, ask_age) >= conf.current().quarantine_seconds


def wait_out_grace(epoch: bytes, ask_age: AskAge) -> None:
    remaining = GRACE_SECONDS - _age(epoch, ask_age)
    if remaining > 0:
        sleep(remaining)


def _age(epoch: bytes, ask_age: AskAge) -> float:
    """How long this epoch has been known to all processes, on the clock of this one from its first question on."""
    if epoch not in _born:
        key = keys.epoch_sight(conf.key_prefix(), epoch.decode())
        age = ask_age(key, policy.TAG_TTL_SECONDS * 1000)
        _born[epoch] = monotonic() - age
    return monotonic() - _born[epoch]
