"""What a WHERE clause pins: columns that must have a value that stands among the parameters.

A pin is a condition `"t"."c" = %s` or `"t"."c" IN (%s, …)` that every row of the result meets: it stands, alone or in
brackets, between ANDs. Rows with another value of `t.c` are then no concern of the statement, whatever else it says.
An OR takes all pins of its own brackets away; NOT, CASE, a function or an operator around a condition keep it from
being one, because a pin must begin right after WHERE, AND or a bracket that began so, and end right before AND, the
closing bracket or the end of the clause. The AND of BETWEEN joins nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from caching.sql.tokens import is_name, is_placeholder, name_of

_END_OF_CLAUSE = frozenset("group having window order limit offset fetch for returning ; ".split())
_END_OF_CONDITION = _END_OF_CLAUSE | {"and", "or", ")"}
# Brackets of their own kind, or another query with a WHERE of its own.
_TOO_HARD = frozenset("case select union intersect except".split())
# Longer clauses are sums of machine-made alternatives, and brackets in brackets would make this walk quadratic.
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Pin:
    """`values`: the words among which its placeholders are."""

    table: str
    column: str
    values: range


@dataclass(slots=True)
class _Brackets:
    """`condition`: whether the brackets hold a whole condition. `spoiled`: what is inside need not hold."""

    condition: bool
    pins: list[Pin] = field(default_factory=list)
    spoiled: bool = False
    between: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """`end`: the word behind it. `only_pin`: it consists of a single pin and nothing else."""

    pins: tuple[Pin, ...]
    end: int
    only_pin: bool


NOTHING = Clause((), 0, only_pin=False)


def pinned(words: Sequence[str], start: int) -> Clause:
    """Reads the clause that begins after WHERE."""
    if len(words) > _LONGEST or not _TOO_HARD.isdisjoint(words[start:]):
        return NOTHING
    return _Walk(words, start).clause()


class _Walk:
    def __init__(self, words: Sequence[str], start: int) -> None:
        self.words = words
        self.start = start
        self.position = start
        self.brackets = [_Brackets(condition=True)]
        self.at_start = True

    def clause(self) -> Clause:
        while self.position < len(self.words):
            word = self.words[self.position]
            if len(self.brackets) == 1 and (word in _END_OF_CLAUSE or word == ")"):
                break
            self._step(word)
        outermost = self.brackets[0]
        if len(self.brackets) > 1 or outermost.spoiled:
            return NOTHING
        first = _pin_at(self.words, self.start)
        alone = first is not None and first[1] == self.position
        return Clause(tuple(outermost.pins), self.position, alone)

    def _step(self, word: str) -> None:
        inner = self.brackets[-1]
        if self.at_start and (found := _pin_at(self.words, self.position)):
            pin, self.position = found
            inner.pins.append(pin)
            self.at_start = False
            return
        if word == "(":
            self.brackets.append(_Brackets(condition=self.at_start))
            self.at_start = True
        elif word == ")":
            self._close()
        elif word == "and":
            self.at_start, inner.between = not inner.between, False
        elif word in ("or", ","):
            inner.spoiled, self.at_start = True, False
        else:
            inner.between |= word == "between"
            self.at_start = False
        self.position += 1

    def _close(self) -> None:
        closed = self.brackets.pop()
        self.at_start = False
        if closed.condition and not closed.spoiled and _ends_condition(self.words, self.position + 1):
            self.brackets[-1].pins += closed.pins


def _ends_condition(words: Sequence[str], position: int) -> bool:
    return position >= len(words) or words[position] in _END_OF_CONDITION


def _pin_at(words: Sequence[str], position: int) -> tuple[Pin, int] | None:
    """The pin that begins here and the place behind it. Prefetching on PostgreSQL, Django writes `("t"."c") IN (…)`."""
    bracket = (*words[position : position + 1], *words[position + 4 : position + 5]) == ("(", ")")
    start = position + bracket
    column, operator = words[start : start + 3], start + 3 + bracket
    if len(column) < 3 or column[1] != "." or not (is_name(column[0]) and is_name(column[2])):
        return None
    end = _end_of_values(words, operator)
    if not end or not _ends_condition(words, end):
        return None
    return Pin(name_of(column[0]), name_of(column[2]), range(operator + 1, end)), end


def _end_of_values(words: Sequence[str], operator: int) -> int:
    """Behind `= %s` or `IN (%s, …)`; 0 if neither begins here."""
    head = tuple(words[operator : operator + 2])
    if head == ("in", "("):
        return _end_of_list(words, operator + 2)
    return operator + 2 if len(head) == 2 and head[0] == "=" and is_placeholder(head[1]) else 0


def _end_of_list(words: Sequence[str], position: int) -> int:
    """Behind the bracket that closes a list of placeholders, of which the first is here."""
    while (position + 1 < len(words) and is_placeholder(words[position])) or words[
        position : position + 1
    ] == ("...",):
        if words[position + 1 : position + 2] == (")",):
            return position + 2
        if words[position + 1 : position + 2] != (",",):
            return 0
        position += 2
    return 0
