"""Proposals: for or against by one's own stance, who else would stand where, a question to their author."""

from __future__ import annotations

import re

from platform_app.offline.casework.stances import Stance
from platform_app.offline.casework.views import stance_of, view
from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.convictions import Conviction, as_conviction
from platform_app.offline.roleplay.moves import state_conviction, tell, terms_asked
from platform_app.offline.text.words import concepts

_CLAUSES = re.compile(r"[,;.!?]|\b(?:and|but|because|since|so|then)\b|(?=\binstead of\b)", re.IGNORECASE)
_UNITS = concepts(
    "million billion thousand cent percent euro euros dollar dollars year years month months week weeks day days"
)
_PRONOUN = re.compile(r"\b(?:he|she|his|her|him)\b")
_NEGATIVE = re.compile(
    r"\b(?:not|no|never|reject|refuse|decline|stop|against|without|don't|won't|shouldn't|cannot|instead of|avoid|cancel|drop|postpone|delay|close)\b",
    re.IGNORECASE,
)


def weigh_proposal(answer: Answer) -> None:
    """Take a proposal seriously: for or against by one's own stance, a reason from the case, a question to its author."""
    terms = terms_asked(answer)
    text = answer.conversation.last.text
    relevant = _touched(answer, concepts(text))
    reasons = answer.mind.find(terms, avoid=answer.heard, limit=1, least=0.25)
    answer.say("on_proposal")
    if relevant:
        agreement = _agreement(relevant, text)
        answer.say("same_side" if agreement > 0 else "other_side" if agreement < 0 else "touches_me")
        answer.add(answer.chooser.restate(relevant.forms))
    if not _side_with(answer, text) and len(answer.sentences) < 3:
        tell(answer, reasons)
    if len(answer.sentences) < 3:
        state_conviction(answer, terms, again=True)
    _confront(answer) or answer.say("ask_reason")


def _side_with(answer: Answer, text: str) -> bool:
    """Name the colleague whose position a proposal meets or crosses, if words tell."""
    meanings = concepts(text) - _UNITS
    rated = []
    for number, stance in positions_of_others(answer):
        conviction = as_conviction(stance)
        common = len(meanings & conviction.meanings - _UNITS)
        if common >= 2 and conviction.sign:
            rated.append((common, -number, stance, _agreement(conviction, text)))
    if not rated:
        return False
    _, number, stance, agreement = max(rated, key=lambda one: one[:2])
    person = answer.mind.case.people[-number]
    purpose = "ally" if agreement > 0 else "opponent"
    return agreement != 0 and answer.say(purpose, other=person.name, short=person.short, view=view(stance))


def positions_of_others(answer: Answer) -> list[tuple[int, Stance]]:
    """The colleagues in the cast with their stances, as far as these can be quoted without touching speaker or listener."""
    mind = answer.mind
    listed = {name for name, _ in answer.conversation.cast}
    others = [
        n
        for n in range(len(mind.case.people))
        if n not in (mind.me, mind.student) and mind.cast.names[n] in listed
    ]
    stated = [(number, stance) for number in others for stance in [stance_of(mind.case, number)] if stance]
    return [
        (number, stance)
        for number, stance in stated
        if not _PRONOUN.search(stance.clause)
        and not {mention.person for mention in mind.cast.find(stance.clause)} & {mind.me, mind.student}
    ]


def _touched(answer: Answer, meanings: frozenset[str]) -> Conviction | None:
    scored = [(len(meanings & one.meanings), one) for one in answer.mind.convictions]
    return (
        max(scored, key=lambda pair: pair[0])[1] if scored and max(pair[0] for pair in scored) >= 1 else None
    )


def _agreement(conviction: Conviction, text: str) -> int:
    """+1 if a proposal goes the way of a conviction, -1 if it goes against it, 0 if that cannot be told."""
    clauses = [clause for clause in _CLAUSES.split(text) if clause]
    closest = max(clauses, key=lambda clause: len(conviction.meanings & concepts(clause)), default=text)
    common = conviction.meanings & concepts(closest) - _UNITS
    if len(common) < 2 and len(conviction.meanings) > 3:
        return 0
    negative = {word.lower() for word in _NEGATIVE.findall(closest)} - {
        word.lower() for word in _NEGATIVE.findall(conviction.forms[0])
    }
    return conviction.sign * (-1 if negative else 1)


def _confront(answer: Answer) -> bool:
    """Ask how the student would answer a colleague who stands elsewhere."""
    if answer.full or answer.chooser.number("confront", 2):
        return False
    stated = positions_of_others(answer)
    if not stated:
        return False
    number, stance = stated[answer.chooser.number("whom", len(stated))]
    return answer.say("ask_about_other", other=answer.mind.cast.names[number], view=view(stance))
