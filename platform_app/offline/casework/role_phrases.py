"""The grammar of roles: where "the chief financial officer of Solera Foods" begins and ends in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from platform_app.offline.casework.role_words import ROLE_HEADS, ROLE_MODIFIERS_OK
from platform_app.offline.text.grammar import is_verb_form
from platform_app.offline.text.words import STOPWORDS, WORD, fold

DETERMINER = re.compile(
    r"^(?:(?i:the|a|an|its|their|his|her|our|my|your|this|el|la|der|die|das|le|ein|eine)\s+)|^one of (?:the|our|your|its|their|his|her)\s+",
)
_POSSESSOR = re.compile(r"^(?P<who>(?:(?i:the)\s+)?(?:[\w&.-]+\s){0,3}?[\w&.-]+)['’](?:s\s+|(?<=s['’])\s+)")
_ADVERB = re.compile(
    r"^(?:then|now|currently|also|already|still|both|formerly|later|recently|and|newly[- ]appointed|new|long[- ]time)\s+",
    re.I,
)
_OWN_HOUSE = frozenset("company firm group organisation organization business".split())
_LONGEST_COMPLEMENT = 12
_COMPLEMENT_STARTS = frozenset("of for at in on to with de der des für von del da di dell du des la".split())


def _is_head(plain: str) -> bool:
    return plain in ROLE_HEADS or (plain.endswith("s") and plain[:-1] in ROLE_HEADS)


def _is_modifier(word: str) -> bool:
    plain = fold(word).lower()
    if plain in ROLE_MODIFIERS_OK or _is_head(plain):
        return True
    if plain in STOPWORDS or is_verb_form(plain) or plain.endswith("ly"):
        return False
    return not (
        plain.endswith("ed")
        and word[0].islower()
        and plain not in {"retired", "applied", "advanced", "limited", "united"}
    )


def _ends_complement(word: str, previous: str) -> bool:
    plain = fold(word).lower()
    if plain in _COMPLEMENT_STARTS or plain in {"the", "a", "its", "our", "their", "and", "&", "all"}:
        return False
    if plain in STOPWORDS or plain in {"since", "until", "during", "must", "because"}:
        return True
    lower = word[0].islower()
    return lower and (
        is_verb_form(plain)
        or (plain.endswith(("ed", "ly")) and plain not in {"assembly", "supply", "family"})
    )


def _head_end(words: list[re.Match[str]]) -> int:
    """Behind the last head of a role that stands together with the first one, or 0 without any."""
    end = 0
    for number, word in enumerate(words[:9]):
        plain = fold(word.group()).lower()
        if _is_head(plain):
            end = number + 1
        elif (
            end and not (plain in {"and", "&"} and number + 1 < len(words)) and not _continues(words, number)
        ):
            break
        elif not end and not _is_modifier(word.group()):
            return 0
    return end


def _continues(words: list[re.Match[str]], number: int) -> bool:
    """Whether another head follows within two words: "chief financial officer", "chair and chief executive"."""
    following = [fold(word.group()).lower() for word in words[number : number + 3]]
    reaches = next((place for place, plain in enumerate(following) if _is_head(plain)), None)
    return reaches is not None and all(
        _is_modifier(word) and word not in _COMPLEMENT_STARTS for word in following[:reaches]
    )


def _complement_end(text: str, words: list[re.Match[str]], start: int) -> int:
    """How many words, from the head on, belong to "of the plant in Gdansk"."""
    end = start
    if start >= len(words) or words[start].group().lower() not in _COMPLEMENT_STARTS:
        return start
    for number in range(start, min(len(words), start + _LONGEST_COMPLEMENT)):
        word = words[number].group()
        gap = text[words[number - 1].end() : words[number].start()]
        if not re.fullmatch(
            r"\s+(?:&\s+)?|-|\.\s+" if words[number - 1].group() == "St" else r"\s+(?:&\s+)?|-", gap
        ) or (number > start and _ends_complement(word, words[number - 1].group())):
            break
        end = number + 1
    while end > start and words[end - 1].group().lower() in _COMPLEMENT_STARTS | {
        "the",
        "and",
        "a",
        "its",
        "all",
        "our",
        "their",
    }:
        end -= 1
    return end


def without_determiner(segment: str) -> str:
    text = segment.strip(" ,;:–—-(")
    for _ in range(3):
        text = _ADVERB.sub("", DETERMINER.sub("", _ADVERB.sub("", text)))
    return text


@lru_cache(maxsize=8192)
def role_at_start(segment: str) -> tuple[str, int]:
    """The role with which a piece of text begins and the position behind it; ("", 0) if it begins with none."""
    possessor = _POSSESSOR.match(segment.strip(" ,;:–—-("))
    if possessor and len(possessor["who"].split()) <= 4:
        role, end = role_at_start(segment.strip(" ,;:–—-(")[possessor.end() :])
        start = segment.find(possessor.group()) + possessor.end()
        return (_of(role, possessor["who"]), start + end) if role else ("", 0)
    text = without_determiner(segment)
    words = list(WORD.finditer(text[:160]))
    head = _head_end(words)
    if not head or "." in text[: words[0].start()]:
        return "", 0
    if any(
        not re.fullmatch(r"[\s/&-]+", text[words[n].end() : words[n + 1].start()]) for n in range(head - 1)
    ):
        return "", 0
    end = words[_complement_end(text, words, head) - 1].end()
    stated = (
        text[: words[head - 1].start()]
        + _singular(words[head - 1].group())
        + text[words[head - 1].end() : end]
    )
    return presentable(stated), segment.find(text) + end


def _singular(head: str) -> str:
    plain = fold(head).lower()
    return head[:-1] if plain not in ROLE_HEADS and plain.endswith("s") else head


def _of(role: str, possessor: str) -> str:
    """ "the bank's credit manager" is the credit manager of the bank."""
    own = possessor.lower().removeprefix("the ") in _OWN_HOUSE
    return (
        role
        if own or re.search(r"\b(?:of|for|at)\b", role)
        else f"{role} of {possessor[:1].lower() if possessor.startswith('The ') else possessor[:1]}{possessor[1:]}"
    )


def presentable(role: str) -> str:
    plain = re.sub(r"['’]s$", "", re.sub(r"\s+", " ", role).strip(" ,.;:-–—"))
    return plain[:1].upper() + plain[1:]


def role_of_heading_pair(line: str) -> str:
    """The role that a whole line states (a table cell, the line under a name), or ""."""
    role, end = role_at_start(line)
    return role if role and len(line) - end < 60 else ""
