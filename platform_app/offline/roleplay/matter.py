"""Answers on the matter: questions, statements and follow-ups, from what the persona knows, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.offline.roleplay.answer import Answer
from platform_app.offline.roleplay.mind import Passage, terms_of
from platform_app.offline.roleplay.moves import (
    ask_back,
    colour,
    noun_phrase,
    state_conviction,
    steer,
    tell,
    terms_asked,
)
from platform_app.offline.roleplay.points import find_for_each, points_of
from platform_app.offline.text.figures import has_figure, numbers
from platform_app.offline.text.grammar import looks_like_verb
from platform_app.offline.text.words import canonical, concepts, stems

_ENOUGH_WORDS = 2
_TELLING_WORDS = 6


def answer_matter(answer: Answer) -> None:
    """Questions, statements and follow-ups: take up, tell what is known, say where one stands, ask back."""
    terms, mind = terms_asked(answer), answer.mind
    asked = terms_of(answer.conversation.last.text, mind)
    named = mind.named_in(answer.conversation.last.text)
    if asked and not mind.knows(asked) and not named:
        _off_topic(answer)
    elif named and answer.intent in ("question", "opinion", "why"):
        speak_of(answer, named[0], terms)
    else:
        _answer_from(answer, _facts_for(answer, asked, terms), asked or terms, named)


def _facts_for(answer: Answer, asked: Sequence[str], terms: Sequence[str]) -> list[Passage]:
    """What is asked for outright; for a short follow-up what goes with the words before."""
    numeric = answer.intent == "number"
    text = answer.conversation.last.text
    points = points_of(text, answer.mind) if answer.intent in ("question", "number") else []
    each = find_for_each(answer.mind, points, text, avoid=answer.heard, figures_first=numeric)
    if len(each) > 1:
        return each
    facts = answer.mind.find(asked, avoid=answer.heard, figures_first=numeric)
    if facts or len(asked) >= _ENOUGH_WORDS:
        return facts
    return answer.mind.find(terms, avoid=answer.heard, least=0.3)


def _answer_from(
    answer: Answer, facts: Sequence[Passage], terms: Sequence[str], named: Sequence[int]
) -> None:
    if _invents_figures(answer):
        _doubt_figure(answer, facts, terms)
    elif not facts and answer.intent in ("why", "more"):
        _insist(answer, terms_asked(answer))
    elif not facts:
        pass_on(answer, terms, named)
    else:
        take_up(answer, facts)
        tell(answer, facts)
        if answer.intent in ("why", "question") and answer.chooser.number("stance", 3) == 0:
            state_conviction(answer, terms)
        ask_back(answer)


def speak_of(answer: Answer, other: int, terms: Sequence[str]) -> None:
    """What one knows of a colleague's position, said as that."""
    mind = answer.mind
    name = mind.cast.names[other]
    answer.say("about_other", other=name)
    theirs = [
        p
        for p in mind.passages
        if (p.source.subject == other or any(speaker == other for speaker, _ in p.source.quotations))
        and not answer.is_told(p.said)
    ]
    asked = {canonical(term) for term in terms}
    told = 0
    for passage in sorted(theirs, key=lambda p: -len(asked & p.meanings)):
        if told < 2 and not answer.is_told(passage.said):
            told += answer.add(passage.said)
    if len(answer.sentences) < 2:
        pass_on(answer, terms, [other])
        return
    ask_back(answer)


def acknowledge(answer: Answer) -> None:
    """A yes or a no: take note of it, add what has not been said, go on."""
    answer.say(f"on_{answer.intent}")
    if not state_conviction(answer, terms_asked(answer)):
        tell(answer, answer.mind.find(terms_asked(answer), avoid=answer.heard, limit=1, least=0.1))
    answer.say("ask_back")


def _insist(answer: Answer, terms: Sequence[str]) -> None:
    """ "Why?" or "go on" with nothing new to tell: one's own stance is the reason."""
    opening = answer.chooser.pick(f"on_{answer.intent}")
    answer.add(opening)
    untold = [
        p
        for p in answer.mind.passages
        if p.own and len(p.said.split()) >= _TELLING_WORDS and not answer.is_told(p.said)
    ]
    if state_conviction(answer, terms):
        pass
    elif untold and answer.intent == "more":
        tell(answer, untold[:1])
    elif not state_conviction(answer, terms, again=True):
        answer.sentences.clear()
        answer.say("told_all")
    answer.say("ask_back")


def _invents_figures(answer: Answer) -> bool:
    """Whether a question brings in figures of which not one stands in the case. One that does shows somebody who calculates."""
    known = numbers(answer.conversation.case_study) | numbers(" ".join(answer.mind.card.knowledge))
    given = numbers(answer.conversation.last.text)
    return answer.intent == "question" and bool(given) and not given & known


def _doubt_figure(answer: Answer, facts: Sequence[Passage], terms: Sequence[str]) -> None:
    """A figure that stands nowhere in the case is not confirmed, and not repeated."""
    answer.say("strange_figure")
    told = answer.mind.told_before(terms)
    if facts:
        tell(answer, facts[:1])
    elif told:
        _repeat(answer, told, terms)
    answer.say("ask_back")


def take_up(answer: Answer, facts: Sequence[Passage]) -> None:
    """Show that the words were heard: the colleague before, the subject, or the kind of question."""
    heard = answer.conversation.just_heard
    if heard and answer.say(
        "after_colleague", other=heard[-1].name.split()[0] if heard[-1].name else "My colleague"
    ):
        return
    phrase = noun_phrase(answer)
    counted = answer.intent == "number" and any(has_figure(fact.said) for fact in facts)
    plain = (counted or answer.intent in ("why", "more")) and answer.chooser.number("how", 2)
    if plain and answer.say(f"on_{answer.intent}"):
        return
    if answer.intent == "statement":
        answer.say("on_statement", np=phrase) if phrase else answer.say("on_statement_bare")
    elif phrase and answer.intent != "more" and answer.say("on_topic", np=phrase):
        return
    else:
        colour(answer) or answer.say("on_more" if answer.intent == "more" else "on_question")


def pass_on(answer: Answer, terms: Sequence[str], named: Sequence[int]) -> None:
    """Nothing (more) to tell: say so, name who may know, and where one stands."""
    told = answer.mind.told_before(terms)
    if told:
        _repeat(answer, told, terms)
        answer.say("ask_back")
        return
    answer.say("not_known")
    present = [
        n for n in range(len(answer.mind.case.people)) if n not in (answer.mind.me, answer.mind.student)
    ]
    listed = {name for name, _ in answer.conversation.cast}
    present = [number for number in present if answer.mind.cast.names[number] in listed]
    other = named[0] if named else answer.mind.best_informed(terms, present)
    if other is not None:
        person = answer.mind.case.people[other]
        role = answer.mind.case.role_of(person) or "who is involved as well"
        role = role if role[:1].isupper() or role.startswith("who") else f"our {role}"
        their = {"f": "her", "m": "his"}.get(person.gender, "their")
        answer.say("ask_other", other=person.name, role=role, their=their)
    state_conviction(answer, terms)
    answer.say("ask_back")


def _repeat(answer: Answer, told: Passage, terms: Sequence[str]) -> None:
    """What was asked has been said: the part of it that answers, if the sentence has parts, else a word that this is all."""
    asked = {canonical(term) for term in terms}
    clauses = [
        clause.strip(" ,.;")
        for clause in re.split(
            r"(?:,|;)\s+(?:(?:and|but|while|whereas)\s+)?(?=(?:the|a|an|my|our|we|I|you|it|[a-z]+s)\s)",
            told.said,
        )
    ]
    best = max(clauses, key=lambda clause: len(asked & concepts(clause)))
    if len(clauses) > 1 and len(best.split()) >= 5 and any(looks_like_verb(word) for word in best.split()):
        answer.say(
            "as_i_said", clause=f"{best[:1].lower()}{best[1:]}." if not best.startswith("I ") else f"{best}."
        )
    else:
        answer.say("told_all")
        state_conviction(answer, terms, again=True)


def _off_topic(answer: Answer) -> None:
    answer.say("off_topic") or answer.say("not_known")
    steer(answer)


def give_opinion(answer: Answer) -> None:
    """A position from the goals, with a reason from the case."""
    terms = terms_asked(answer)
    named = answer.mind.named_in(answer.conversation.last.text)
    if named:
        speak_of(answer, named[0], terms)
        return
    coloured = colour(answer)
    if not coloured:
        take_up(answer, ())
    stated = state_conviction(answer, terms, again=True, bare=coloured)
    reasons = answer.mind.find(
        [*terms, *stems(answer.sentences[-1] if stated else "")], avoid=answer.heard, limit=1
    )
    tell(answer, reasons)
    if not stated and not reasons:
        own = [p for p in answer.mind.passages if p.own and not answer.is_told(p.said)]
        tell(answer, own[:1])
        if not own:
            pass_on(answer, terms, ())
            return
    ask_back(answer)
