"""A guess at the tags that a computation will ask for, from those of the computation before it.

A function that is called for scenario 5 after scenario 4 will probably read the same tables, pinned to 5 instead of 4. A
wrong guess costs nothing but the stamps of tags that nobody needed.
"""

from __future__ import annotations

from typing import Any


class Foresight:
    """What one function read last."""

    def __init__(self) -> None:
        self._last: tuple[tuple[Any, ...], tuple[str, ...]] | None = None

    def learn(self, args: tuple[Any, ...], tags: tuple[str, ...]) -> None:
        self._last = args, tags

    def tags(self, args: tuple[Any, ...]) -> tuple[str, ...]:
        """Empty while nothing is known."""
        if self._last is None:
            return ()
        before, names = self._last
        numbers = [pair for pair in zip(before, args, strict=False) if {*map(type, pair)} == {int}]
        # One that an argument keeps is probably that one's.
        kept = {now for old, now in numbers if old == now}
        # `…:scenario_id=4` becomes `…:scenario_id=5`, and `user:4` `user:5`.
        ends = {
            f"{separator}{old}": f"{separator}{now}"
            for old, now in numbers
            if old not in kept
            for separator in "=:"
        }
        old_ends = tuple(ends)
        return tuple([_renamed(name, ends) if name.endswith(old_ends) else name for name in names])


def _renamed(name: str, ends: dict[str, str]) -> str:
    old = next(filter(name.endswith, ends))
    return name.removesuffix(old) + ends[old]
