"""Advice to the student: what was left open in the scene first, then what the rubric asks for and hardly showed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from platform_app.offline.assessment.criteria import Criterion
from platform_app.offline.assessment.levels import Measure
from platform_app.offline.assessment.notions import notions
from platform_app.offline.assessment.remarks import nothing_to_judge, weights
from platform_app.offline.assessment.rubric import Sign
from platform_app.offline.assessment.signs import signs_in
from platform_app.offline.assessment.transcript import Contribution, Line, sentences_of
from platform_app.offline.assessment.wording import capital, listing, shortened
from platform_app.offline.text.figures import figures

_MOST = 3
_ENOUGH = 0.6
_EMPTY_HANDED = (
    "Talk to the people of the scene in full sentences: ask what they know and want, and say what you think."
)
_KEEP_ON = "Keep this up, and try to convince the person who disagrees with you most."
# To what the student has proposed, and to what others have told him.
_ON_PROPOSALS = {
    "trade_off": "After “{quote}”, name what could go wrong with it, and what one would have to give up.",
    "option": "After “{quote}”, put a second option beside it and compare them.",
    "reason": "After “{quote}”, say why, with something that you have heard.",
    "step": "After “{quote}”, say who does what, and by when.",
    "measure": "After “{quote}”, say by what one will see whether it works.",
    "condition": "After “{quote}”, say under which conditions it holds.",
    "people": "After “{quote}”, say what it means for those who have to live with it.",
    "doubt": "After “{quote}”, ask yourself what it assumes, and who could contradict you.",
}
_ON_ANSWERS = {
    "conclusion": "When {speaker} says “{quote}”, say what follows from it for the decision.",
    "reason": "When {speaker} says “{quote}”, use it as a reason for what you think.",
    "trade_off": "When {speaker} says “{quote}”, weigh it: what speaks for it, and what against it?",
    "option": "When {speaker} says “{quote}”, ask what else could be done about it, and compare.",
    "open_question": "When {speaker} says “{quote}”, ask why that is so.",
    "question": "When {speaker} says “{quote}”, ask on instead of leaving it there.",
    "doubt": "When {speaker} says “{quote}”, ask where that comes from and what it assumes.",
    "listening": "When {speaker} says “{quote}”, take it up before you go on.",
    "facts": "When {speaker} says “{quote}”, build on it in what you say next.",
    "proposal": "When {speaker} says “{quote}”, say what you would do about it.",
    "people": "When {speaker} says “{quote}”, think of those who have to live with it.",
}


def advice_for(criteria: Sequence[Criterion], measure: Measure) -> list[str]:
    """At most three: what was left open in this scene first, then what the rubric asks for and hardly showed."""
    if nothing_to_judge(measure):
        return [_EMPTY_HANDED]
    found = [*_idle(measure), *_left_open(measure), *_unanswered(measure), *_unused_figures(measure)]
    weak = sorted(
        (
            (weight * (1 - measure.presence(sign, criterion)), sign)
            for sign, weight, criterion in weights(criteria).values()
            if measure.presence(sign, criterion) < _ENOUGH and sign.name not in ("groundwork", "topic")
        ),
        key=lambda pair: -pair[0],
    )
    anchors = _Anchors(measure)
    found += [
        anchors.advice(sign) for _, sign in weak if sign.name != "figure" or not _unused_figures(measure)
    ]
    return list(dict.fromkeys(found))[:_MOST] or [_KEEP_ON]


class _Anchors:
    """Sentences of the conversation that advice can hold on to; each is used once."""

    def __init__(self, measure: Measure) -> None:
        self._proposals = list(_proposals(measure))
        self._answers = list(_answers(measure))

    def advice(self, sign: Sign) -> str:
        if sign.name in _ON_PROPOSALS and self._proposals:
            return _ON_PROPOSALS[sign.name].format(quote=shortened(self._proposals.pop(0)))
        if sign.name in _ON_ANSWERS and self._answers:
            line = self._answers.pop(0)
            return _ON_ANSWERS[sign.name].format(
                speaker=line.speaker or "somebody", quote=shortened(line.text)
            )
        return sign.advice


def _proposals(measure: Measure) -> Iterator[str]:
    for one in measure.evidence.contributions:
        for sentence in one.sentences:
            if "proposal" in signs_in(sentence) and not sentence.endswith("?"):
                yield sentence


def _answers(measure: Measure) -> list[Line]:
    """What personas told the student, the most telling first: figures and objections before the rest."""
    told = [
        Line(line.speaker, line.author, sentence)
        for one in measure.evidence.contributions
        for line in one.replies
        for sentence in sentences_of(line.text)
        if not sentence.endswith("?") and len(sentence.split()) >= 6
    ]
    return sorted(told, key=lambda line: -len(figures(line.text)) - ("trade_off" in signs_in(line.text)))


def _idle(measure: Measure) -> list[str]:
    messages = measure.coverage.transcript.contributions
    idle = [one for one in messages if not one.counts]
    if len(idle) < 2 or len(idle) < len(messages) / 2:
        return []
    return [f"Make each message count: “{idle[-1].original.strip()[:60]}” {idle[-1].why_not}."]


def _left_open(measure: Measure) -> list[str]:
    missing = measure.coverage.missing
    learn = [point.label for point in missing if point.mode == "learn"]
    say = [point.label for point in missing if point.mode == "say"]
    asking = [f"Ask about {listing(learn)}: that was still open at the end."] if learn else []
    return asking + ([f"What was still missing at the end: {listing(say)}."] if say else [])


def _unanswered(measure: Measure) -> list[str]:
    """The last question to the student that the next message did not touch."""
    for one in reversed(measure.coverage.transcript.contributions):
        for line in reversed(one.prompts):
            asked = [sentence for sentence in sentences_of(line.text) if sentence.endswith("?")]
            if asked and len(asked[-1].split()) > 4 and _passes_over(one, asked[-1]):
                return [
                    f"Answer what you are asked: {line.speaker}’s “{asked[-1]}” was left without an answer."
                ]
    return []


def _passes_over(one: Contribution, question: str) -> bool:
    wanted = notions(question)
    return len(wanted) >= 2 and not wanted & notions(one.original) and not one.statements


def _unused_figures(measure: Measure) -> list[str]:
    evidence = measure.evidence
    if evidence.count("figure") + evidence.count("own_figure") >= 1:
        return []
    spoken = " ".join(line.text for one in evidence.contributions for line in one.replies)
    named = [figure for figure in figures(spoken) if re.search(r"[^\d\s.,]", figure)] or figures(spoken)
    return (
        [f"Use the figures that you were given, such as {capital(named[0])}, and say what they mean."]
        if named
        else []
    )
