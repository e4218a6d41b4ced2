"""What Redis and redis-py say when something fails, and which of it means that Redis does not work."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from caching.errors import CacheUnavailable

# The server refuses to work, whatever it was asked: an outage, and not the reply to one command.
OUTAGES = frozenset(
    "OOM READONLY LOADING NOAUTH WRONGPASS NOPERM MASTERDOWN CLUSTERDOWN MISCONF NOREPLICAS BUSY DENIED".split()
)
# Another node should have been asked, or this one a little later: nothing was executed.
MISDIRECTIONS = frozenset("MOVED ASK TRYAGAIN CLUSTERDOWN READONLY LOADING MASTERDOWN".split())


class Refused(redis.ResponseError):
    """The server does not work at the moment."""


class Gone(redis.ConnectionError):
    """The server ended the connection before it answered anything. Nobody knows whether it has done what it was sent."""


class Unsent(Gone):
    """Nothing was sent: there is no connection."""


class Unanswered(redis.TimeoutError):
    """The server did not answer in time. It may still do what it was sent."""


def reply_error(text: str) -> redis.ResponseError:
    """An error reply as an exception, to be raised or to stand for the reply of its command."""
    code = text.partition(" ")[0]
    if code in OUTAGES or "max number of clients" in text:
        return Refused(text)
    return redis.ResponseError(text)


def code_of(error: Exception) -> str:
    """`MOVED`, `WRONGTYPE`, …: the first word of an error reply."""
    return str(error).partition(" ")[0]


def unavailable(error: Exception) -> CacheUnavailable:
    return CacheUnavailable(_cause(error))


@contextmanager
def raising_cache_unavailable() -> Iterator[None]:
    """What keeps Redis from working leaves this block as CacheUnavailable; a misuse of the client stays what it is."""
    try:
        yield
    except redis.DataError:
        raise
    except (redis.RedisError, OSError) as error:
        raise unavailable(error) from error


def _cause(error: Exception) -> str:
    """One line without a full stop. redis-py names host and port, but puts a failed pipeline's values in front."""
    text = str(error).rpartition(" of pipeline caused error: ")[2]
    return " ".join(text.split()).rstrip(".") or "it did not answer in time"
