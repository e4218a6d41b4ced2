"""Has the student reached the goal of a scene? (`simulations.schema.GoalCheck`)

Judged by the points of goal and criteria and by what was said to each: by form and words, not by understanding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from platform_app.offline.assessment.coverage import COVERED, Coverage, cover
from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.points import Point
from platform_app.offline.assessment.wording import capital, listing
from platform_app.offline.roleplay.conversation import content_text, read_json, system_blocks
from platform_app.prompting import blocks
from platform_app.simulations.schema import GoalCheck

NextAction = Literal["continue", "hint", "progress"]

_MOST_POINTS = 0.75
_THIN = 0.45
_SURE, _CERTAIN, _OPEN = 0.72, 0.95, 0.6
_HEADWAY = 0.04
_LEAST_MESSAGES = 2
_HOW_TO_SAY = {
    "proposal": "Say what you would do, and commit yourself: the others are waiting for your proposal.",
    "objection": "Somebody here disagrees: take up what they said and answer it.",
    "countermeasure": "Think of what could go wrong with your proposal, and say what you would do about it.",
    "figure": "Use a figure that you have heard, and say what it means for the decision.",
    "reason": "Say why: link what you propose to something that you have heard.",
    "trade_off": "Think of what could go wrong, or of what one would have to give up, and say it.",
    "option": "Is there another way? Put it beside the first and compare them.",
    "step": "Say what should happen next, who does it and by when.",
    "measure": "Say by what one will see whether it works, and what value it should have.",
    "condition": "Say under which conditions your proposal holds.",
    "summary": "Say in your own words what the heart of the matter is.",
    "question": "Ask a concrete question, and follow it up with “why?”.",
    "listening": "Take up what was just said to you before you go on.",
    "courtesy": "Show the other person that you take them seriously.",
}


def check_goal(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The verdict for a chat request with the blocks <scene>, <transcript> and <progress>, as the fields of `GoalCheck`."""
    system = system_blocks(messages)
    said = blocks(
        "\n".join(content_text(one.get("content")) for one in messages if one.get("role") == "user")
    )
    scene = read_json(system.get("scene", said.get("scene", "")))
    transcript = read_json(said.get("transcript", system.get("transcript", "")))
    progress = read_json(said.get("progress", ""))
    facts = [part for part in (scene, progress) if isinstance(part, dict)]
    return judge_goal({name: fact for part in facts for name, fact in part.items()}, transcript).model_dump()


def judge_goal(scene: Mapping[str, Any], transcript: Any) -> GoalCheck:
    """The verdict on a scene {title, user_goal, success_criteria, hint_requested} after the lines of a transcript."""
    coverage = cover(scene, transcript)
    reached = _is_reached(coverage)
    hint = "" if reached or not (scene.get("hint_requested") or _is_stuck(coverage)) else _hint(coverage)
    action: NextAction = "progress" if reached else "hint" if hint else "continue"
    return GoalCheck(
        goal_reached=reached,
        confidence=_confidence(coverage, reached=reached),
        reasoning=_reasoning(coverage, reached=reached),
        next_action=action,
        hint=hint,
    )


def _is_reached(coverage: Coverage) -> bool:
    """All points are covered, most of them fully; what is to be found out may be thin here and there, never missing."""
    if not coverage.points or not _has_said_enough(coverage):
        return False
    thin = [share for point, share in coverage.rated if share < COVERED]
    if any(point.mode == "say" for point in coverage.missing) or any(share < _THIN for share in thin):
        return False
    return len(thin) <= (1 - _MOST_POINTS) * len(coverage.points)


def _has_said_enough(coverage: Coverage) -> bool:
    """A scene is a conversation: one message is none, unless the scene leaves no room for more."""
    return len(coverage.transcript.counted) >= min(_LEAST_MESSAGES, coverage.turn_limit)


def _confidence(coverage: Coverage, *, reached: bool) -> float:
    """How sure it is that the goal is reached: near the share of what is there, never certain of a count of words."""
    if reached:
        return round(min(_CERTAIN, max(_SURE, coverage.whole)), 2)
    return round(min(_OPEN, 0.7 * coverage.whole), 2)


def _is_stuck(coverage: Coverage) -> bool:
    """No headway in the last two of at least three messages, or two in a row that do not count."""
    messages = coverage.transcript.contributions
    if len(messages) >= 2 and not any(one.counts for one in messages[-2:]):
        return True
    return len(messages) >= 3 and coverage.whole - coverage.before(messages=2) < _HEADWAY


def _reasoning(coverage: Coverage, *, reached: bool) -> str:
    transcript = coverage.transcript
    if not transcript.contributions:
        return "You have not said anything yet, so nothing of the goal is reached."
    if not transcript.counted:
        return f"Nothing of the goal is reached yet: what you wrote {transcript.contributions[-1].why_not}."
    if not coverage.points:
        return (
            "This scene names no goal that could be checked, so it cannot be said that you have reached it."
        )
    if reached:
        thin = [point.label for point in coverage.missing]
        rest = f" Only {listing(thin)} could have been clearer." if thin else ""
        return f"{_there(coverage)} That covers the goal of this scene.{rest}"
    if not coverage.missing:
        return f"{_there(coverage)} Now talk it through: one message is not yet a conversation."
    return f"{_there(coverage)} Still missing or too thin: {listing([point.label for point in coverage.missing])}."


def _there(coverage: Coverage) -> str:
    learnt = [point.label for point in coverage.covered if point.mode == "learn"]
    said = [point.label for point in coverage.covered if point.mode == "say"]
    if not learnt and not said:
        return "You have made a start, but no point of the goal is covered yet."
    parts = [f"You have brought out {listing(learnt)}."] if learnt else []
    parts += [f"You have put forward {listing(said)}."] if said else []
    return " ".join(parts)


def _hint(coverage: Coverage) -> str:
    """Where to go next: the first point that is missing, and whom to ask. Figures are not given away."""
    if not coverage.missing:
        return "Say in your own words what you take from what you have heard."
    point = coverage.missing[0]
    if point.mode == "say":
        kind = next((kind for kind in point.kinds if coverage.evidence.times(kind) < 1), "")
        return _HOW_TO_SAY.get(kind, f"Say it in your own words: {point.label}.")
    who = _best_informed(point, coverage)
    if point.kinds and not point.notions:
        return _HOW_TO_SAY[point.kinds[0]]
    if re.match(r"(?:what|why|how|who|whether|when|where|which)\b", point.label):
        return f"Try to find out {point.label}{f': ask {who}' if who else ''}."
    return f"{capital(f'ask {who}' if who else 'ask the people here')} about {point.label}, and what follows from it."


def _best_informed(point: Point, coverage: Coverage) -> str:
    """Who has spoken of the point or is named in it; else who has said least so far."""
    spoken: dict[str, str] = dict.fromkeys(coverage.transcript.speakers, "")
    for line in coverage.transcript.lines:
        if line.author == "persona" and line.speaker in spoken:
            spoken[line.speaker] += f" {line.text}"
    if not spoken:
        return ""
    near = {name: len(point.notions & (notions(text) | notions(name))) for name, text in spoken.items()}
    best = max(near.values())
    return min((name for name in spoken if near[name] == best), key=lambda name: len(spoken[name]))
