"""The moves of which answers are made: name the matter, tell a fact, say where one stands, ask back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.mind import Mind, Passage, normal, overlap, terms_of
from platform_app.offline.roleplay.repetition import repeats_any
from platform_app.offline.text.phrases import ARTICLES, LEADS_IN, candidates
from platform_app.offline.text.words import canonical, concepts, stems

_SAME = 0.7


def student_name(mind: Mind) -> str:
    return f", {mind.case.people[mind.student].short}" if mind.student is not None else ""


def matter_of(mind: Mind) -> str:
    return f"the question {mind.case.matter}" if mind.case.matter.startswith("whether") else mind.case.matter


def matter_again(answer: Answer) -> str:
    """The matter in other words when it has been named already."""
    named = [
        matter_of(answer.mind),
        "the decision that has to be taken",
        "what we do next",
        answer.mind.case.title,
    ]
    spoken = " ".join(answer.conversation.said)
    return next(
        (matter for matter in named if matter not in spoken),
        named[answer.chooser.number("matter", len(named))],
    )


def terms_asked(answer: Answer) -> list[str]:
    """What is asked for; a short follow-up leans on what came before."""
    conversation, mind = answer.conversation, answer.mind
    terms = terms_of(conversation.last.text, mind)
    if answer.intent in ("more", "why", "agreement", "disagreement") or len(terms) < 2:
        previous = conversation.said[-1] if conversation.said else ""
        terms = (
            terms
            + [
                each
                for each in terms_of(f"{conversation.earlier_words} {previous}", mind)
                if each not in terms
            ][:14]
        )
    return terms


def noun_phrase(answer: Answer) -> str:
    """The phrase of the student's words that the case knows best, as it can be echoed; "" if there is none."""
    text = re.sub(r"\s+", " ", answer.conversation.last.text)
    names = {stem for name in answer.mind.cast.names for stem in stems(name)}
    best = ""
    for before, phrase in candidates(text):
        echo = _echo(before, phrase)
        found = stems(echo)
        known = (
            bool(found)
            and all(answer.mind.index.knows(stem) for stem in found)
            and not names.intersection(found)
        )
        if known and len(found) > len(stems(best)):
            best = echo
    return best


def _echo(before: str, phrase: str) -> str:
    """A phrase as it can stand behind "about": with an article if it had one; without a verb that only looks like part of it."""
    last = phrase.split()[-1]
    if before not in LEADS_IN and last[0].isupper():
        return " ".join(word for word in phrase.split() if word[0].isupper())
    plural = last.endswith("s") and not last.endswith("ss")
    if before not in LEADS_IN and not plural:
        return ""
    return phrase if plural or last[0].isupper() or before not in ARTICLES else f"the {phrase}"


def tell(answer: Answer, facts: Sequence[Passage]) -> None:
    for number, passage in enumerate(fact for fact in facts if not answer.is_told(fact.said)):
        if number and len(answer.sentences) >= 4:
            return
        purpose = "second_fact" if number else "fact_lead"
        opening = passage.lead if passage.lead and not answer.has_said(passage.lead) else passage.said
        own = passage.own and not number
        answer.add(opening if own else answer.chooser.lead(purpose, opening, answer.mind.inside(opening)))
        if opening != passage.said:
            answer.add(passage.said)


def state_conviction(
    answer: Answer, terms: Sequence[str], *, again: bool = False, bare: bool = False
) -> bool:
    """The stance that has most to do with the terms; one that has been stated only if `again`, and then in other words.

    `bare` leaves out words of introduction.
    """
    asked = {canonical(term) for term in terms}
    heard = [concepts(sentence) for sentence in answer.heard]
    open_ones = [
        one
        for one in answer.mind.convictions
        if again
        or (
            all(overlap(one.meanings, each) < _SAME for each in heard)
            and not any(answer.has_said(form) for form in one.forms)
        )
    ]
    for conviction in sorted(open_ones, key=lambda one: -len(asked & one.meanings)):
        form = answer.chooser.restate(conviction.forms)
        if form and normal(form) not in normal(answer.text) and not repeats_any(form, answer.sentences):
            introduced = answer.chooser.lead("stance_lead", form, answer.mind.inside(form))
            return answer.add(form if bare or ":" in form else introduced)
    return False


def steer(answer: Answer) -> None:
    """Back to the matter: what it is about, where one stands, a question."""
    answer.say("back_to_matter", matter=matter_again(answer)) or state_conviction(answer, ())
    answer.say("ask_concrete") or answer.say("first_question")


def colour(answer: Answer) -> bool:
    """Now and then a sentence that only this kind of person would say."""
    card = answer.mind.card
    strong = max(sorted(dict(card.traits)), key=card.trait, default="")
    marked = (
        strong in ("assertive", "analytical", "collaborative", "detail_oriented", "creative")
        and card.trait(strong) >= 7
    )
    return marked and answer.chooser.number("colour", 2) == 0 and answer.add(answer.chooser.manner(strong))


def ask_back(answer: Answer) -> None:
    """A question back, not every time."""
    if not answer.full and (len(answer.sentences) < 2 or answer.chooser.number("ask", 3) != 0):
        answer.say("ask_back")
