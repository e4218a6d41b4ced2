"""What a criterion of a rubric looks for: abilities, each made of signs in the student's messages, found by the criterion's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from platform_app.offline.assessment.evidence import Evidence
from platform_app.offline.text.words import concepts, stems


@dataclass(frozen=True)
class Sign:
    """Something to look for: how many messages are enough for full credit, its share, and how to speak of it."""

    name: str
    enough: float
    share: float
    seen: str
    advice: str


@dataclass(frozen=True)
class Ability:
    words: str
    signs: tuple[Sign, ...]


_FIGURES = Sign("figure", 3, 0.3, "you use figures that came up in the conversation", "Take up the figures that you are given and say what they mean.")
_FACTS = Sign("facts", 12, 0.3, "you take up what others told you", "Build on what the others tell you instead of moving on.")
_REASONS = Sign("reason", 3, 0.25, "you give reasons", "Say why: link each claim to a reason.")
_WHY = Sign("open_question", 3, 0.2, "you ask why and how", "Ask why and how before you judge.")
_OPTIONS = Sign("option", 2, 0.25, "you look at more than one option", "Put at least two options side by side.")
_TRADE_OFFS = Sign("trade_off", 3, 0.25, "you see risks and trade-offs", "Name what could go wrong and what one would give up.")
_STEPS = Sign("step", 3, 0.25, "you say what should happen next", "Say who does what, and by when.")
_PROPOSALS = Sign("proposal", 3, 0.35, "you make proposals", "Commit yourself to a proposal.")
_CONDITIONS = Sign("condition", 2, 0.15, "you name conditions", "Say under which conditions your proposal holds.")
_QUESTIONS = Sign("question", 4, 0.3, "you ask questions", "Ask the people in front of you more questions.")
_COURTESY = Sign("courtesy", 2, 0.2, "your tone is considerate", "Show that you take the other person seriously.")
_LISTENING = Sign("listening", 3, 0.3, "you refer to what was said to you", "Take up what the other person has just said.")
_DOUBTS = Sign("doubt", 3, 0.4, "you question assumptions", "Ask where a number or a claim comes from, and what it assumes; your own claims included.")
_PEOPLE = Sign("people", 3, 0.35, "you think of the people concerned", "Think of those who have to live with the decision.")

ABILITIES = {
    "strategy": Ability("strategic strategy thinking whole big picture consequence option long-term vision direction position future", (_OPTIONS, _TRADE_OFFS, _REASONS, _FACTS)),
    "analysis": Ability("analysis analyse analyze problem cause fact data figure evidence understanding diagnose quantitative financial numbers calculate", (_FIGURES, _FACTS, _WHY, _REASONS)),
    "solution": Ability("solution propose proposal step workable implement action plan recommendation decide decision decisive practical feasible creativity creative", (_PROPOSALS, _STEPS, _REASONS, _CONDITIONS)),
    "communication": Ability("communication communicate ask listen answer respect clear language tone professional professionalism interview question dialogue rapport empathy", (_QUESTIONS, _LISTENING, _COURTESY, _FACTS)),
    "critical": Ability("critical question assumption doubt reflection reflect bias challenge judgement judgment own scepticism", (_DOUBTS, _TRADE_OFFS, _WHY, _OPTIONS)),
    "people": Ability("ethics ethical stakeholder fairness people team teamwork leadership lead care responsibility social empathy human patient employee interest", (_PEOPLE, _LISTENING, _COURTESY, _TRADE_OFFS)),
    "negotiation": Ability("negotiation negotiate compromise agreement interest persuade persuasion convince win conflict mediation", (_CONDITIONS, _LISTENING, _PROPOSALS, _OPTIONS)),
}  # fmt: skip
_GENERAL = Ability("", (_FACTS, _REASONS, _QUESTIONS, _PROPOSALS, _TRADE_OFFS))
_CONCEPTS = {name: concepts(ability.words) | frozenset(stems(ability.words)) for name, ability in ABILITIES.items()}


def ability_of(criterion: Mapping[str, object]) -> Ability:
    """The ability that the words of a criterion point to, its name counting more; a general one if none does."""
    name, description = str(criterion.get("name") or ""), str(criterion.get("description") or "")
    named, described = set(stems(name)) | concepts(name), set(stems(description)) | concepts(description)
    scores = {ability: 3 * len(named & known) + len(described & known) for ability, known in _CONCEPTS.items()}
    best = max(scores, key=lambda ability: (scores[ability], -list(scores).index(ability)))
    return ABILITIES[best] if scores[best] else _GENERAL


def amount(evidence: Evidence, sign: Sign) -> float:
    return evidence.facts if sign.name == "facts" else evidence.count(sign.name)


def share_of(evidence: Evidence, sign: Sign) -> float:
    """How far one sign is there, 0 to 1. In a short conversation fewer messages are enough."""
    enough = sign.enough if sign.name == "facts" else min(sign.enough, max(1.4, 0.6 * len(evidence.contributions)))
    return min(1.0, amount(evidence, sign) / enough)


def degree(evidence: Evidence, ability: Ability) -> float:
    """How far an ability shows, 0 to 1; little substance keeps it low whatever signs there are."""
    total = sum(sign.share for sign in ability.signs)
    reached = sum(sign.share * share_of(evidence, sign) for sign in ability.signs) / total
    return reached * min(1.0, 0.25 + 0.9 * evidence.substance)


def level_of(share: float) -> int:
    """0 absent, 1 weak, 2 fair, 3 good, 4 excellent."""
    return sum(share >= bound for bound in (0.06, 0.26, 0.5, 0.76))
