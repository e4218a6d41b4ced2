"""Has the student reached the goal of a scene (`GoalCheck`)? By the points of goal and criteria, and what was said to each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_app.offline.assessment.evidence import Evidence, gather
from platform_app.offline.assessment.transcript import Transcript, read_transcript
from platform_app.offline.text.phrases import candidates
from platform_app.offline.text.words import canonical, concepts, stem, stems
from platform_app.simulations.schema import GoalCheck

_REACHED = 0.62
_PARTS = re.compile(r"\s*(?:;|\n|•|(?<=[a-z)])\.\s+(?=[A-Z(])|\(\d\)|(?:^|\s)\d[.)]\s|^\s*[-*]\s)\s*", re.MULTILINE)
_FRAME = frozenset(
    stem(word)
    for word in """student ask name names use uses state states say says give gives present own word words case example least
    figure figures fact facts clear refer scene conversation reason reasons recommend recommendation decision decide mention
    explain identify describe understand find position people person main show shows point points understand get picture find
    know known mean means follow follows answer test weigh hear learn discuss talk course action happen next risk trade-off
    two one three at least""".split()
)
_KINDS = {
    "figure": re.compile(r"\b(?:figures?|numbers?|data|quantif\w+|calculat\w+|percentages?|amounts?)\b", re.I),
    "proposal": re.compile(r"\b(?:recommend\w*|propos\w*|decides?|(?:take|make|reach)\w* a decision|solution|takes? a position|suggest\w*|plan of action|course of action|makes? an offer|negotiat\w*)\b", re.I),
    "reason": re.compile(r"\b(?:reasons?|because|justif\w+|argu\w+|why|what follows|follows? from|implications?|conclusions?|what (?:it|this|that) means)\b", re.I),
    "trade_off": re.compile(r"\b(?:risks?|trade-?offs?|downsides?|disadvantages?|drawbacks?|consequences?|weigh\w*|pros and cons)\b", re.I),
    "option": re.compile(r"\b(?:options?|alternatives?|compar\w+)\b", re.I),
    "step": re.compile(r"\b(?:next steps?|happens next|timeline|implement\w*|action plan|first step)\b", re.I),
    "question": re.compile(r"\b(?:asks?|find out|finds? out|questions?|explor\w+|learns?)\b", re.I),
}  # fmt: skip
_SAID = {
    "figure": "a figure from the conversation", "proposal": "what you recommend", "reason": "reasons (because …)", "trade_off": "a risk or trade-off",
    "option": "an alternative", "step": "next steps", "question": "questions",
}  # fmt: skip
_HINTS = {
    "figure": "Ask for a figure that matters here, and say what you make of it.",
    "proposal": "Say what you would do: the others are waiting for your proposal.",
    "reason": "Say why: link what you propose to something that you have heard.",
    "trade_off": "Think of what could go wrong, or of what one would have to give up, and say it.",
    "option": "Is there another way? Compare it with the first.",
    "step": "Say what should happen next, who does it and by when.",
    "question": "Ask a concrete question, and follow it up with “why?”.",
}


@dataclass(frozen=True)
class Point:
    """One thing to be shown: kinds of speech act and notions to touch."""

    text: str
    kinds: tuple[str, ...]
    notions: frozenset[str]

    def share(self, evidence: Evidence, said: frozenset[str], drawn_out: frozenset[str]) -> float:
        """How much of the point is there, 0 to 1. What others said on the student's question counts half of own words."""
        parts: list[float] = []
        if self.notions:
            touched = len(self.notions & said) + 0.5 * len((self.notions & drawn_out) - said)
            parts.append(min(1.0, touched / (0.75 * len(self.notions))))
        parts += [_strength(evidence, kind) for kind in self.kinds]
        return sum(parts) / len(parts) if parts else 0.0

    def missing_kind(self, evidence: Evidence) -> str:
        return next((kind for kind in self.kinds if _strength(evidence, kind) < 0.5), "")


def _strength(evidence: Evidence, kind: str) -> float:
    needed = {"reason": 2.0, "question": 2.0}.get(kind, 1.0)
    return min(1.0, evidence.count(kind) / needed)


def read_points(scene: Mapping[str, Any]) -> list[Point]:
    """The points of the success criteria; without any, those of the goal."""
    text = str(scene.get("success_criteria") or "") or str(scene.get("user_goal") or "")
    names = {part for name in re.findall(r"\b[A-ZÀ-Ý][\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+)+", text) for part in stems(name)}
    points = []
    for part in _PARTS.split(text):
        plain = re.sub(r"\(?(?:for example|e\.g\.|such as)[^);]*\)?", "", part).strip(" .,;-")
        if not plain:
            continue
        kinds = tuple(kind for kind, pattern in _KINDS.items() if pattern.search(plain))
        notions = frozenset(canonical(each) for each in stems(plain) if each not in _FRAME and each not in names)
        if kinds or notions:
            points.append(Point(plain, kinds, notions))
    return points


def _coverage(points: Sequence[Point], transcript: Transcript) -> list[float]:
    evidence = gather(transcript)
    said = frozenset().union(*(each.meanings for each in evidence.contributions if each.weight == 1.0))
    drawn_out = concepts(transcript.answers)
    return [point.share(evidence, said, drawn_out) for point in points]


def check_goal(scene: Mapping[str, Any], transcript_data: Any) -> GoalCheck:
    goal = f"{scene.get('user_goal', '')} {scene.get('success_criteria', '')}"
    transcript = read_transcript(transcript_data, goal_text=goal)
    points = read_points(scene)
    shares = _coverage(points, transcript)
    coverage = sum(shares) / len(shares) if shares else 0.0
    evidence = gather(transcript)
    enough = len(evidence.contributions) >= 2 or any(len(each.text.split()) >= 45 for each in evidence.contributions)
    reached = bool(points) and enough and coverage >= _REACHED and min(shares) >= 0.3 and evidence.substance >= 0.15
    stuck = not reached and _is_stuck(points, transcript, coverage)
    wanted = bool(scene.get("hint_requested"))
    action = "progress" if reached else "hint" if stuck else "continue"
    return GoalCheck(
        goal_reached=reached,
        confidence=_confidence(coverage, reached=reached, enough=enough),
        reasoning=_reasoning(points, shares, transcript, reached=reached),
        next_action=action,
        hint=_hint(points, shares, evidence) if stuck or wanted else "",
    )


def _confidence(coverage: float, *, reached: bool, enough: bool) -> float:
    """How sure it is that the goal is reached: near the share of what is there, never certain of a word count."""
    value = coverage if enough else 0.6 * coverage
    return round(min(0.95, max(value, 0.6)) if reached else min(0.55, value), 2)


def _is_stuck(points: Sequence[Point], transcript: Transcript, coverage: float) -> bool:
    """No headway in the last two of at least three messages, or two in a row that say nothing."""
    messages = transcript.contributions
    if len(messages) >= 2 and not any(each.counts for each in messages[-2:]):
        return True
    if len(messages) < 3:
        return False
    before = _coverage(points, transcript.up_to(len(messages) - 2))
    return coverage - (sum(before) / len(before) if before else 0.0) < 0.04


def _subject(point: Point) -> str:
    """What a point is about, in a few words: its own noun phrases, else the kind of thing that it asks for."""
    phrases = [phrase for _, phrase in candidates(point.text) if any(canonical(each) in point.notions for each in stems(phrase))]
    if phrases:
        return ", ".join(list(dict.fromkeys(phrases))[:3])
    return _SAID[point.kinds[0]] if point.kinds else point.text[:80]


def _reasoning(points: Sequence[Point], shares: Sequence[float], transcript: Transcript, *, reached: bool) -> str:
    if not transcript.contributions:
        return "You have not said anything yet, so nothing of the goal is reached."
    if not transcript.counted:
        return f"Nothing of the goal is reached yet: what you said {transcript.contributions[-1].why_not}."
    if not points:
        return "This scene names no criteria that can be checked, so I cannot say that the goal is reached."
    there = [_subject(point) for point, share in zip(points, shares, strict=True) if share >= 0.6]
    missing = [_subject(point) for point, share in zip(points, shares, strict=True) if share < 0.6]
    covered = f"You have covered {_listing(there)}." if there else "You have made a start, but no point of the goal is covered."
    if reached:
        return f"{covered} Together that reaches the goal." + (f" Only {_listing(missing)} could have been firmer." if missing else "")
    return f"{covered} Still missing or too thin: {_listing(missing)}." if missing else f"{covered} There should be a little more of your own behind it."


def _listing(items: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(items))
    return distinct[0] if len(distinct) == 1 else f"{'; '.join(distinct[:-1])}; and {distinct[-1]}"


def _hint(points: Sequence[Point], shares: Sequence[float], evidence: Evidence) -> str:
    """The weakest point as something to do next."""
    if not points:
        return "Ask the person in front of you what worries them most, and why."
    point = min(zip(points, shares, strict=True), key=lambda pair: pair[1])[0]
    kind = point.missing_kind(evidence)
    said = frozenset().union(*(each.meanings for each in evidence.contributions))
    open_notions = [phrase for _, phrase in candidates(point.text) if any(canonical(s) in point.notions - said for s in stems(phrase))]
    if open_notions and kind in ("", "question"):
        return f"Nobody has gone into {open_notions[0]} yet: ask about it, and what follows from it."
    return _HINTS.get(kind or "question", _HINTS["question"])
