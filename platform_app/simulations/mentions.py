"""Finding `@name` in what a student writes.

People type names as they like: with or without title, brackets, hyphens, dots, apostrophes and accents, first or last name
alone. So names and text are compared as their letters and digits only, and the longest name that fits wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from platform_app.models import Persona

EVERYBODY = frozenset({"all", "everybody", "everyone"})
TITLES = frozenset("dr doctor prof professor mr mrs ms miss mx sir madam herr frau ing dipl".split())

# An e-mail address is no mention: nothing that belongs to a word may stand before the @.
_MENTION = re.compile(r"(?<![\w@.])@(?=\w)")
_BRACKETS = re.compile(r"[(\[{].*?[)\]}]")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ´`")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
# Letters that Unicode does not take apart, for keyboards that lack them.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


@dataclass(frozen=True)
class Mentions:
    """`personas` in the order of the text. The other three hold what was typed, or the names it could mean."""

    personas: tuple[Persona, ...] = ()
    absent: tuple[str, ...] = ()
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def are_clear(self) -> bool:
        return not (self.absent or self.ambiguous or self.unknown)


def find_mentions(text: str, present: Sequence[Persona], elsewhere: Sequence[Persona] = ()) -> Mentions:
    """Whom the text addresses. `present` is who can hear it, `elsewhere` who belongs to the case but not to the scene."""
    here, away = _by_key(present), _by_key(elsewhere)
    found: dict[int, Persona] = {}
    absent, ambiguous, unknown = [], [], []
    for match in _MENTION.finditer(text):
        typed = text[match.end() :]
        key = _longest(typed, here.keys() | away.keys() | EVERYBODY)
        if key in here and len(here[key]) == 1:
            found.setdefault(here[key][0].pk, here[key][0])
        elif key in here:
            ambiguous.append((_as_typed(typed), tuple(persona.name for persona in here[key])))
        elif key in EVERYBODY:
            found |= {persona.pk: persona for persona in present if persona.pk not in found}
        elif key is not None:
            absent.append(away[key][0].name if len(away[key]) == 1 else _as_typed(typed))
        elif typed[0].isalpha():  # "@5pm" calls nobody
            unknown.append(_as_typed(typed))
    return Mentions(tuple(found.values()), tuple(absent), tuple(ambiguous), tuple(unknown))


def _by_key(personas: Sequence[Persona]) -> dict[str, list[Persona]]:
    """Persons by everything they may be called. A full name belongs to its bearer alone."""
    full: defaultdict[str, list[Persona]] = defaultdict(list)
    for persona in personas:
        full[_compact(persona.name)].append(persona)
    parts: defaultdict[str, list[Persona]] = defaultdict(list)
    for persona in personas:
        for part in _parts(persona.name) - full.keys():
            parts[part].append(persona)
    return parts | full


def _parts(name: str) -> set[str]:
    """`Dr. Maria van der Berg (CFO)`: without brackets, without title, Maria, and van der Berg, der Berg, Berg."""
    words = _BRACKETS.sub(" ", name).split() or name.split()
    untitled = words[1:] if len(words) > 1 and _compact(words[0]) in TITLES else words
    calls = [words, untitled, untitled[:1], *(untitled[start:] for start in range(1, len(untitled)))]
    # An initial is too little: "@I think" calls nobody.
    return {key for call in calls if len(key := _compact(" ".join(call))) > 1}


def _longest(typed: str, keys: Iterable[str]) -> str | None:
    """The longest key that the text begins with, word by word; a title before it may be more than the name has."""
    known = set(keys)
    room = max(map(len, known))
    words = _words(typed[: 8 * room + 40])
    best = None
    for start in (0, 1) if words and words[0] in TITLES else (0,):
        compact = ""
        for word in words[start:]:
            compact += word
            if len(compact) > room:
                break
            if compact in known and len(compact) > len(best or ""):
                best = compact
    return best


def _as_typed(text: str) -> str:
    return re.split(r"[\s,;:!?]", text, maxsplit=1)[0].rstrip(".")[:40]


def _compact(text: str) -> str:
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    """Folded words: no case, no accents, no apostrophes. Chinese, Japanese and Korean signs are words of their own."""
    bare = _POSSESSIVE.sub("", unicodedata.normalize("NFC", text)).translate(_APOSTROPHES)
    unaccented = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFC", unaccented.casefold()).translate(_PLAIN)
    spaced = "".join(f" {c} " if unicodedata.east_asian_width(c) in "WF" else c for c in folded)
    return re.findall(r"[^\W_]+", spaced)
