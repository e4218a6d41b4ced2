"""What this process has counted. Counting costs no round trip and no lock: each thread has cells of its own, which only
grow; the sum is made when somebody asks.

A cell belongs to a day, so that what is brought to Redis late is still booked on the day when it happened.
"""

from collections.abc import Callable, Sequence
from time import time
from typing import NamedTuple

from caching import trace
from caching.ai.ledger.accounts import Outcome
from caching.ai.usage import Usage
from caching.policy import DAY
from caching.tallies import Tallies

CLOSED = 0
"""The day of all days that are over."""

_SCOPE = "scenario:"
_NOTHING = Usage()


class Key(NamedTuple):
    """What a cell counts. `day` is that of UTC, since 1970."""

    day: int
    operation: str
    kind: str
    model: str
    scenario: str
    outcome: Outcome


class Cell(NamedTuple):
    requests: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    pictures: int = 0
    milliseconds: int = 0

    def plus(self, other: "Cell") -> "Cell":
        return Cell(*(mine + his for mine, his in zip(self, other, strict=True)))

    def minus(self, other: "Cell") -> "Cell":
        return Cell(*(mine - his for mine, his in zip(self, other, strict=True)))


# As threads have them: a Key with the scope of the scenario, and the parts of a Cell. To make the named ones, and whole
# numbers of days, would take half as long again.
_RawKey = tuple[float, str, str, str, str, Outcome]
_Cells = dict[_RawKey, list[int]]

_begin: list[Callable[[], None]] = []


def _add(to: _Cells, cells: _Cells) -> None:
    for key, cell in cells.items():
        to[key] = [mine + more for mine, more in zip(to.get(key, Cell()), cell, strict=True)]


_tallies: Tallies[_Cells] = Tallies(dict, _add)


def record(
    operation: str,
    kind: str,
    model: str,
    scopes: Sequence[str],
    outcome: Outcome,
    usage: Usage = _NOTHING,
    pictures: int = 0,
    requests: int = 1,
    seconds: float = 0,
) -> None:
    """Books one request, or several of one kind that took `usage` together; with a hit, what it took when it was fresh.

    `kind` is that of `AIRequest`: chat, embedding, image, response. `seconds` is how long the provider took.
    """
    for scope in scopes:
        if scope[:9] == _SCOPE:
            break
    else:
        scope = ""
    key = (time() // DAY, operation, kind, model, scope, outcome)
    try:
        cell = _tallies.mine.tally[key]
    except KeyError:
        cell = _new_cell(key)
    cell[0] += requests
    cell[1] += usage.input_tokens
    cell[2] += usage.cached_input_tokens
    cell[3] += usage.output_tokens
    if pictures:
        cell[4] += pictures
    if seconds:
        cell[5] += round(1000 * seconds)
    if (account := trace.current()) is not None:
        tokens = usage.input_tokens, usage.cached_input_tokens, usage.output_tokens
        account.post(model, outcome, (requests, *tokens, pictures))


def _new_cell(key: _RawKey) -> list[int]:
    cell = _tallies.mine.tally.setdefault(key, [0, 0, 0, 0, 0, 0])
    for begin in _begin:
        begin()
    return cell


def call_at_new_cells(begin: Callable[[], None]) -> None:
    """`begin` is called after a thread posts to a cell for the first time: rarely, but always after a fork."""
    _begin.append(begin)


def postings() -> dict[Key, Cell]:
    """Everything that this process has counted so far.

    A posting that another thread is in the midst of may be there in part; the rest of it comes with the next call.
    """
    merged: dict[Key, Cell] = {}
    with _tallies.all() as tallies:
        for cells in tallies:
            # A copy is made at once; adding up goes over keys while other threads may add some.
            for raw, cell in dict(cells).items():
                key = _key(*raw)
                merged[key] = merged.get(key, Cell()).plus(Cell(*cell))
    return merged


def _key(day: float, operation: str, kind: str, model: str, scope: str, outcome: Outcome) -> Key:
    return Key(int(day), operation, kind, model, scope.removeprefix(_SCOPE), outcome)


def close_days_before(day: int) -> None:
    """These days are over for so long that nobody posts to them any more: their cells are merged into one day."""
    with _tallies.all() as (finished, *running):
        for cells in (finished, *running):
            for key in [key for key in dict(cells) if CLOSED < key[0] < day]:
                _add(finished, {(CLOSED, *key[1:]): cells.pop(key)})


def begin_anew() -> None:
    """This process has counted nothing, such as the child of a fork."""
    _tallies.begin_anew()
