"""Where people stand, said in the third person: for scenes, goals and outcomes."""

from __future__ import annotations

from platform_app.offline.casework.case import Case
from platform_app.offline.casework.stances import Stance
from platform_app.offline.text.phrases import key_phrases
from platform_app.offline.text.words import stem

ORDER = ("want", "demand", "oppose", "support", "expect", "fear", "doubt", "believe")


def stance_of(case: Case, number: int) -> Stance | None:
    """The stance that shows best where a person stands; None if the text states none."""
    own = [stance for stance in case.stances if stance.person == number]
    return min(own, key=lambda stance: ORDER.index(stance.kind), default=None)


def view(stance: Stance) -> str:
    """ "wants to …", "is against …": goes behind the name."""
    about = stance.verb.split()[-1] in {"about", "by", "for", "at", "of"}
    if stance.kind == "want":
        return f"wants to {stance.clause}"
    if stance.kind == "demand":
        return f"insists that {stance.clause}"
    if stance.kind == "expect":
        return f"wants {stance.clause}"
    if stance.kind == "support":
        return f"is in favour of {stance.clause}"
    if stance.kind == "oppose":
        infinitive = stance.verb.endswith(" to") and not stance.verb.endswith(
            ("opposed to", "objects to", "objected to")
        )
        return f"does not want to {stance.clause}" if infinitive else f"is against {stance.clause}"
    if stance.kind == "fear":
        return f"worries about {stance.clause}" if about else f"fears that {stance.clause}"
    return f"doubts that {stance.clause}" if stance.kind == "doubt" else f"thinks that {stance.clause}"


def topics_of(case: Case, number: int, *, limit: int = 3) -> list[str]:
    """Key phrases of what is said about a person and beside it, without names."""
    blocks = {sentence.block for sentence in case.sentences if number in sentence.people}
    texts = [
        sentence.text for sentence in case.sentences if sentence.block in blocks or sentence.subject == number
    ]
    return key_phrases(texts, limit=limit, without=name_stems(case))


def name_stems(case: Case) -> frozenset[str]:
    """The stems of all names, roles and the organisation: what key phrases are not made of."""
    named = [
        token for person in case.people for token in (*person.tokens, person.nickname, *person.role.split())
    ]
    return frozenset(stem(word) for word in [*named, *case.organisation.split()] if len(word) > 2)
