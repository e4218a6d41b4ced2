"""The portrait of one person of a case: background, goals and knowledge, each from sentences of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.analysis.schema import PersonaDraft
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.functions import function_of
from platform_app.offline.casework.mentions import Attributed
from platform_app.offline.casework.people import Person
from platform_app.offline.casework.stances import as_goal
from platform_app.offline.casework.traits import describe_style, judge_traits
from platform_app.offline.text.figures import has_figure
from platform_app.offline.text.words import concepts, stems

_BIOGRAPHY = re.compile(
    r"\b(?:joined|studied|graduated|founded|started|worked|years?|career|degree|trained|grew up|came from|served|since|previously|"
    r"before|has led|leads|runs|heads|owns|responsible|appointed|hired|promoted|born|retire)\b",
    re.IGNORECASE,
)
_MOST_SENTENCES, _MOST_FACTS, _LEAST_FACTS, _MOST_GOALS = 4, 9, 5, 4
UNKNOWN_ROLE = "Involved in the decision"

_CONCERNS = {
    "finance": "keep the money side of {matter} sound",
    "operations": "make sure that {matter} can be done in daily operations",
    "sales": "protect customers and the name of the house in {matter}",
    "people": "make sure that the people affected by {matter} are treated fairly",
    "technology": "get {matter} right technically",
    "quality": "keep quality and safety from suffering under {matter}",
    "law": "keep {matter} within the law",
    "labour": "protect the workforce in {matter}",
    "care": "put patients first in {matter}",
    "learning": "serve the learners in {matter}",
    "purchasing": "get good terms out of {matter}",
    "owner": "protect the owners' interest in {matter}",
    "leadership": "reach a clear decision on {matter}",
}
_DOMAINS = {
    "finance": "cost profit loss bank loan credit margin debt cash invest budget price revenue interest equity covenant",
    "operations": "plant line shift capacity machine production output lead time delivery overtime downtime stock warehouse",
    "sales": "customer brand market sale price competitor campaign order product share discount",
    "people": "staff employee wage training turnover vacancy sick leave morale hire redundancy",
    "technology": "software code defect system data machine develop release bug automation model",
    "quality": "complaint fault quality defect safety accident inspection standard reject",
    "law": "law legal contract liability regulation court permit claim",
    "labour": "worker wage shift union strike overtime job safety hire redundancy",
    "care": "patient bed nurse ward stay emergency staff treatment waiting",
    "learning": "student pupil course teacher class school exam fee",
    "purchasing": "order price supplier delivery quality contract volume competitor",
    "owner": "share owner return sale family value dividend loss profit",
    "leadership": "strategy board market growth profit loss plan",
}
_DOMAIN_CONCEPTS = {function: concepts(words) for function, words in _DOMAINS.items()}


def domain_of(role: str) -> frozenset[str]:
    """The concepts on which somebody in a role is at home."""
    return _DOMAIN_CONCEPTS.get(function_of(role), frozenset())


def sentences_about(case: Case, number: int) -> list[Attributed]:
    """The sentences that speak of a person, own deeds and views first, then mentions."""
    own = [sentence for sentence in case.sentences if sentence.subject == number]
    quoted = [
        sentence
        for sentence in case.sentences
        if any(speaker == number for speaker, _ in sentence.quotations) and sentence not in own
    ]
    mentioned = [
        sentence
        for sentence in case.sentences
        if number in sentence.people and sentence not in own and sentence not in quoted
    ]
    return own + quoted + mentioned


def _order(case: Case, sentences: Sequence[Attributed]) -> list[str]:
    place = {id(sentence): at for at, sentence in enumerate(case.sentences)}
    return [sentence.text for sentence in sorted(sentences, key=lambda sentence: place[id(sentence)])]


def background_of(case: Case, number: int) -> str:
    """Two to four sentences of the case about a person, those that tell a life first."""
    about = [
        sentence
        for sentence in sentences_about(case, number)
        if not sentence.unresolved and not sentence.text.endswith("?")
    ]
    ranked = sorted(
        about, key=lambda sentence: (not _introduces(sentence, number), not _BIOGRAPHY.search(sentence.text))
    )
    text = " ".join(_order(case, ranked[:_MOST_SENTENCES]))
    person = case.people[number]
    return text or f"{person.name} appears in the case as {person.role or 'one of those involved'}."


def _introduces(sentence: Attributed, number: int) -> bool:
    return (
        sentence.subject == number
        and not sentence.pronoun
        and sentence.subject_end - sentence.subject_start > 8
    )


def goals_of(case: Case, number: int) -> list[str]:
    """What a person is after: stances stated in the case; if there are none, what the role has to care about."""
    stances = [stance for stance in case.stances if stance.person == number]
    ranked = sorted(
        stances,
        key=lambda stance: (
            "want",
            "expect",
            "demand",
            "support",
            "oppose",
            "fear",
            "doubt",
            "believe",
        ).index(stance.kind),
    )
    goals = [as_goal(stance) for stance in ranked if not re.match(r"(?:she|he|they)\b", stance.clause)]
    return list(dict.fromkeys(goals))[:_MOST_GOALS] or [_concern(case, number)]


def _concern(case: Case, number: int) -> str:
    function = function_of(case.people[number].role)
    matter = case.matter if not case.matter.startswith("whether") else f"the decision {case.matter}"
    concern = _CONCERNS.get(function, "have a say in {matter}").format(matter=matter)
    return f"{concern[:1].upper()}{concern[1:]}"


def knowledge_of(case: Case, number: int) -> list[str]:
    """Facts, those with figures first: said by or about the person, then in the same place, then in the domain of the role."""
    own = sentences_about(case, number)
    blocks = {sentence.block for sentence in own if sentence.block >= 0}
    domain = domain_of(case.people[number].role)
    scored = []
    for at, sentence in enumerate(case.sentences):
        if sentence.unresolved or sentence.text.endswith("?") or len(sentence.text) > 420:
            continue
        score = 3.0 * (sentence in own) + 1.5 * (sentence.block in blocks) + 2.0 * has_figure(sentence.text)
        score += min(2.0, 0.7 * len(domain & concepts(sentence.text)))
        others = set(sentence.people) - {number}
        score -= 2.0 if others and sentence not in own else 0.0
        scored.append((-score, at, _by_name(sentence, case)))
    ranked = sorted(scored)[:_MOST_FACTS]
    facts = [
        text
        for rank, (score, _, text) in enumerate(ranked)
        if score < -2.0 or (rank < _LEAST_FACTS and score < -1.0)
    ]
    return list(dict.fromkeys(facts))


def _by_name(sentence: Attributed, case: Case) -> str:
    """A fact must be understood alone: a pronoun at its head gives way to the name."""
    if sentence.owner is not None:
        return f"{sentence.text[: sentence.subject_start]}{case.people[sentence.owner].name}'s{sentence.text[sentence.subject_end :]}"
    if sentence.pronoun and sentence.subject is not None:
        return (
            sentence.text[: sentence.subject_start]
            + case.people[sentence.subject].name
            + sentence.text[sentence.subject_end :]
        )
    return sentence.text


def draw_portrait(case: Case, person: Person) -> PersonaDraft:
    """One persona of the draft scenario."""
    number = case.people.index(person)
    about = [sentence.text for sentence in sentences_about(case, number)]
    traits = judge_traits(person.role, about)
    quotations = [
        text for sentence in case.sentences for speaker, text in sentence.quotations if speaker == number
    ]
    return PersonaDraft(
        name=person.name[:120],
        role=(person.role or UNKNOWN_ROLE)[:200],
        background=background_of(case, number),
        goals=goals_of(case, number),
        knowledge=knowledge_of(case, number),
        communication_style=describe_style(traits, min(quotations, key=len, default="")),
        traits=traits,
    )


def weight_of(case: Case, number: int) -> float:
    """How much of the case is about a person: what decides when there are more people than a scenario holds."""
    stances = sum(stance.person == number for stance in case.stances)
    return case.people[number].mentions + 2 * stances + len(stems(case.people[number].role)) / 4
