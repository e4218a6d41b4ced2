"""The student's own words that show a criterion best: a piece of one message, letter for letter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from platform_app.offline.assessment.criteria import Criterion
from platform_app.offline.assessment.evidence import Evidence
from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.signs import signs_in
from platform_app.offline.assessment.transcript import Contribution
from platform_app.offline.text.figures import figures

LONGEST_QUOTE = 200
_SHORTEST = 15
_TELLING_WORDS = 7
_CLAUSE_ENDS = re.compile(r"[,;:–—)](?=\s)|\s")
# A quote that another criterion has shown already must be clearly better than a fresh one.
_SEEN_BEFORE = 0.5


def best_quote(evidence: Evidence, criterion: Criterion, *, used: Collection[str] = ()) -> str:
    """At most 200 characters, cut where a sentence or else a clause ends; "" if no message shows the criterion."""
    rated = [
        (_rating(sentence, one, criterion) * (_SEEN_BEFORE if sentence in used else 1.0), -number, sentence)
        for number, (one, sentence) in enumerate(_candidates(evidence))
    ]
    best = max(rated, default=(0.0, 0, ""))
    return best[2] if best[0] > 0 else ""


def _candidates(evidence: Evidence) -> Iterator[tuple[Contribution, str]]:
    for one in evidence.contributions:
        for sentence in one.sentences:
            piece = _cut(sentence)
            if len(piece) >= _SHORTEST and piece in one.original:
                yield one, piece


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST_QUOTE:
        return sentence
    ends = [match.start() for match in _CLAUSE_ENDS.finditer(sentence[: LONGEST_QUOTE + 1])]
    clauses = [end for end in ends if not sentence[end].isspace() and end > LONGEST_QUOTE // 2]
    return sentence[: max(clauses or ends or [LONGEST_QUOTE])].rstrip(" ,;:–—")


def _rating(sentence: str, one: Contribution, criterion: Criterion) -> float:
    shown = _signs_of(sentence, one)
    share = sum(share for sign, share in criterion.signs if sign.name in shown)
    share += 0.5 * bool(criterion.topics & notions(sentence))
    telling = min(1.0, len(sentence.split()) / _TELLING_WORDS)
    return (share + min(0.15, len(notions(sentence)) / 80)) * telling if share else 0.0


def _signs_of(sentence: str, one: Contribution) -> set[str]:
    meant = notions(sentence)
    prompts = notions(" ".join(line.text for line in one.prompts))
    further = {
        "figure": bool(figures(sentence)),
        "facts": len(meant & notions(one.heard)) >= 2,
        "listening": len(meant & prompts) >= 2,
        "objection": len(meant & prompts) >= 2 and not sentence.endswith("?"),
        "groundwork": sentence.endswith("?") and len(meant) >= 2,
    }
    return set(signs_in(sentence)) | {sign for sign, present in further.items() if present}
