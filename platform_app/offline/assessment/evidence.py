"""What a student's messages show: questions, facts, reasons, options, steps, doubts, courtesy; each sign counted once a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from platform_app.offline.assessment.notions import amounts, notions
from platform_app.offline.assessment.signs import signs_in
from platform_app.offline.assessment.transcript import Contribution, Transcript
from platform_app.offline.text.figures import figures
from platform_app.offline.text.language import language_of

_OBJECTING = re.compile(
    r"\b(?:but|however|what if|and (?:if|when|what|why)|why should|convince|i (?:fear|doubt|worry)|not convinced|against|risk|too \w+|cannot|will not|won't|impossible|where does)\b|\?",
    re.IGNORECASE,
)
_MUCH_SUBSTANCE = 40.0
# A figure that nobody has said in the scene may come from the case; it may also be invented.
_UNHEARD = 0.7
_UNREAD = 0.7
_STATEMENT_WORDS = 10


@dataclass(frozen=True)
class Evidence:
    """All that the messages that count show of their student. `known_amounts` are those of the scene's own text."""

    contributions: Sequence[Contribution]
    known_amounts: frozenset[str] = frozenset()

    @cached_property
    def signs(self) -> tuple[frozenset[str], ...]:
        """For each message the signs in it."""
        return tuple(self._signs_of(one) for one in self.contributions)

    def _signs_of(self, one: Contribution) -> frozenset[str]:
        shown = signs_in(one.text, one.statements)
        grounded = bool(self.figures_in(one))
        further = {
            "figure": grounded,
            "own_figure": not grounded and bool(figures(one.text)),
            "facts": bool(taken_up(one)),
            "listening": len(answered(one)) >= 2,
            "objection": _answers_objection(one),
        }
        return shown | {sign for sign, present in further.items() if present}

    def count(self, sign: str) -> float:
        """In how many messages a sign shows; a message with little in it counts less than one."""
        return sum(
            _fullness(one) for one, shown in zip(self.contributions, self.signs, strict=True) if sign in shown
        )

    def times(self, kind: str) -> float:
        """In how many messages a kind of speech shows, whatever their length."""
        return sum(
            max(_strength(shown, kind), _UNREAD * _is_unreadable_statement(one))
            for one, shown in zip(self.contributions, self.signs, strict=True)
        )

    def figures_in(self, one: Contribution) -> list[str]:
        """The figures of a message that had been said to the student before: used, not invented."""
        known = amounts(one.heard) | self.known_amounts
        return [figure for figure in figures(one.text) if amounts(figure) & known]

    @cached_property
    def figures(self) -> list[str]:
        return list(dict.fromkeys(figure for one in self.contributions for figure in self.figures_in(one)))

    @cached_property
    def facts(self) -> int:
        """How many notions of others were taken up, each counted once."""
        return len(frozenset[str]().union(*map(taken_up, self.contributions)))

    @cached_property
    def meanings(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.meanings for one in self.contributions))

    @cached_property
    def substance(self) -> float:
        """0 to 1: how much was said on the matter, repetitions left out."""
        return min(1.0, len(self.meanings) / _MUCH_SUBSTANCE)


def _fullness(one: Contribution) -> float:
    return min(1.0, 0.25 + len(one.meanings) / 10)


def _is_unreadable_statement(one: Contribution) -> bool:
    """A substantial statement in the language of the scene, if that is not English: what kind it is cannot be told."""
    language = language_of(one.text)
    if language in ("English", "") or language_of(one.heard[:2000]) != language:
        return False
    return len(one.statements.split()) >= _STATEMENT_WORDS and bool(taken_up(one))


def _strength(shown: frozenset[str], kind: str) -> float:
    if kind == "countermeasure":
        return float("trade_off" in shown and bool(shown & {"proposal", "step", "condition", "measure"}))
    if kind == "summary":
        return float(bool(shown & {"problem", "conclusion"}))
    if kind == "figure" and "own_figure" in shown:
        return _UNHEARD
    return float(kind in shown)


def taken_up(one: Contribution) -> frozenset[str]:
    """Notions of a message that others had brought in before."""
    return one.meanings & notions(one.heard) if one.heard else frozenset()


def answered(one: Contribution) -> frozenset[str]:
    """Notions of a message that were in what was said just before."""
    return one.meanings & notions(" ".join(line.text for line in one.prompts))


def _answers_objection(one: Contribution) -> bool:
    """Whether a message states something on the notions of an objection that was raised just before."""
    objections = " ".join(line.text for line in one.prompts if _OBJECTING.search(line.text))
    return bool(notions(objections) & notions(one.statements)) and len(one.statements.split()) >= 10


def gather(transcript: Transcript) -> Evidence:
    """The evidence of the messages that count."""
    return Evidence(transcript.counted, amounts(transcript.goal_text))
