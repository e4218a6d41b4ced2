"""What role a text gives to a name: appositions, roles before the name, brackets, dashes, "who" clauses, "is" and "as"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from platform_app.offline.casework.lexicon import CALENDAR, ORGANISATION_WORDS, PLACES
from platform_app.offline.casework.role_phrases import DETERMINER, presentable, role_at_start
from platform_app.offline.casework.role_words import KINSHIP
from platform_app.offline.text.words import WORD, fold

_AGE = re.compile(r"^\s*(?:aged\s+)?\d{2}(?:\s+years?\s+old)?\s*$")
_WHO_RUNS = {
    r"(?:runs|ran|leads|led|heads|headed|manages|managed|directs|directed|oversees|oversaw|is in charge of|was in charge of|"
    r"is at the head of)": "Head of",
    r"(?:supervises|supervised)": "Supervisor of",
    r"(?:is responsible for|was responsible for|looks after|looked after|answers for)": "Responsible for",
    r"(?:represents|represented|speaks for|spoke for)": "Representative of",
    r"(?:founded|had founded|started|co-founded)": "Founder of",
    r"(?:owns|owned)": "Owner of",
    r"(?:chairs|chaired)": "Chair of",
    r"(?:teaches|taught)": "Teacher of",
    r"(?:designs|designed)": "Designer of",
}
_WHO = [
    (re.compile(rf"^\s*,?\s*who\s+(?:now\s+|still\s+|also\s+)?{verb}\s+", re.IGNORECASE), role)
    for verb, role in _WHO_RUNS.items()
]
_COPULA = re.compile(
    r"^(?:\s*,[^,]{1,60},|,)?\s+(?:is|was|had been|has been|became|becomes|remains|remained|serves as|served as|works as|worked as|acts as|"
    r"acted as|was (?:appointed|named|promoted to|made|elected|hired as)|had been (?:appointed|named|promoted to|made))\s+(?:(?:now|still|also|then)\s+)?",
)
_AS = re.compile(
    r"^[^.;:!?]{0,70}?\b(?:as|position of|post of|role of)\s+(?=(?:the|a|an|its|their|our)\s|[a-zA-Z-]+\s)"
)
_PASSIVE = re.compile(
    r"(?P<what>(?:the|a|an|its|their|our|this)\s+[^,.;:()]{2,60}?)\s*,?\s+(?:which\s+(?:is|was)\s+)?(?:currently\s+)?"
    r"(?P<verb>chaired|led|headed|run|managed|directed|owned|founded|represented|supervised)\s+by\s+(?:[^,.;]{1,40},\s*)?$",
    re.IGNORECASE,
)
_PASSIVE_ROLES = {
    "chaired": "Chair of",
    "owned": "Owner of",
    "founded": "Founder of",
    "represented": "Representative of",
}
_KIN = re.compile(
    rf"(?:\b(?:his|her|their|the|[\w-]+['’]s)\s+(?:\w+\s+)?(?P<kin>{'|'.join(sorted(KINSHIP))}),?\s+)$",
    re.IGNORECASE,
)
_NEAR = 240
_DEPARTMENTS = frozenset(
    "department division team unit office service services engineering media technology systems retail".split()
)


@dataclass(frozen=True)
class RoleClaim:
    """A role that the text gives to a name, and how plainly it does so (0 is plainest)."""

    role: str
    rank: int


def _appositions(after: str) -> list[str]:
    """The first pieces between commas that follow a name."""
    if not re.match(r"\s*,", after):
        return []
    pieces = re.split(r",|;|(?<!\b[A-Z])\.(?=\s|$)", after.lstrip()[1:220])[:3]
    return [piece.strip() for piece in pieces]


def _role_after(after: str) -> RoleClaim | None:
    bracket = re.match(r"\s*\(([^)]{2,90})\)", after)
    if bracket:
        for piece in re.split(r"[,;]", bracket[1]):
            role, _ = role_at_start(piece.strip())
            if role:
                return RoleClaim(role, 1)
    for place, piece in enumerate(_appositions(after)):
        role, _ = role_at_start(piece)
        if role and (place == 0 or _AGE.match(_appositions(after)[place - 1])):
            return RoleClaim(role, 1)
        if not _AGE.match(piece):
            break
    dash = re.match(r"\s+[—–-]\s+|\s*[—–]\s*|\s*:\s+|\s*\|\s*", after)
    if dash:
        role, _ = role_at_start(after[dash.end() : dash.end() + 160])
        if role:
            return RoleClaim(role, 1)
    return None


def _clause_before(before: str) -> str:
    return re.split(r"[.;:!?()\"“”]\s*|,(?!\s*$)|\s[—–]\s", before)[-1]


def _role_before(before: str) -> RoleClaim | None:
    clause = _clause_before(before[-140:])
    comma = clause.rstrip().endswith(",")
    text = clause.rstrip(" ,")
    words = list(WORD.finditer(text))
    for number in range(max(0, len(words) - 9), len(words)):
        piece = text[words[number].start() :]
        determined = bool(DETERMINER.match(piece + " "))
        if comma and not determined:
            continue
        role, _ = role_at_start(piece)
        if role and not piece[role_at_start(piece)[1] :].strip():
            return RoleClaim(role, 2)
    as_role = re.match(r"^\s*As\s+(?=(?:the|a|an|its|their)\s)", before)
    if as_role and comma and role_at_start(before[as_role.end() :])[0]:
        return RoleClaim(role_at_start(before[as_role.end() :])[0], 2)
    labelled = re.match(r"^\s*(.{3,60}?)\s*[:|=]\s*$", before)
    if labelled and role_at_start(labelled[1])[0]:
        return RoleClaim(role_at_start(labelled[1])[0], 1)
    return None


def _role_by_others(before: str) -> RoleClaim | None:
    """ "the board, chaired by her uncle, X" and "her uncle, X"."""
    passive = _PASSIVE.search(before[-140:])
    if passive:
        role = _PASSIVE_ROLES.get(passive["verb"].lower(), "Head of")
        return RoleClaim(f"{role} {passive['what'][:1].lower()}{passive['what'][1:]}", 3)
    kin = _KIN.search(before[-60:])
    return RoleClaim(f"Family member ({kin['kin'].lower()})", 5) if kin else None


def _role_of_clause(after: str) -> RoleClaim | None:
    for pattern, role in _WHO:
        match = pattern.match(after)
        if match:
            area = re.split(
                r"[,.;:!?]|\s(?:and|but|since|because|who|which|that|for|when|while|has|had|is|was)\s",
                after[match.end() :],
            )[0]
            if 0 < len(area.split()) <= 9:
                return RoleClaim(presentable(f"{role} {area.strip()}"), 4)
    for pattern, rank in ((_COPULA, 3), (_AS, 3)):
        match = pattern.match(after)
        if match:
            role, _ = role_at_start(after[match.end() : match.end() + 160])
            if role:
                return RoleClaim(role, rank)
    return None


def _place_of_work(after: str, *, in_field: bool) -> RoleClaim | None:
    """ "Denise Carter from Loss Prevention"; in the head of a memo also "Priya Raman, Store Operations" and "(Legal)"."""
    beside = re.match(r"\s*(?:,\s*|\()([A-ZÀ-Ý][^,()|]{2,60})\)?\s*$", after) if in_field else None
    at_work = re.match(
        r"\s+(?:from|of|in)\s+(?:the\s+)?((?:[A-ZÀ-Ý][\w&-]+)(?:\s(?:and\s)?[A-ZÀ-Ý][\w&-]+){0,3})", after
    )
    match = beside or at_work
    words = fold(match[1]).lower().split() if match else []
    if not match or (
        not beside and any(word in PLACES | CALENDAR | ORGANISATION_WORDS - _DEPARTMENTS for word in words)
    ):
        return None
    return RoleClaim(presentable(match[1]), 4)


def role_claim(
    text: str, start: int, end: int, *, floor: int = 0, in_field: bool = False
) -> RoleClaim | None:
    """The plainest role that `text` gives to the name at `start` to `end`, or None. What stands before `floor` is another's."""
    after, floor = text[end : end + _NEAR], max(floor, start - _NEAR)
    if re.match(r"['’]s?(?!\w)", after):
        return _role_before(text[floor:start])
    return (
        _role_after(after)
        or _role_before(text[floor:start])
        or _role_of_clause(after)
        or _role_by_others(text[floor:start])
        or _place_of_work(after, in_field=in_field)
    )
