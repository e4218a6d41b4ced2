"""Names of people as an AI writes them: the same person in other letters, with a title, or by the first name only. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

TITLES = frozenset(
    {"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "sir", "dame", "herr", "frau", "mme", "mlle"}
)
# Letters with a stroke through them are letters of their own to Unicode, and spelling variants to people.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_NOT_A_WORD = re.compile(r"[^\w]+|_+")
_SEPARATORS = re.compile(r"[,;:()\[\]–—|/]|\s-\s")


def normalized(name: str) -> str:
    """Lower case, without accents, punctuation and titles: what two spellings of one name have in common."""
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_STROKES))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = _NOT_A_WORD.sub(" ", plain).split()
    return " ".join(word for word in words if word not in TITLES) or " ".join(words)


def resolve(name: str, known: Sequence[str]) -> str | None:
    """The known name that is meant: the same name, or the only one that has all of its words. None: unknown or unclear."""
    wanted = normalized(name)
    same = [other for other in known if normalized(other) == wanted]
    if same:
        return same[0]
    words = set(wanted.split())
    longer = [other for other in known if words and words <= set(normalized(other).split())]
    return longer[0] if len(longer) == 1 else None


def plays(student_role: str, *, name: str, role: str) -> bool:
    """Is this person the one whom the student plays? "Elena Rossi, chief executive" is; "Adviser to Elena Rossi" is not."""
    wanted = normalized(student_role)
    first = normalized(_SEPARATORS.split(student_role)[0])
    in_brackets = [normalized(part) for part in re.findall(r"\(([^)]*)\)", student_role)]
    return normalized(name) in {wanted, first, *in_brackets} or (
        bool(role.strip()) and normalized(role) == wanted
    )
