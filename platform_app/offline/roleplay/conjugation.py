"""He, she and it become I and you: verbs and pronouns in another grammatical person."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from platform_app.offline.text.grammar import BASES, base_form, looks_like_verb
from platform_app.offline.text.words import STOPWORDS

_ADVERBS = re.compile(
    r"^((?:also|never|always|now|then|still|just|only|often|soon|already|therefore|thus|even|really|hardly|\w{3,}ly)\s+)*"
)
_PRESENT = {
    "wanted": "want", "believed": "believe", "feared": "fear", "worried": "worry", "thought": "think", "felt": "feel", "hoped": "hope",
    "preferred": "prefer", "doubted": "doubt", "insisted": "insist", "opposed": "oppose", "favoured": "favour", "favored": "favor",
    "supported": "support", "expected": "expect", "demanded": "demand", "knew": "know", "intended": "intend",
}  # fmt: skip
_STILL_TRUE = re.compile(
    r"^was (?=(?:convinced|worried|concerned|afraid|against|in favou?r|opposed|determined|sure|certain|reluctant|keen|eager|ready|cautious)\b)"
)
_COORDINATED = re.compile(
    r"(?P<lead>(?:,| and| but| or)\s+(?:(?:also|then|now|still|therefore)\s+)?)(?P<verb>[a-z]+)\b"
)


@dataclass(frozen=True)
class Grammar:
    """The forms of one grammatical person."""

    subject: str
    object: str
    possessive: str
    own: str
    reflexive: str
    irregular: dict[str, str]


FIRST = Grammar(
    "I",
    "me",
    "my",
    "mine",
    "myself",
    {"is": "am", "has": "have", "does": "do", "isn't": "am not", "hasn't": "haven't", "doesn't": "don't"},
)
SECOND = Grammar(
    "you", "you", "your", "yours", "yourself",
    {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't"},
)  # fmt: skip


def conjugated(rest: str, grammar: Grammar) -> str | None:
    """What follows the subject, with its verbs in the new person; None if no verb is recognised."""
    text = rest.lstrip(" ,")
    adverbs = _ADVERBS.match(text)
    start = adverbs.end() if adverbs else 0
    verb = re.match(r"[a-z]+(?:n't)?", text[start:])
    if not verb:
        return None
    form = _form(verb.group(), grammar)
    if form is None:
        return None
    if grammar is FIRST:
        form = _PRESENT.get(form, form)
        form = "am" if _STILL_TRUE.match(text[start:]) else form
    text = text[:start] + form + text[start + verb.end() :]
    head = start + len(form)
    return text[:head] + _COORDINATED.sub(_coordinated(grammar), text[head:])


def _form(verb: str, grammar: Grammar) -> str | None:
    if verb in grammar.irregular:
        return grammar.irregular[verb]
    if verb in BASES:
        return BASES[verb]
    if looks_like_verb(verb):
        return verb
    return base_form(verb) if verb.endswith("s") and not verb.endswith("ss") and len(verb) > 3 else None


def _coordinated(grammar: Grammar) -> Callable[[re.Match[str]], str]:
    nouns = {
        "orders",
        "plans",
        "costs",
        "offers",
        "claims",
        "reports",
        "needs",
        "works",
        "calls",
        "prices",
        "sales",
        "stores",
        "shares",
    }

    def replaced(match: re.Match[str]) -> str:
        verb = match["verb"]
        if verb in ("is", "has", "was", "does") or (verb in BASES and verb not in nouns):
            return match["lead"] + (_form(verb, grammar) or verb)
        return match.group()

    return replaced


def with_pronouns(text: str, grammar: Grammar) -> str:
    """He and she in the rest of the sentence are the same person, as no other is named."""

    def subject(match: re.Match[str]) -> str:
        return f"{grammar.subject} {_form(match[2], grammar) or match[2]}"

    text = re.sub(r"\b(he|she)\s+([a-z]+)\b", subject, text)
    text = re.sub(r"\b(?:himself|herself)\b", grammar.reflexive, text)
    text = re.sub(r"\bhis\b", grammar.possessive, text)
    text = re.sub(r"\bhers\b", grammar.own, text)
    text = re.sub(r"\bhim\b", grammar.object, text)
    return re.sub(
        r"\bher\b(?=(\s+\w+)?)",
        lambda match: grammar.possessive if _precedes_noun(match[1]) else grammar.object,
        text,
    )


def _precedes_noun(following: str | None) -> bool:
    word = (following or "").strip().lower()
    return bool(word) and (
        word not in STOPWORDS or word in ("own", "first", "last", "most", "several", "many")
    )
