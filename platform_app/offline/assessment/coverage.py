"""How far the points of a scene are covered by a conversation.

What is to be found out is covered by the student's question and the answer to it together; what is to be said, by the
student's own statements. Vague requests ("tell me everything") earn nothing of what is answered.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from platform_app.offline.assessment.evidence import Evidence, gather
from platform_app.offline.assessment.notions import amounts, asked, notions
from platform_app.offline.assessment.points import Point, read_points
from platform_app.offline.assessment.transcript import Contribution, Transcript, read_transcript, sentences_of

COVERED = 0.65
_NAMED, _ASKED, _VOLUNTEERED = 1.0, 0.6, 0.4
_ENOUGH_TO_LEARN, _ENOUGH_TO_SAY = 0.8, 0.6
_MANY = {"question": 2.0, "listening": 2.0, "reason": 1.0}
_VAGUE = re.compile(
    r"\btell me (?:all|everything|more|anything)\b|\b(?:what|anything|something) else\b|\beverything\b|\ball (?:the )?(?:facts|figures|information|details)\b|"
    r"^(?:please )?(?:explain|describe|elaborate|continue|go on)\b[^,]{0,25}$",
    re.IGNORECASE,
)
_GENERAL = notions(
    """company business firm organisation case situation problem matter story information detail fact topic issue question
    challenge idea opinion view plan job work day year today decision answer help talk important interesting good bad"""
)
_REFUSAL = re.compile(
    r"\b(?:do not|don't|cannot|can't|could not|couldn't) (?:know|say|tell|answer)\b|\bno idea\b|"
    r"\bnot (?:my (?:field|area|business|department)|for me to)\b|\byou (?:should|must|would have to) ask\b|"
    r"\bwhat (?:exactly )?do you (?:mean|want to know)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Heard:
    """What is in a sentence of a persona, and what the student had asked about; nothing if he had asked for everything."""

    notions: frozenset[str]
    amounts: frozenset[str]
    asked: frozenset[str]


class Coverage:
    """The shares of the points of a scene that a transcript covers, 0 to 1 each."""

    def __init__(self, points: Sequence[Point], transcript: Transcript, title: str, turn_limit: int) -> None:
        self.points = points
        self.transcript = transcript
        self.evidence: Evidence = gather(transcript)
        self.turn_limit = turn_limit
        self._title = title
        # What stands in the title is the common ground of the scene, but for what the student is to ask about.
        self._general = _GENERAL | (
            notions(title) - frozenset[str]().union(*(point.notions for point in points))
        )
        self.shares = [self._share(point) for point in points]

    @property
    def whole(self) -> float:
        return sum(self.shares) / len(self.shares) if self.shares else 0.0

    @property
    def rated(self) -> list[tuple[Point, float]]:
        return list(zip(self.points, self.shares, strict=True))

    @property
    def covered(self) -> list[Point]:
        return [point for point, share in self.rated if share >= COVERED]

    @property
    def missing(self) -> list[Point]:
        return [point for point, share in self.rated if share < COVERED]

    @property
    def is_finding_out(self) -> bool:
        """Whether the scene asks for questions only, and for no proposal."""
        return bool(self.points) and all(point.mode == "learn" for point in self.points)

    def before(self, *, messages: int) -> float:
        """The whole coverage as it was before the student's last messages."""
        earlier = self.transcript.up_to(len(self.transcript.contributions) - messages)
        return Coverage(self.points, earlier, self._title, self.turn_limit).whole

    def _share(self, point: Point) -> float:
        terms = [*sorted(point.notions), *sorted(point.amounts)]
        parts = [min(1.0, self.evidence.times(kind) / _MANY.get(kind, 1.0)) for kind in point.kinds]
        if terms:
            found = [self._credit(point, term) for term in terms]
            best = max(found) if point.any_of else sum(found) / len(found)
            parts.append(min(1.0, best / (_ENOUGH_TO_LEARN if point.mode == "learn" else _ENOUGH_TO_SAY)))
        return sum(parts) / len(parts) if parts else 0.0

    def _credit(self, point: Point, term: str) -> float:
        drawn_out = self._drawn_out(point, term)
        if point.mode == "say":
            stated = any(_states(one, term) for one in self.transcript.counted)
            return _NAMED if stated else min(_VOLUNTEERED, drawn_out)
        return max(drawn_out, self._taken_up(term))

    def _taken_up(self, term: str) -> float:
        """What the student repeats in a statement of his own counts as found out if he had heard it."""
        stating = [one for one in self.transcript.counted if _states(one, term)]
        return max((_NAMED if _was_heard(one, term) else _VOLUNTEERED for one in stating), default=0.0)

    def _drawn_out(self, point: Point, term: str) -> float:
        return max((self._worth(heard, point, term) for heard in self._heard), default=0.0)

    def _worth(self, heard: Heard, point: Point, term: str) -> float:
        if term in heard.notions or term in heard.amounts:
            about = heard.asked & (heard.notions | point.notions)
            return _NAMED if about else _VOLUNTEERED if heard.asked else 0.0
        is_answer = bool(heard.asked & heard.notions) or bool(heard.amounts)
        return _ASKED if term in heard.asked and is_answer else 0.0

    @cached_property
    def _heard(self) -> tuple[Heard, ...]:
        return tuple(heard for one in self.transcript.counted for heard in self._answers(one))

    def _answers(self, one: Contribution) -> Iterator[Heard]:
        wanted = frozenset() if _VAGUE.search(one.text) else asked(one.text) - self._general
        for line in one.replies:
            for sentence in sentences_of(line.text):
                if not _REFUSAL.search(sentence) and not sentence.endswith("?"):
                    yield Heard(notions(sentence), amounts(sentence), wanted)


def _states(one: Contribution, term: str) -> bool:
    return term in notions(one.statements) or term in amounts(one.statements)


def _was_heard(one: Contribution, term: str) -> bool:
    return term in notions(one.heard) or term in amounts(one.heard)


def cover(scene: Mapping[str, Any], transcript_data: Any) -> Coverage:
    """The coverage of a scene as a prompt holds it: {title, user_goal, success_criteria, turn_limit} and lines of a transcript."""
    goal = f"{scene.get('user_goal') or ''} {scene.get('success_criteria') or ''}".strip()
    limit = scene.get("turn_limit")
    return Coverage(
        read_points(scene),
        read_transcript(transcript_data, goal_text=goal),
        str(scene.get("title") or ""),
        limit if isinstance(limit, int) and limit > 0 else sys.maxsize,
    )
