"""What a criterion of a rubric asks for: the signs that the words of its name and description point to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.rubric import SIGNS, Sign
from platform_app.offline.text.words import stems, words

_GENERAL = ("facts", "reason", "question", "proposal", "trade_off", "conclusion")
_NOT_BOUND_TO_ENGLISH = ("facts", "figure", "question")
_COMMITTING = frozenset({"proposal", "step", "condition", "measure", "objection"})
_MANNERS = frozenset({"question", "listening", "courtesy", "people"})
_GROUNDWORK, _TOPIC = 0.35, 0.5
_GOOD, _EXCELLENT = 3, 4
_NAMED, _DESCRIBED, _MOST, _LEAST = 2.0, 1.0, 3.0, 2

Shares = tuple[tuple[Sign, float], ...]


@dataclass(frozen=True)
class Criterion:
    """A criterion of a rubric: the signs that show it with their shares (sum 1), matters that only it names, and the highest
    level that the engine can vouch for."""

    name: str
    weight: float
    signs: Shares
    topics: frozenset[str]
    highest: int = _EXCELLENT


def read_criterion(criterion: Mapping[str, object], *, finds_out: bool, in_english: bool = True) -> Criterion:
    """A criterion as a prompt holds it. In a scene that is there to find something out, the ground laid for a proposal counts
    as the proposal; in other languages than English only signs that do not depend on words count."""
    name, description = str(criterion.get("name") or ""), str(criterion.get("description") or "")
    shares, topics = _asked_for(name, description)
    if not in_english:
        shares, topics = dict.fromkeys(_NOT_BOUND_TO_ENGLISH, 1.0), frozenset()
    if finds_out:
        shares = _for_finding_out(shares)
    weight = criterion.get("weight")
    return Criterion(
        name=name,
        weight=float(weight) if isinstance(weight, (int, float)) else 1.0,
        signs=_normal(shares),
        topics=topics,
        highest=_EXCELLENT if in_english else _GOOD,
    )


@lru_cache(maxsize=256)
def _asked_for(name: str, description: str) -> tuple[dict[str, float], frozenset[str]]:
    """The signs that the words of a criterion ask for, its name counting double; the general ones if it asks for fewer than two."""
    named, described = _stems(name), _stems(description)
    weights = {
        sign.name: _NAMED * len(named & _stems(sign.words)) + _DESCRIBED * len(described & _stems(sign.words))
        for sign in SIGNS.values()
    }
    chosen = {sign: min(weight, _MOST) for sign, weight in weights.items() if weight}
    if len(chosen) >= _LEAST:
        return _normal_weights(chosen), frozenset()
    topics = notions(f"{name} {description}") - _WORDS_FOR_SIGNS
    general = _normal_weights(
        {sign: chosen.get(sign, 0.0) + 1.0 for sign in dict.fromkeys([*chosen, *_GENERAL])}
    )
    if not topics:
        return general, topics
    return {"topic": _TOPIC, **{sign: share * (1 - _TOPIC) for sign, share in general.items()}}, topics


def _for_finding_out(shares: Mapping[str, float]) -> dict[str, float]:
    if set(shares) <= _MANNERS:
        return dict(shares)
    kept = {sign: share * (1 - _GROUNDWORK) for sign, share in shares.items() if sign not in _COMMITTING}
    return {**kept, "groundwork": 1 - sum(kept.values())}


@lru_cache(maxsize=1024)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(text)) | frozenset(word.lower() for word in words(text))


def _normal_weights(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {sign: weight / total for sign, weight in weights.items()}


def _normal(weights: Mapping[str, float]) -> Shares:
    return tuple((SIGNS[sign], share) for sign, share in _normal_weights(weights).items())


_WORDS_FOR_SIGNS = notions(" ".join(sign.words for sign in SIGNS.values())) | notions(
    "skill skills ability competence knowledge student good well shows show demonstrates uses use"
)
