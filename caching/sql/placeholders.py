"""Which parameter stands where. A text whose placeholders do not match its parameters exactly says nothing about values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from caching.sql.tokens import Tokens, is_placeholder

Params: TypeAlias = Sequence[object] | Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One placeholder. `hidden_before`: how many shortened lists stand before it. `many`: such a list follows it."""

    position: int
    hidden_before: int = 0
    name: str | None = None
    many: bool = False


class Placeholders:
    """Those of one text, whose shortened lists may differ in length from call to call."""

    def __init__(self, tokens: Tokens) -> None:
        self.slots: dict[int, Slot] = {}
        self._names: set[str] = set()
        self._hidden = 0
        words = tokens.words
        for index, word in enumerate(words):
            if is_placeholder(word):
                name = None if word == "%s" else word[2:-2]
                many = words[index + 2 : index + 3] == ("...",) and words[index + 1] == ","
                self.slots[index] = Slot(len(self.slots), self._hidden, name, many)
                if name is not None:
                    self._names.add(name)
            elif word == "...":
                self._hidden += 1
        self._mixed = bool(self._names) and any(slot.name is None for slot in self.slots.values())
        self._countable = tokens.countable and not self._mixed

    def fit(self, params: Params, hidden: Sequence[int]) -> bool:
        """Whether every placeholder has its parameter, and the other way round."""
        if not self._countable or len(hidden) != self._hidden:
            return False
        if isinstance(params, (list, tuple)):
            return not self._names and len(params) == len(self.slots) + sum(hidden)
        return isinstance(params, Mapping) and bool(self._names) and self._names <= params.keys()

    def within(self, words: range) -> tuple[Slot, ...]:
        return tuple([self.slots[index] for index in words if index in self.slots])


def values_at(slot: Slot, params: Params, hidden: Sequence[int]) -> Sequence[object]:
    """The parameters of a placeholder, after `fit`: one, or as many as its list had before it was shortened."""
    if slot.name is not None:
        return (params[slot.name],) if isinstance(params, Mapping) else ()
    if not isinstance(params, (list, tuple)):
        return ()
    start = slot.position + sum(hidden[: slot.hidden_before]) if hidden else slot.position
    return params[start : start + 1 + hidden[slot.hidden_before]] if slot.many else (params[start],)
