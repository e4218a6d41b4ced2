"""What our keys look like in every detail. What only begins like one of ours may be another program's, and is left alone.

Names of ours that another program could have by chance, `session:7` for instance, are none of these: ours have a digest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from caching import conf, policy
from caching.ai.ledger import sheets
from caching.keys import DIGEST_DIGITS
from caching.stats.grains import GRAINS
from caching.stats.sheets import TOTAL_SECONDS

DIGEST = rf"[0-9a-f]{{{DIGEST_DIGITS}}}"
NAME = r"[a-z0-9_]{1,64}"
ID = r"[A-Za-z0-9_-]{1,64}"
TOKEN = r"[0-9a-f]{32}"  # noqa: S105
_STAMP = r"[0-9a-f]{24}\Z|!\w{1,64}=\d"
_GRAINS = "|".join(grain.name for grain in GRAINS)
_FLIGHT = rf"flight:\{{{DIGEST}\}}"


@dataclass(frozen=True, slots=True)
class Shape:
    """`form`: of the name behind the prefix, a regular expression. `kind`: the type, as Redis calls it.

    `value`: where the name alone does not tell, a regular expression for the first thing that lies there: how a string begins,
    the first member of a sorted set, the first field of a stream. `field`: one that every hash of ours has. `life_seconds`:
    what a key gets that has lost its expiry; None: it is removed, as a missing one is but a miss.
    """

    form: str
    kind: str
    life_seconds: Callable[[], int] | None = None
    value: str = ""
    field: str = ""


_shapes: list[tuple[re.Pattern[str], Shape]] = []


def register(*shapes: Shape) -> None:
    """For the start of the program."""
    _shapes.extend((re.compile(shape.form), shape) for shape in shapes)


def of_key(key: str) -> Shape | None:
    """None: none of ours, by its prefix or by its form."""
    prefix = conf.key_prefix()
    if not key.startswith(prefix):
        return None
    rest = key[len(prefix) :]
    return next((shape for pattern, shape in _shapes if pattern.fullmatch(rest)), None)


def kinds(start: str) -> set[str]:
    """The types of the keys of a namespace; a purgeable one has one type."""
    return {shape.kind for _, shape in _shapes if shape.form.startswith(start)}


def _flight_seconds() -> int:
    """Longer than any lease, and as long as an event log: whoever holds one that is alive renews it before."""
    return policy.EVENT_LOG_TTL_SECONDS


register(
    Shape(rf"db_query:{NAME}(:user:{ID})?(:scenario:{ID})?:{DIGEST}", "string"),
    Shape(rf"ai_cache:{NAME}:{DIGEST}", "string"),
    Shape(rf"ai_semantic:{NAME}:{DIGEST}", "stream"),
    Shape(r"tag:.+", "string", lambda: policy.TAG_TTL_SECONDS, value=_STAMP),
    Shape(_FLIGHT, "string", _flight_seconds, value=rf"{TOKEN}\Z"),
    Shape(rf"{_FLIGHT}:said", "stream", _flight_seconds),
    Shape(rf"{_FLIGHT}:landed:{TOKEN}", "list", _flight_seconds),
    Shape(rf"flight:events:{NAME}:{ID}", "stream", _flight_seconds, value=r"event\Z"),
    Shape(rf"flight:{NAME}:\d+", "string", _flight_seconds, value=rf"{TOKEN}\Z"),
    Shape(r"stats:ai:\d{4}-\d\d-\d\d", "hash", lambda: sheets.KEPT_SECONDS, field="sheet"),
    Shape(rf"stats:\{{cache\}}:({_GRAINS}):\d+|stats:\{{cache\}}:total", "hash", lambda: TOTAL_SECONDS),
    Shape(rf"stats:\{{cache\}}:sent:{ID}", "string", lambda: TOTAL_SECONDS, value=r"\d+\Z"),
)
