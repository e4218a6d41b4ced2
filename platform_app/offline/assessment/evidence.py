"""What a student's messages show: questions, facts, reasons, options, steps, doubts, courtesy; each counted once a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from platform_app.offline.assessment.transcript import Contribution, Transcript
from platform_app.offline.text.figures import figures, numbers
from platform_app.offline.text.words import canonical, concepts, stems

_SIGNS = {
    "question": r"\?|^(?:what|which|who|where|when|how|why|could you|can you|tell me|explain)\b",
    "open_question": r"\b(?:why|how (?!much|many|long|old|often)|what (?:would|do|does|if|happens|makes|are|is) )",
    "proposal": r"\b(?:i|we|you) (?:would |will |therefore |strongly )?(?:suggest|propose|recommend|advise|plan to|intend to|decide)\b|\b(?:we|you|i|they) (?:should|could|must|need to|ought to)\b|"
    r"\b(?:let's|let us|my (?:plan|proposal|recommendation|decision|suggestion))\b|\bi (?:will|would|am going to) \w+",
    "reason": r"\b(?:because|since|therefore|thus|hence|as a result|due to|so that|which means|that means|this means|that is why|for this reason|consequently|given that|in order to)\b",
    "trade_off": r"\b(?:but|however|although|though|whereas|while|on the other hand|trade-?offs?|downside|drawback|at the cost of|at the expense of|risks?|despite|unless|versus|against that|price we pay|the catch)\b",
    "option": r"\b(?:options?|alternatives?|either|instead|another way|other ways|rather than|compare|compared|on the one hand|plan b|second best|compromise|in between|counter-?offer|middle way|or should)\b",
    "step": r"\b(?:first(?:ly)?|secondly|next|after that|finally|step|start|begin|pilot|trial|phase|within|by (?:monday|tuesday|wednesday|thursday|friday|the end|next|january|february|march|april|may|june|july|"
    r"august|september|october|november|december)|deadline|responsible|schedule|timeline|milestones?|follow up|review|measure)\b",
    "condition": r"\b(?:if|provided that|on condition|as long as|only if|in exchange|in return|unless)\b",
    "doubt": r"\b(?:how (?:do|can) (?:you|we) know|are you sure|assum\w+|evidence|proof|what if|is (?:it|that) (?:really|true)|based on|reliable|certain|how (?:did|was) (?:you|that|it) (?:calculated|measured|get)|"
    r"who says|i doubt|question|not convinced|what makes you|bias\w*|overlook\w*|i may be wrong|i might be wrong|am i missing|the other side|contradict\w*|where does .{3,30} come from)\b",
    "courtesy": r"\b(?:please|thank you|thanks|would you|could you|may i|i appreciate|i understand|i see your point|sorry|that must be|fair point|good point|with respect|i hear you|your concern)\b",
    "listening": r"\b(?:you (?:said|mentioned|told|pointed out|explained|are worried|worry|want|fear)|as you|your (?:point|concern|worry|figure|view|idea)|(?:he|she|they) (?:said|mentioned|told)|from what you|"
    r"so you|if i understand|i heard)\b",
    "people": r"\b(?:staff|employees?|workers?|team|patients?|customers?|families|family|people|community|colleagues?|nurses?|students?|fair|fairness|morale|trust|health|safety|jobs?)\b",
}
_PATTERNS = {sign: re.compile(pattern, re.IGNORECASE) for sign, pattern in _SIGNS.items()}
_MUCH_SUBSTANCE = 50.0


@dataclass(frozen=True)
class Shown:
    """One sign of something in one message."""

    message: int
    sign: str


@dataclass(frozen=True)
class Evidence:
    """All that a transcript shows of its student."""

    contributions: Sequence[Contribution]

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        found = []
        for number, each in enumerate(self.contributions):
            found += [Shown(number, sign) for sign, pattern in _PATTERNS.items() if pattern.search(each.text)]
            found += [Shown(number, "figure")] if self.figures_in(each) else []
            found += [Shown(number, "fact")] if self.taken_up(each) else []
        return tuple(found)

    def count(self, sign: str) -> float:
        """In how many messages a sign shows; lists of words count less."""
        return sum(self.contributions[shown.message].weight for shown in self.shown if shown.sign == sign)

    def has(self, sign: str) -> bool:
        return any(shown.sign == sign for shown in self.shown)

    def figures_in(self, contribution: Contribution) -> list[str]:
        """The figures of a message that had been said to the student before: used, not invented."""
        known = numbers(contribution.heard)
        return [figure for figure in figures(contribution.text) if numbers(figure) & known]

    def taken_up(self, contribution: Contribution) -> frozenset[str]:
        """Notions of a message that others had brought in before."""
        return contribution.meanings & concepts(contribution.heard) if contribution.heard else frozenset()

    @cached_property
    def figures(self) -> list[str]:
        return list(dict.fromkeys(figure for each in self.contributions for figure in self.figures_in(each)))

    @cached_property
    def facts(self) -> float:
        """How many notions of others were taken up, each counted once."""
        notions: set[str] = set()
        total = 0.0
        for each in self.contributions:
            fresh = self.taken_up(each) - notions
            notions |= fresh
            total += len(fresh) * each.weight
        return total

    @cached_property
    def substance(self) -> float:
        """0 to 1: how much was said on the matter, repetitions left out."""
        seen: set[str] = set()
        total = 0.0
        for each in self.contributions:
            fresh = {canonical(stem) for stem in stems(each.text)} - seen
            seen |= fresh
            total += min(len(fresh), 40) * each.weight
        return min(1.0, total / _MUCH_SUBSTANCE)


def gather(transcript: Transcript) -> Evidence:
    """The evidence of the messages that count."""
    return Evidence(transcript.counted)
