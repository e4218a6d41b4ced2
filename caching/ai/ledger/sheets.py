"""What Redis holds of a day: a sheet, which is one HASH with a field for each account and count.

A sheet has a random name. If Redis loses it in the midst of a day, the next one has another name, and what was copied
of the first to the database still counts beside it. What is no count of ours is passed over.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from caching import conf, keys, policy, stats
from caching.ai.ledger.accounts import ASKED, COUNTS, Account, Counts, Outcome
from caching.ai.ledger.postings import Cell, Key, printable
from caching.connection import wire

KEPT_DAYS = 40
"""For so long the database may take to copy a sheet."""
KEPT_SECONDS = KEPT_DAYS * policy.DAY

OPERATION_CHARACTERS = SCENARIO_CHARACTERS = 64
MODEL_CHARACTERS = 200

_EPOCH = date(1970, 1, 1)
_NAME = re.compile(rb"[0-9a-f]{16}")
AMOUNT = re.compile(rb"[0-9]{1,18}")


class _Field(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    operation: str
    model: str
    scenario: str
    count: str


@dataclass(frozen=True, slots=True)
class Sheet:
    day: date
    name: str
    counts: dict[Account, Counts]


def date_of(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def amounts(posted: Iterable[tuple[Key, Cell]]) -> dict[str, int]:
    """The fields of a sheet that these cells are added to, and how much."""
    added: defaultdict[str, int] = defaultdict(int)
    for key, cell in posted:
        for count, amount in counted(key.outcome, cell).items():
            if amount:
                added[_field(key, count)] += amount
    return dict(added)


def counted(outcome: Outcome, cell: Cell) -> dict[str, int]:
    """What a cell adds to the counts of its account, by their names in `COUNTS`."""
    side = "spent" if outcome in ASKED else "saved"
    return {
        f"{outcome}_requests": cell.requests,
        f"{side}_input_tokens": cell.input_tokens,
        f"{side}_cached_input_tokens": cell.cached_input_tokens,
        f"{side}_output_tokens": cell.output_tokens,
        f"{side}_pictures": cell.pictures,
    }


def _field(key: Key, count: str) -> str:
    field = _Field(
        printable(key.operation, OPERATION_CHARACTERS),
        printable(key.model, MODEL_CHARACTERS),
        printable(key.scenario, SCENARIO_CHARACTERS),
        count,
    )
    return msgspec.json.encode(field).decode()


def read(days: Sequence[date]) -> list[Sheet]:
    """The sheets that there are, in one round trip. Raises CacheUnavailable."""
    prefix = conf.key_prefix()
    replies = wire.call([("HGETALL", keys.ai_sheet(prefix, day)) for day in days], idempotent=True)
    found = (_sheet(day, reply) for day, reply in zip(days, replies, strict=True))
    return [sheet for sheet in found if sheet is not None]


def _sheet(day: date, reply: object) -> Sheet | None:
    if not isinstance(reply, list):
        _refuse(reply)
        return None
    fields: dict[bytes, bytes] = dict(zip(reply[::2], reply[1::2], strict=True))
    name = fields.pop(b"sheet", b"")
    if not _NAME.fullmatch(name):
        return None
    found: defaultdict[Account, dict[str, int]] = defaultdict(dict)
    for field, amount in fields.items():
        if field.startswith(b"["):
            _enter(found, field, amount)
    counts = {account: Counts(**counted) for account, counted in found.items()}
    return Sheet(day, name.decode(), counts)


def _enter(found: defaultdict[Account, dict[str, int]], field: bytes, amount: bytes) -> None:
    try:
        parts = msgspec.json.decode(field, type=_Field)
    except msgspec.DecodeError:
        stats.record("ai_ledger", stats.Outcome.UNDECODABLE)
        return
    account = Account(parts.operation, parts.model, parts.scenario)
    if parts.count in COUNTS and AMOUNT.fullmatch(amount) and _fits(account):
        found[account][parts.count] = int(amount)
    else:
        stats.record("ai_ledger", stats.Outcome.UNDECODABLE)


def _fits(account: Account) -> bool:
    bounds = (OPERATION_CHARACTERS, MODEL_CHARACTERS, SCENARIO_CHARACTERS)
    return all(len(text) <= most and text.isprintable() for text, most in zip(account, bounds, strict=True))


def _refuse(reply: object) -> None:
    """A stranger's value of another type is no sheet; the next flush takes its place."""
    wire.ours(reply)
    stats.record("ai_ledger", stats.Outcome.UNDECODABLE)
