"""The names of all keys. Pure: the prefix is handed in; no other module writes a key by hand.

A name never holds a text of a user, a mail address or a secret: what is long or private is in the digest.
"""

import hashlib
import re
from datetime import date
from functools import lru_cache

_NAME = re.compile(r"[a-z0-9_]{1,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SIGN = re.compile(r"([*?\[\]\\])")
# 160 bits: even somebody who may choose both texts does not find two with one digest.
DIGEST_DIGITS = 40


def digest(canonical: bytes) -> str:
    """The hex digest that stands for a canonical form in a key."""
    return hashlib.sha256(canonical).hexdigest()[:DIGEST_DIGITS]


def ai_entry(prefix: str, operation: str, digest: str) -> str:
    """`ai_cache:<operation>:<digest>`"""
    return f"{prefix}ai_cache:{_name(operation)}:{digest}"


def ai_questions(prefix: str, operation: str, digest: str) -> str:
    """`ai_semantic:<operation>:<digest>`: the questions whose answers are kept, with all but the question in the digest."""
    return f"{prefix}ai_semantic:{_name(operation)}:{digest}"


def query_entry(
    prefix: str, name: str, digest: str, *, user: str | None = None, scenario: str | None = None
) -> str:
    """`db_query:<name>[:user:<id>][:scenario:<id>]:<digest>`; the ids are for people, the digest decides."""
    owners = "".join(
        f":{label}:{_id(of)}" for label, of in (("user", user), ("scenario", scenario)) if of is not None
    )
    return f"{prefix}db_query:{_name(name)}{owners}:{digest}"


def query_entries(prefix: str) -> str:
    """The pattern of all keys of `query_entry`, for SCAN."""
    return matching(prefix, "db_query:*")


def ai_entries(prefix: str) -> str:
    """The pattern of all keys of `ai_entry`."""
    return matching(prefix, "ai_cache:*")


def matching(beginning: str, pattern: str = "*") -> str:
    """The pattern of all keys that have this beginning, to the letter, and go on like `pattern`."""
    return _escaped(beginning) + pattern


def _escaped(prefix: str) -> str:
    """A prefix may hold what a pattern takes for a sign."""
    return _SIGN.sub(r"\\\1", prefix)


def tag(prefix: str, name: str) -> str:
    """`tag:<name>`: where the stamp of a tag lies. Names are made by the functions below."""
    return f"{prefix}tag:{name}"


def table_tag(database: str, table: str) -> str:
    """Anything in this table may have changed. `database` identifies the database itself, not its alias."""
    return f"{database}:{table}:any"


def bulk_tag(database: str, table: str) -> str:
    """Rows of this table changed, and it is not known which."""
    return f"{database}:{table}:bulk"


def row_tag(database: str, table: str, column: str, value: str) -> str:
    """The rows with this value in this column, which is the primary key or a foreign key."""
    return f"{database}:{table}:{column}={value}"


def scope_tag(kind: str, of: str) -> str:
    """What is invalidated by hand: `user:7`, `scenario:456`, `query:<name>`."""
    return f"{_name(kind)}:{_id(of)}"


def owned_query_tag(query: str, kind: str, of: str) -> str:
    """`query:<name>:user:7`: the results of one query that belong to one owner."""
    return f"{scope_tag('query', query)}:{scope_tag(kind, of)}"


def answer_tag(scope: str) -> str:
    """`ai_user:7`: the answers of an AI in a scope such as `user:7`, the kind and the id."""
    kind, colon, of = scope.partition(":")
    if not colon:
        raise ValueError(f"A scope is a kind and an id, such as user:7, not {scope!r}.")
    return scope_tag(f"ai_{kind}", of)


def flight(prefix: str, digest: str) -> str:
    """`flight:{<digest>}`: the lease of the one who computes a value. The braces keep its keys on one node of a cluster."""
    return f"{prefix}flight:{{{digest}}}"


def live_stream(prefix: str, digest: str) -> str:
    """`flight:{<digest>}:said`: what the one who asks an AI has been told so far."""
    return f"{flight(prefix, digest)}:said"


def landing(prefix: str, digest: str, token: str) -> str:
    """`flight:{<digest>}:landed:<token>`: the list on which those wait who want what this leader computes."""
    return f"{flight(prefix, digest)}:landed:{token}"


def lease(prefix: str, kind: str, of: int) -> str:
    """`flight:<kind>:<id>`: who may do something at the moment, `flight:turn:7` for instance."""
    return f"{prefix}flight:{_name(kind)}:{of}"


def event_log(prefix: str, kind: str, log_id: int | str) -> str:
    """`flight:events:<kind>:<id>`"""
    if not _ID.fullmatch(str(log_id)):
        raise ValueError(f"An id of an event log is made of letters, digits, - and _, not {log_id!r}.")
    return f"{prefix}flight:events:{_name(kind)}:{log_id}"


def ai_sheet(prefix: str, day: date) -> str:
    """`stats:ai:<YYYY-MM-DD>`: what the AI cache spent and saved on a day."""
    return f"{prefix}stats:ai:{day.isoformat()}"


def doctor_probe(prefix: str, token: str) -> str:
    """`stats:doctor:<token>`: what the doctor writes, and deletes at once, to see whether a change is pushed."""
    return f"{prefix}stats:doctor:{_id(token)}"


def ai_totals(prefix: str) -> str:
    """`stats:ai:totals`: the same since counting began."""
    return f"{prefix}stats:ai:totals"


def count_sheet(prefix: str, name: str) -> str:
    """`stats:{cache}:<name>`: what all processes have counted in a time. The braces keep them on one node of a cluster."""
    return f"{prefix}stats:{{cache}}:{name}"


def process(prefix: str, of: str) -> str:
    """`stats:process:<id>`: what a living process says of itself."""
    return f"{prefix}stats:process:{_id(of)}"


def process_index(prefix: str) -> str:
    """`stats:processes`: a ZSET of the ids of living processes, by when they last said so."""
    return f"{prefix}stats:processes"


def trace(prefix: str, trace_id: str) -> str:
    """`stats:trace:<id>`: what the cache decided in one request, for whoever asked to see it."""
    return f"{prefix}stats:trace:{_id(trace_id)}"


def epoch_sight(prefix: str, epoch: str) -> str:
    """`flight:epoch:<id>`: when a Redis primary was first seen."""
    return f"{prefix}flight:epoch:{_id(epoch)}"


def _id(of: str) -> str:
    if not _ID.fullmatch(of):
        raise ValueError(f"An id in a key is made of letters, digits, - and _, not {of!r}.")
    return of


@lru_cache(maxsize=10_000)
def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"Names in keys are made of a-z, 0-9 and _, not {name!r}.")
    return name


EVERY_ANSWER = scope_tag("all", "answers")
"""The tag of all answers of an AI."""
