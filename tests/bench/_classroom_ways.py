"""The same class in other ways: what would have been asked of the provider, computed from what the platform asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from tests.bench._classroom_play import Asked
from tests.bench._classroom_provider import Bill, PromptCache, is_check, meaning

Key = Callable[[Asked], Hashable | None]


def whole(asked: Asked) -> str:
    """As the platform keeps answers: the history is part of the key."""
    return meaning(asked.parameters)


def first_turn_alone(asked: Asked) -> str | None:
    """The opening of the scene and the answer to what is said first; later ones are not kept."""
    return meaning(asked.parameters) if asked.turn <= 1 else None


def stateless(asked: Asked) -> str:
    """What was said last, to whom, and nothing of what was said before. A check has to read all of it in any case."""
    if is_check(asked.parameters):
        return meaning(asked.parameters)
    first, *_, last = asked.parameters["messages"]
    return f"{first['content']}\0{last['content']}"


def bill_of(asked: Iterable[Asked], *, key: Key | None = None, prompt_cache: bool = True) -> Bill:
    """One student after the other. Without a key nothing is kept; the provider's own cache may work beside it."""
    bill, seen, cache = Bill(), set(), PromptCache()
    for one in asked:
        place = key(one) if key else None
        if place is None or place not in seen:
            seen.add(place)
            bill.add(one.parameters, cache.cached_tokens(one.parameters) if prompt_cache else 0)
    return bill


def made_for_another(asked: Iterable[Asked], *, key: Key) -> int:
    """How many would get what was made for another request, in another conversation."""
    first: dict[Hashable, str] = {}
    return sum(
        first.setdefault(place, whole(one)) != whole(one) for one in asked if (place := key(one)) is not None
    )
