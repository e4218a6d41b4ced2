"""What people of a case want, favour, oppose, believe and fear, in the words of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from platform_app.offline.casework.mentions import Attributed
from platform_app.offline.casework.subjects import apposition_end

Kind = Literal["want", "expect", "demand", "support", "oppose", "believe", "doubt", "fear"]

_BE = r"(?:is|was|has been|had been)"
_FILL = r"(?:(?:also|still|now|therefore|strongly|firmly|privately|openly|quietly|always|never|repeatedly|deeply|clearly|publicly|further|\w+ly|has|had|himself|herself) )*"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("oppose", r"(?:does not|did not|doesn't|didn't) want(?: to)? (?P<c>.+)"),
    (
        "want",
        rf"(?:wants?|wanted|hopes?|hoped|plans?|planned|intends?|intended|aims?|aimed|seeks?|sought|expects?|wishes|wished|"
        rf"{_BE} (?:determined|eager|keen|ready|anxious|trying|willing)|would (?:like|love|prefer)|needs?|needed|longs?) to (?P<c>.+)",
    ),
    ("want", r"would rather (?P<c>.+)"),
    (
        "oppose",
        rf"(?:opposes|opposed|rejects?|rejected|resists?|resisted|objects? to|objected to|refuses? to|refused to|{_BE} against|"
        rf"{_BE} (?:firmly |strongly )?opposed to|warns? against|warned against|dislikes?|disliked|{_BE} reluctant to|argues? against|argued against) (?P<c>.+)",
    ),
    (
        "support",
        r"(?:supports?|supported|favou?rs?|favou?red|prefers?|preferred|backs|backed|advocates?|advocated|champions|championed|"
        r"(?:pushes|pushed|presses|pressed|calls|called|fights|fought|lobbies|lobbied|argues|argued) for|"
        r"is pushing for|was pushing for|proposes?|proposed|recommends?|recommended|"
        rf"suggests?|suggested|urges?|urged|{_BE} (?:strongly )?in favou?r of) (?!that\b|to\b)(?P<c>.+)",
    ),
    (
        "expect",
        r"(?:(?:asks|asked) for|insists? on|insisted on|demands?|demanded|wants?|wanted|expects?|expected|requires?|needs?|needed|would like) "
        r"(?!that\b|to\b)(?P<c>.+)",
    ),
    (
        "fear",
        rf"(?:fears?|feared|worries|worried|{_BE} (?:worried|concerned|afraid|anxious|uneasy|alarmed|nervous))"
        rf"(?: that| about| by| because of| for| at| of)? (?P<c>.+)",
    ),
    ("fear", r"(?:warns?|warned)(?: (?:her|him|them|the \w+|everyone|colleagues))? that (?P<c>.+)"),
    # "insists that the plant is full" is a claim; "insists that nobody is forced" a demand: claims speak of what is, was or can be.
    (
        "demand",
        r"(?:insists?|insisted|demands?|demanded|requires?|required) that "
        r"(?P<c>(?!.{0,60}\b(?:cannot|can|could|was|were|would|has|had|will|already)\b).+)",
    ),
    (
        "doubt",
        r"(?:doubts?|doubted|questions?|questioned|is not sure|was not sure|is unsure|was unsure)(?: that| whether)? (?P<c>.+)",
    ),
    (
        "believe",
        rf"(?:{_BE} (?:convinced|sure|certain|confident)|(?:believes?|believed|thinks?|thought|feels?|felt|argues?|argued|insists?|insisted|"
        rf"maintains?|maintained|claims?|claimed|says?|said|holds?|held|suspects?|suspected|points? out|"
        rf"pointed out|notes?|noted|complains?|complained|proposes?|proposed|"
        rf"recommends?|recommended|suggests?|suggested|demands?|demanded|admits?|admitted|knows?|knew|replied|added|adds|"
        rf"(?:told|reminded) (?:[A-Z]\w+|her|him|them|the \w+|everyone|colleagues)(?: [A-Z]\w+)?)) (?:that )?(?P<c>.+)",
    ),
    (
        "believe",
        r"(?:stress(?:es|ed)|states?|stated|explains?|explained|reports?|reported|emphasi[sz]e[sd]|remarks?|remarked|calculated|has calculated|shows?|showed) that (?P<c>.+)",
    ),
)
_COMPILED = [(kind, re.compile(rf"^{_FILL}{pattern}$", re.DOTALL)) for kind, pattern in _PATTERNS]
_CONCERN = re.compile(
    r"['’]s? (?:main |biggest |greatest |chief |real |first |own )?(?P<noun>concern|fear|worry|goal|aim|priority|hope|view|ambition|wish|condition)s? (?:is|was) (?:that |to |how |whether )?(?P<c>.+)$"
)
_NOUNS: dict[str, Kind] = {"concern": "fear", "fear": "fear", "worry": "fear", "view": "believe"}
# Where a second predicate of the same subject begins: "… and wants …", "…, but she would …".
_AND = re.compile(
    r",? (?:and|but) (?:therefore |so |now |still )?(?:(?:she|he) (?=\w)|(?=(?:wants?|hopes?|would|fears?|insist|demand|ask|"
    r"argue|believe|thinks?|thought|prefer|expect|oppose|refuse|propose|doubt|worr)\w*\s))"
)
_LONGEST = 210


@dataclass(frozen=True)
class Stance:
    """`clause` is what follows the verb, without a full stop; `verb` the words between name and clause."""

    person: int
    kind: Kind
    clause: str
    verb: str
    sentence: int


def _tidied(clause: str) -> str:
    text = clause.strip().rstrip('.!?;:,”" ')
    for mark in (
        "; ",
        ", but ",
        ", while ",
        ", although ",
        ", whereas ",
        ", which ",
        ", and ",
        ", because ",
        ", ",
    ):
        if len(text) > _LONGEST and mark in text[40:]:
            text = text[: text.index(mark, 40)]
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0]


def _from_subject(sentence: Attributed, number: int) -> list[Stance]:
    """The stances of the grammatical subject, one for each predicate that states one."""
    if sentence.subject is None or "“" in sentence.text or '"' in sentence.text:
        return []
    rest = sentence.text[sentence.subject_end :]
    rest = rest[apposition_end(rest) :]
    found = [_from_predicate(predicate, sentence.subject, number) for predicate in _AND.split(rest)]
    return [stance for stance in found if stance]


def _from_predicate(predicate: str, person: int, number: int) -> Stance | None:
    for kind, pattern in _COMPILED:
        match = pattern.match(predicate.strip())
        if match and len(match["c"].split()) >= 2:
            verb = predicate.strip()[: match.start("c")].strip()
            return Stance(person, kind, _tidied(match["c"]), verb, number)
    return None


def _from_concern(sentence: Attributed, number: int) -> Stance | None:
    match = _CONCERN.search(sentence.text)
    if not match or len(sentence.people) != 1:
        return None
    kind: Kind = _NOUNS.get(match["noun"], "want")
    return Stance(sentence.people[0], kind, _tidied(match["c"]), match["noun"], number)


def find_stances(sentences: Sequence[Attributed]) -> list[Stance]:
    """The stances that sentences state, in order."""
    found: list[Stance] = []
    for number, sentence in enumerate(sentences):
        concern = _from_concern(sentence, number)
        found += _from_subject(sentence, number) or ([concern] if concern else [])
    return found


def as_goal(stance: Stance) -> str:
    """A stance as something that its holder is after, beginning with a verb."""
    clause = stance.clause
    if stance.kind == "want":
        goal = clause
    elif stance.kind == "expect":
        goal = f"get {clause}"
    elif stance.kind == "demand":
        goal = f"make sure that {clause}"
    elif stance.kind == "support":
        goal = f"win support for {clause}"
    elif stance.kind == "oppose":
        infinitive = stance.verb.endswith(" to") and not stance.verb.endswith(
            ("opposed to", "objects to", "objected to")
        )
        goal = f"avoid having to {clause}" if infinitive else f"prevent {clause}"
    elif stance.kind == "fear":
        about = stance.verb.split()[-1] in {"about", "by", "for", "at", "of"}
        goal = f"settle the worry about {clause}" if about else f"have the risk taken seriously that {clause}"
    elif stance.kind == "doubt":
        goal = f"have it checked whether {clause}"
    else:
        goal = f"convince the others that {clause}"
    return goal[:1].upper() + goal[1:]
