"""What a line says about a name: does a person act there, is a role given, or is it a place, a company, a date?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from platform_app.offline.casework.lexicon import FEMALE_TITLES, MALE_TITLES, PLACE_PAIRS, PLACE_WORDS, PLACES
from platform_app.offline.casework.names import Run, is_known_name, names_an_organisation
from platform_app.offline.casework.role_phrases import role_of_heading_pair
from platform_app.offline.casework.roles import RoleClaim, role_claim
from platform_app.offline.text.grammar import HUMAN_VERBS, SPEECH_VERBS
from platform_app.offline.text.layout import Block, Document, Kind
from platform_app.offline.text.sentences import split_sentences
from platform_app.offline.text.words import fold

_NEXT_WORD = re.compile(
    r"^,?\s+(?:also |never |now |then |still |had |has |was |is |would |could |did not |must )?([^\W\d_]+)"
)
_APPOSITION = re.compile(r"^\s*,[^,.;]{1,70},|^\s*\([^)]{1,70}\)")
_SAID_BEFORE = re.compile(r"[\"”’»,]\s*(?:[^\W\d_]+\s)?([^\W\d_]+)\s+(?:(?:Mr|Ms|Mrs|Dr|Prof)\.?\s+)?$")
_DEAD = re.compile(r"\b(?:died|passed away|deceased|posthumously|(?:'s|’s) death|(?:'s|’s) funeral)\b")
_LATE = re.compile(r"\b(?:the|her|his|their|its) late (?:\w+ ){0,3}$")
_NEAR = 200
_AGE = re.compile(r"^\s*(?:,\s*(?:aged?\s*)?\d{2}\b|\(\d{2}\))")
_FEMALE_KIN = re.compile(
    r"\b(?:daughter|wife|widow|sister|niece|aunt|mother|grandmother|daughter-in-law),?\s+$"
)
_MALE_KIN = re.compile(r"\b(?:son|husband|widower|brother|nephew|uncle|father|grandfather|son-in-law),?\s+$")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|from|near|into|across|throughout|outside|around)\s+(?:the\s+)?$", re.I
)
_ARTICLE_BEFORE = re.compile(r"\b(?:the|a|an|its|their|our)\s+(?:new\s+)?$", re.I)
_NAME_HEADER = re.compile(
    r"^(?:name|person|who|people|manager|participant|stakeholder|member|character|interviewee|executive|contact)s?\b",
    re.I,
)


@dataclass(frozen=True)
class Line:
    """A sentence, a heading, a cell or a memo field. `role` is the one that stands in the next cell or line."""

    text: str
    kind: Kind
    block: int
    role: str = ""
    is_name_cell: bool = False


Lines = Sequence[Line]


def _row_lines(block: Block, number: int) -> list[Line]:
    named = next((place for place, cell in enumerate(block.header) if _NAME_HEADER.match(cell)), 0)
    if block.cells == block.header and any(_NAME_HEADER.match(cell) for cell in block.cells):
        return []
    lines = []
    for place, cell in enumerate(block.cells):
        others = [other for at, other in enumerate(block.cells) if at != place]
        role = (
            next((found for found in map(role_of_heading_pair, others) if found), "")
            if place == named
            else ""
        )
        lines.append(Line(cell, "row", number, role, is_name_cell=place == named))
    return lines


def _name_line(block: Block, following: Block | None, number: int) -> Line:
    """A heading or line of its own: if the next line is nothing but a role, it is this one's."""
    beside = (
        following.text
        if following and following.kind in ("heading", "paragraph") and len(following.text) < 80
        else ""
    )
    return Line(block.text, block.kind, number, role_of_heading_pair(beside) if beside else "")


@lru_cache(maxsize=32)
def lines_of(document: Document) -> tuple[Line, ...]:
    """The document line by line, as far as names are concerned."""
    lines: list[Line] = []
    for number, block in enumerate(document.blocks):
        following = document.blocks[number + 1] if number + 1 < len(document.blocks) else None
        if block.kind == "row":
            lines += _row_lines(block, number)
        elif block.kind == "field":
            lines.append(Line(block.cells[1], "field", number))
        elif block.kind == "heading":
            lines.append(_name_line(block, following, number))
        else:
            lines += [Line(sentence, block.kind, number) for sentence in split_sentences(block.text)]
    return tuple(lines)


@dataclass(frozen=True)
class Evidence:
    """What one mention says. `is_other`: it surely names something that is no person."""

    claim: RoleClaim | None
    known_name: bool
    titled: bool
    human_verb: bool
    aged: bool
    pronoun: bool
    is_other: bool
    in_place: bool
    in_heading: bool
    dead: bool
    gender: str
    words: int

    @classmethod
    def of(cls, run: Run, line: Line, *, following: str, floor: int, alone: bool) -> Evidence:
        text = line.text
        before, after = text[max(0, run.start - _NEAR) : run.start], text[run.end : run.end + _NEAR]
        verb = _verb_beside(before, after)
        return cls(
            claim=_claim(run, line, floor),
            known_name=is_known_name(run),
            titled=bool(run.title),
            human_verb=verb in HUMAN_VERBS or _is_addressed(before),
            aged=bool(_AGE.match(after)),
            pronoun=bool(re.match(r"(?:He|She|His|Her)\b", following))
            or bool(re.match(r"\s*,?\s+who(?:se|m)?\b", after)),
            is_other=_is_other(run, text, before),
            in_place=bool(_PLACE_BEFORE.search(before)),
            in_heading=line.kind == "heading",
            dead=bool(_DEAD.search(after[:60])) or bool(_LATE.search(before + run.title)),
            gender=_gender(run, before, following if alone and run.start <= 40 else ""),
            words=len(run.tokens),
        )


def _claim(run: Run, line: Line, floor: int) -> RoleClaim | None:
    if line.role and (line.is_name_cell or line.text.strip(" :") == line.text[run.start : run.end]):
        return RoleClaim(line.role, 0)
    if line.kind == "heading" and not re.search(r"[,(:=—–|-]", line.text):
        return None
    return role_claim(line.text, run.start, run.end, floor=floor, in_field=line.kind == "field")


def _verb_beside(before: str, after: str) -> str:
    apposition = _APPOSITION.match(after)
    for rest in (after, after[apposition.end() :] if apposition else ""):
        follows = _NEXT_WORD.match(rest)
        if follows and follows[1].lower() in HUMAN_VERBS:
            return follows[1].lower()
    said = _SAID_BEFORE.search(before[-40:])
    return said[1].lower() if said and said[1].lower() in SPEECH_VERBS else ""


def _is_addressed(before: str) -> bool:
    return bool(
        re.search(
            r"\b(?:told|asked|urged|hired|promoted|interviewed|met|reminded|persuaded|warned|invited)\s+$",
            before,
        )
    )


def _is_other(run: Run, text: str, before: str) -> bool:
    plain = run.plain
    if names_an_organisation(run, text):
        return True
    places = all(word in PLACES | PLACE_WORDS for word in plain) or " ".join(plain[:2]) in PLACE_PAIRS
    placed = any(word in PLACE_WORDS for word in plain[1:]) and not run.title
    article = bool(_ARTICLE_BEFORE.search(before)) and not run.title
    return places or placed or article


def _gender(run: Run, before: str, following: str) -> str:
    """ "f" or "m" by title, kinship or the pronoun with which the next sentence opens; "" if nothing says it."""
    title = fold(run.title).lower()
    female = title in FEMALE_TITLES or bool(_FEMALE_KIN.search(before[-30:]))
    male = title in MALE_TITLES or bool(_MALE_KIN.search(before[-30:]))
    if not female and not male:
        female, male = following.startswith(("She ", "Her ")), following.startswith(("He ", "His "))
    return "f" if female else "m" if male else ""


def weigh(evidence: Sequence[Evidence]) -> float:
    """How surely a name is a person's; 4 and more is enough. Weights were set by hand on cases of many kinds."""
    one = evidence[0]
    best_claim = min((each.claim.rank for each in evidence if each.claim), default=9)
    score = 1.0 if max(each.words for each in evidence) in (2, 3, 4, 5) else 0.0
    score += 3.0 if one.known_name else 0.0
    score += {0: 4.0, 1: 4.0, 2: 3.0, 3: 2.5, 4: 2.5, 5: 1.0}.get(best_claim, 0.0)
    score += 4.0 if any(each.titled for each in evidence) else 0.0
    score += 2.0 * min(2, sum(each.human_verb for each in evidence))
    score += 2.0 * any(each.aged for each in evidence) + 1.0 * any(each.pronoun for each in evidence)
    others = sum(each.is_other for each in evidence) / len(evidence)
    placed = sum(each.in_place for each in evidence) / len(evidence)
    score -= 8.0 * others + (0.0 if evidence[0].known_name else 3.0 * placed)
    return score - (1.5 if all(each.in_heading for each in evidence) else 0.0)
