"""Who acts in a sentence: the name with which it begins, with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.offline.casework.role_phrases import role_at_start
from platform_app.offline.text.grammar import looks_like_verb

_OPENER = re.compile(
    r"^(?:but|and|so|yet|still|now|then|meanwhile|however|moreover|today|recently|instead|eventually|finally|afterwards?|later|"
    r"at first|in fact|for (?:his|her) part|on the other hand|by contrast|in contrast)?[\s,]*$",
    re.IGNORECASE,
)
_APPOSITION = re.compile(
    r"^(?:\s*,[^,.;:]{1,90}[,:]|\s*\([^)]{1,80}\):?|\s+[–—-]\s[^–—:.;]{1,80}(?:\s[–—-]\s|:)|\s*:|\s+(?:from|of)\s(?:the\s)?[A-ZÀ-Ý][\w&-]+(?:\s[A-ZÀ-Ý][\w&-]+){0,3})?\s*"
)
_ADVERB = re.compile(
    r"^(?:also|never|always|now|then|still|just|only|often|soon|both|later|quickly|once|already|first|even|therefore|thus|hence|\w{3,}ly)\s+"
)


@dataclass(frozen=True)
class Mention:
    person: int
    start: int
    end: int
    possessive: bool


def named_subject(text: str, mentions: Sequence[Mention]) -> Mention | None:
    """The first mention, if the sentence begins with it (and its role) as the one who acts."""
    first = mentions[0] if mentions else None
    if first is None or first.possessive:
        return None
    before, rest = text[: first.start], text[first.end :]
    if _is_role_before(before):
        first, rest = _with_role(first, rest)
    elif not _may_open(before):
        return None
    rest = rest[apposition_end(rest) :]
    while adverb := _ADVERB.match(rest):
        rest = rest[adverb.end() :]
    word = re.match(r"[^\W\d_]+", rest)
    if not word or (word.group().lower() in ("and", "or")):
        return None
    acts = looks_like_verb(word.group()) or (word.group().endswith("s") and word.group().islower())
    return first if acts else None


def apposition_end(rest: str) -> int:
    """How much of what follows a name only says who that is: ", the chief accountant, ", " (CFO): "."""
    match = _APPOSITION.match(rest)
    return match.end() if match else 0


def _is_role_before(before: str) -> bool:
    """Whether nothing but a role stands before the name: "The union representative, "."""
    role, end = role_at_start(before)
    return bool(role) and not before[end:].strip(" ,")


def _with_role(mention: Mention, rest: str) -> tuple[Mention, str]:
    comma = 1 if rest.startswith(",") else 0
    return Mention(mention.person, 0, mention.end + comma, False), rest[comma:]


def _may_open(before: str) -> bool:
    if _OPENER.match(before):
        return True
    words = before.strip().rstrip(",").split()
    return (
        before.rstrip().endswith(",")
        and len(words) <= 7
        and not any(looks_like_verb(word.strip(",")) for word in words)
    )
