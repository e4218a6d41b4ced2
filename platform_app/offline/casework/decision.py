"""The decision at the heart of a case: the sentences that state it, what is to be decided, and who has to decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.offline.casework.mentions import Attributed
from platform_app.offline.casework.people import Person
from platform_app.offline.casework.role_phrases import role_at_start
from platform_app.offline.text.layout import Document
from platform_app.offline.text.words import concepts

_MUST = (
    r"(?:must|has to|have to|had to|needs? to|needed to|is to|was to|will have to|should|would have to|now has to|has until [^.]{3,30} to)"
    r"(?: now| therefore| soon| still| quickly| finally)?(?: \w+ly)?"
)
_DECIDES = re.compile(
    rf"\b{_MUST} (?:decide|choose|recommend|determine|make (?:a|the|up)|come up|find|give|answer|respond|propose|present|select|settle|"
    r"say|convince|act|resolve|draft|develop|prepare)\b|"
    r"\b(?:wondered|wonders|was wondering|considered|was considering|is considering|pondered|weighed|was debating|debated)\b|"
    r"\b(?:muss|müssen)\b[^.]{0,60}\bentscheiden\b|\bdebe(?:n|ría)? (?:decidir|recomendar)|\bdoit (?:décider|choisir|recommander)|"
    r"\b(?:deve|devono) (?:decidere|decidir)|\bmoet\b[^.]{0,60}\bbeslissen\b|\bskal\b[^.]{0,40}\b(?:beslutte|bestemme)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\basked\b.{0,110}?\b(?:for (?:a|the|his|her) (?:decision|recommendation|answer|plan|proposal)|to (?:decide|recommend|present|prepare|propose))",
    re.I,
)
_HAS_TO_DECIDE = re.compile(r"\b(?:has|have) to decide\b|\bdecides\b|\bdecision[- ]maker\b", re.IGNORECASE)
_SHOULD = re.compile(
    r"^(?:what|which|how|should|whether|would|could)\b[^?]{0,60}\b(?:should|could|do|recommend|decide|choose)\b",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"\b(?:decide|decision(?: is| was)?|wondered|wonders|question (?:is|was|remains?)|consider(?:ed|s|ing)?|determine|debat(?:ed|ing))\s*:?\s*"
    r"(?:about |on |over )?(?:whether|if) (?:or not )?(?:to |(?:it|she|he|they|the \w+) (?:should|would|could) )(?P<act>[^.?!;]{8,160})",
    re.IGNORECASE,
)
_TO_ACT = re.compile(
    r"\b(?:decide|choose|recommend)s? (?:on|between|for) (?P<on>[^.?!;,]{6,120})", re.IGNORECASE
)
_QUESTION = re.compile(
    r"^Should (?:the )?(?P<who>[\w'’-]+(?: [A-ZÀ-Ý][\w'’-]+){0,3}) (?P<act>[a-z][^?]{6,200})\?"
)
_DILEMMA = re.compile(
    r"\b(?:dilemma|the choice (?:is|was)|has two options|(?:two|three|four) (?:options|alternatives)|the question is)\b",
    re.I,
)
_YOU_ASKED = re.compile(r"\bYou have been asked (?:by (?P<by>[^.;,]{3,60}?) )?to (?P<act>[^.;]{4,120})")
_TEACHING = re.compile(
    r"^(?:discuss|describe|identify|list|explain|compare|analy[sz]e|what (?:are|is) the|which data|do you|if you were|how would you)\b",
    re.I,
)
_WEAK = re.compile(r"\b(?:the following questions|discussion)\b", re.I)


@dataclass(frozen=True)
class Decision:
    """`statements` are sentences of the case; `act` is an infinitive without "to", as "accept the offer", or ""; `topic` a noun phrase or ""."""

    statements: tuple[str, ...]
    act: str
    topic: str


def _score(sentence: Attributed, place: float) -> float:
    text = sentence.text
    score = 3.0 if _DECIDES.search(text) else 0.0
    score += 2.5 if _WHAT.search(text) else 0.0
    score += 3.0 if _YOU_ASKED.search(text) or _DILEMMA.search(text) else 0.0
    score += 2.0 if _ASKED.search(text) or _HAS_TO_DECIDE.search(text) else 0.0
    if text.endswith("?") and not _TEACHING.match(text) and "“" not in text and '"' not in text:
        score += 2.5 if _SHOULD.search(text) or re.search(r"\bshould\b", text, re.IGNORECASE) else 0.8
    if score and (place > 0.75 or place < 0.15):
        score += 0.8
    return (
        score
        - (0.8 if sentence.unresolved else 0.0)
        - (5.0 if _WEAK.search(text) or len(text) > 420 else 0.0)
    )


def _tidied(act: str) -> str:
    text = re.split(
        r",? (?:but|or should|and (?:if|by|on|what|how)|by (?:monday|tuesday|friday|next|the end))\b|, (?:which|who|where)\b",
        act,
        flags=re.I,
    )[0]
    return text.strip(" ,.;:")


def find_decision(sentences: Sequence[Attributed], document: Document) -> Decision:
    """The decision of a case. Without any sentence that states one: the statements are empty, the topic is that of the memo's subject."""
    total = max(1, len(sentences) - 1)
    scored = [(_score(sentence, number / total), number) for number, sentence in enumerate(sentences)]
    best = sorted((entry for entry in scored if entry[0] >= 2.5), key=lambda entry: (-entry[0], -entry[1]))[
        :3
    ]
    statements = _without_repetition(
        [sentences[number].text for _, number in sorted(best, key=lambda entry: entry[1])]
    )
    act = next((_tidied(match["act"]) for text in statements for match in [_WHAT.search(text)] if match), "")
    act = act or next(
        (_tidied(match["act"]) for text in statements for match in [_QUESTION.match(text)] if match), ""
    )
    act = "" if act.startswith(("do", "be ")) else act
    return Decision(statements, act, _topic(statements, document))


def _without_repetition(statements: Sequence[str]) -> tuple[str, ...]:
    """Without statements that another one contains: a table often repeats in short what the text says."""
    said = [concepts(text) for text in statements]
    return tuple(
        text
        for number, text in enumerate(statements)
        if text.endswith("?")
        or not any(
            said[number] < other or (said[number] == other and at < number) for at, other in enumerate(said)
        )
    )


def _topic(statements: Sequence[str], document: Document) -> str:
    if document.subject:
        return document.subject.strip(" .")
    return next(
        (_tidied(match["on"]) for text in statements for match in [_TO_ACT.search(text)] if match), ""
    )


def find_protagonist(
    people: Sequence[Person], sentences: Sequence[Attributed], document: Document
) -> Person | None:
    """Whoever has to decide; None if the case names nobody who does."""
    votes: Counter[int] = Counter()
    total = max(1, len(sentences) - 1)
    for number, sentence in enumerate(sentences):
        weight = 1.4 if number / total < 0.2 or number / total > 0.75 else 1.0
        for person in _deciders(sentence):
            votes[person] += weight * 3.0  # type: ignore[assignment]
    _vote_by_tables(votes, people, document)
    _vote_by_memo(votes, people, document)
    if not votes:
        return None
    chosen, weight = max(votes.items(), key=lambda item: (item[1], people[item[0]].mentions, -item[0]))
    return people[chosen] if weight >= 2.5 else None


def _deciders(sentence: Attributed) -> list[int]:
    text = sentence.text
    if "“" in text or '"' in text:
        return []
    if sentence.subject is not None and _DECIDES.search(text[sentence.subject_end :][:140]):
        return [sentence.subject]
    if len(sentence.people) == 1 and (
        _ASKED.search(text) or (text.endswith("?") and _SHOULD.search(text)) or _foreign_decision(text)
    ):
        return list(sentence.people)
    if (
        len(sentence.people) == 1
        and _DECIDES.search(text)
        and not re.search(r"\b(?:board|committee|council|they|we|you)\b", text)
    ):
        return list(sentence.people)
    return []


def _foreign_decision(text: str) -> bool:
    return bool(
        re.search(r"\bentscheiden\b|\bdecidir\b|\bdécider\b|\bdecidere\b|\bbeslissen\b|\bbeslutte\b", text)
    )


def _vote_by_tables(votes: Counter[int], people: Sequence[Person], document: Document) -> None:
    for block in document.blocks:
        if block.kind == "row" and any(_HAS_TO_DECIDE.search(cell) for cell in block.cells):
            for number, person in enumerate(people):
                if person.tokens[-1] in block.cells[0]:
                    votes[number] += 3


def _vote_by_memo(votes: Counter[int], people: Sequence[Person], document: Document) -> None:
    """Whom a memo is addressed to is whom it asks to act."""
    for block in document.blocks:
        if block.kind == "field" and block.cells[0] in ("to", "an", "para", "memorandum to"):
            addressed = [
                number for number, person in enumerate(people) if person.tokens[-1] in block.cells[1]
            ]
            if len(addressed) == 1:
                votes[addressed[0]] += 4


_YOU_ARE = re.compile(
    r"\bYou (?:are|have (?:just )?been (?:hired|appointed|named|brought in|engaged) as|work as|act as|play)\s+(?P<role>(?:the|a|an)\s[^.;]{3,110})"
)
_ROLE_DECIDES = re.compile(
    rf"(?P<role>(?:The|Its|Their)\s(?:[a-z&-]+\s){{1,5}}?)(?=(?:{_MUST}) (?:decide|choose|recommend|present|propose|answer|determine)\b)"
)
_ADVISER = re.compile(
    r"\b(?:asked|hired|engaged|commissioned|brought in|appointed|turned to|retained)\s+(?:an?|the)\s+(?P<role>(?:[\w-]+\s){0,3}?"
    r"(?:adviser|advisor|consultant|consultancy|consulting (?:team|firm)|mediator|expert|task force|project team))\b",
    re.IGNORECASE,
)


def role_of_reader(text: str, decision: Decision, organisation: str) -> str:
    """The role that a case gives to its reader: "You are the new HR manager of …", an outside adviser, or whoever has to decide
    and has no name; "" if it gives none.
    """
    match = _YOU_ARE.search(text)
    if match:
        role = re.split(r",? (?:and|who|but|when|where)\b|, ", match["role"])[0]
        plain = re.sub(r"^(?:the|a|an)\s+", "", role)
        return plain[:1].upper() + plain[1:]
    asked = _YOU_ASKED.search(text)
    if asked:
        by = f" by {asked['by']}" if asked["by"] else ""
        return f"Adviser, asked{by} to {asked['act']}"
    for decider in filter(None, map(_ROLE_DECIDES.match, decision.statements)):
        role, end = role_at_start(decider["role"])
        if role and end >= len(decider["role"].rstrip()):
            return f"{role} of {organisation}" if organisation and " of " not in role else role
    adviser = _ADVISER.search(text)
    if adviser:
        role = adviser["role"]
        return f"{role[:1].upper()}{role[1:]}" + (f" to {organisation}" if organisation else "")
    return ""
