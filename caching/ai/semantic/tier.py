"""What the door asks after an exact miss: is the answer to a question of the same meaning kept?

A neighbour has the same operation, provider, models, scopes, instructions, parameters and prompt version, a cosine at
the threshold or above, and no objection from the guards; and its own entry is still there and valid.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Generic, Literal, TypeVar

from caching import conf, policy, stats
from caching.ai.provider import ai_provider
from caching.ai.requests import AIRequest
from caching.ai.semantic import background, shadow
from caching.ai.semantic.guards import objection
from caching.ai.semantic.index import KIND, Index
from caching.ai.semantic.nearest import nearest
from caching.ai.semantic.questions import asking_instead, is_plain, neighbourhood, question_of
from caching.codec import MISS, Absence
from caching.conf import SemanticMode
from caching.errors import AIError
from caching.stats import Outcome

MOST_CANDIDATES = 5
LEAST_THRESHOLD = 0.9
"""Whatever the settings say: below, a third of the hits of a plain cosine were wrong."""
NOTEWORTHY = 0.8
"""From here on a neighbour is recorded, so that one sees what another threshold would do."""

T = TypeVar("T")
Miss = Literal[Absence.MISS]
Embed = Callable[[str], "array[float]"]
LookUp = Callable[[AIRequest], T | Miss]
"""The kept answer to exactly this request, or MISS. It may be called later, by another thread."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """An answer to another question, and how near that question is."""

    value: T
    question: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another question in the same place. `objection` is what the guards say against it."""

    request: AIRequest
    question: str
    cosine: float
    objection: str

    @property
    def is_close(self) -> bool:
        return self.cosine >= threshold() and not self.objection


def threshold() -> float:
    return max(conf.current().ai_semantic_threshold, LEAST_THRESHOLD)


def mode_of(request: AIRequest) -> SemanticMode:
    settings = conf.current()
    mode = settings.ai_semantic.get(request.operation, "off")
    if mode == "off" or request.operation in settings.ai_semantic_never or not is_plain(request):
        return "off"
    return mode


def is_allowed(request: AIRequest) -> bool:
    """Whether this request has anything to do with this tier, be it in the shadow."""
    return mode_of(request) != "off"


def find(request: AIRequest, *, embed: Embed, look_up: LookUp[T]) -> Found[T] | None:
    """The answer to the nearest question of the same meaning. None unless the tier is on for this operation.

    A provider without embeddings is no reason to answer nothing: then nothing is found. Raises CacheUnavailable.
    """
    if mode_of(request) != "on":
        return None
    try:
        vector = embed(question_of(request))
    except AIError as error:
        logger.warning("No vector for a question: %s", error)
        return None
    for neighbour in _neighbours(request, vector, at_least=threshold()):
        if neighbour.is_close and (value := look_up(neighbour.request)) is not MISS:
            stats.record(KIND, Outcome.HIT)
            background.post(partial(_record, request, neighbour, answered=True))
            return Found(value, neighbour.question, neighbour.cosine)
    stats.record(KIND, Outcome.ABSENT)
    return None


def learn(request: AIRequest, *, embed: Embed, look_up: LookUp[object]) -> None:
    """Call it when the answer to this request has been kept. Returns at once; the rest is done in the background."""
    if is_allowed(request) and not background.post(partial(_learn, deepcopy(request), embed, look_up)):
        stats.record(KIND, Outcome.UNSTORED)


def _learn(request: AIRequest, embed: Embed, look_up: LookUp[object]) -> None:
    """Looks for neighbours first: what this question would have been answered with, had it been asked for."""
    question = question_of(request)
    vector = embed(question)
    kept = [
        neighbour
        for neighbour in _neighbours(request, vector, at_least=NOTEWORTHY)
        if look_up(neighbour.request) is not MISS
    ]
    close = next((neighbour for neighbour in kept if neighbour.is_close), None)
    _record(request, close or (kept[0] if kept else None), answered=False)
    ttl_seconds = policy.ai_ttl_seconds(request.operation, request.kind, conf.current().ai_ttl_seconds)
    _index(request).add(question, vector, ttl_seconds=ttl_seconds)


def _neighbours(request: AIRequest, vector: array[float], *, at_least: float) -> Iterator[Neighbour]:
    """Other questions, the nearest first. The very same one has been looked for by its own key."""
    asked = question_of(request)
    for near in nearest(_index(request), vector, at_least=at_least, most=MOST_CANDIDATES):
        if near.question != asked:
            instead = asking_instead(request, near.question)
            yield Neighbour(instead, near.question, near.cosine, objection(asked, near.question))


def _index(request: AIRequest) -> Index:
    return Index(request.operation, neighbourhood(request, ai_provider().embedding_model))


def _record(request: AIRequest, neighbour: Neighbour | None, *, answered: bool) -> None:
    if neighbour is None:
        shadow.count(request.operation)
        return
    shadow.record(
        shadow.Sighting(
            operation=request.operation,
            model=request.parameters["model"],
            asked=question_of(request),
            kept=neighbour.question,
            cosine=neighbour.cosine,
            objection=neighbour.objection,
            is_hit=neighbour.is_close,
            answered=answered,
        )
    )
