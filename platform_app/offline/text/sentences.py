"""Cutting a paragraph into sentences: abbreviations, initials, figures and quotations keep theirs together."""

from __future__ import annotations

import re
from functools import lru_cache

_ABBREVIATIONS = frozenset(
    """dr mr mrs ms mx prof rev hon st sr jr sra dra drs ing dipl mag lic hr fr mme mlle inc ltd co corp llc plc gmbh dept no nos
    vs etc approx est ca cf al fig figs ex pp vol ed eds jan feb mar apr jun jul aug sep sept oct nov dec bzw ggf usw nr str
    evtl inkl av avda núm tel gen col maj capt lt sen rep gov pres e.g i.e u.s u.k u.n a.m p.m ph.d b.v n.v s.a s.r.l d.h z.b
    u.a m.b.a""".split()
)
_BOUNDARY = re.compile(r"""[.!?…]+["'”’»)\]]*\s+|[。！？]["”’」』）]*""")
_LAST_WORD = re.compile(r"([^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*)$")
_OPENS = re.compile(r"""^["'“‘«„¿¡(\[—–-]*\s*(\S)""")
_SPEAKER_FOLLOWS = re.compile(
    r"^(?:[^\W\d_][\w.'’-]*\s+){1,4}(?:said|says|asked|asks|replied|added|insisted|argued|answered|warned|explained|told|concluded|noted)\b"
)
_LONGEST_QUOTATION, _LONGEST_SENTENCE = 400, 1200


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether the mark at `start` ends a sentence, when the next one would begin at `end`."""
    mark = text[start]
    following = text[end:]
    opening = _OPENS.match(following)
    if mark in "。！？" or not opening:
        return True
    if opening[1].islower():
        return False
    if re.search(r"[\"”’»]\s*$", text[start:end]) and _SPEAKER_FOLLOWS.match(following):
        return False
    return mark != "." or not _is_abbreviated(text[:start], following)


def _is_abbreviated(before: str, following: str) -> bool:
    last = _LAST_WORD.search(before[-24:])
    if not last:
        return False
    word = last[1]
    if len(word) == 1:
        return word.isupper() and not before[-24:].endswith((" I", " plan A", " plan B"))
    known = word.lower() in _ABBREVIATIONS
    return known and not (
        word.lower() in {"inc", "ltd", "co", "corp", "etc", "a.m", "p.m", "u.s"} and _starts_anew(following)
    )


def ends_with_abbreviation(text: str) -> bool:
    """Whether the full stop at the end belongs to a word ("Ms.") and so ends nothing."""
    return text.endswith(".") and _is_abbreviated(text[:-1], "")


def _starts_anew(following: str) -> bool:
    return bool(
        re.match(
            r"(?:The|A|An|It|In|On|At|He|She|They|We|But|And|This|That|If|When|For|As|By|To|What|How)\b",
            following,
        )
    )


def _inside_quotation(text: str, since: int, position: int) -> bool:
    piece = text[since:position]
    curly = piece.rfind("“") > piece.rfind("”") or piece.rfind("«") > piece.rfind("»")
    straight = piece.count('"') % 2 == 1
    return (curly or straight) and len(piece) < _LONGEST_QUOTATION


@lru_cache(maxsize=4096)
def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of one paragraph, each stripped, in order; nothing is lost or added but white space."""
    found: list[str] = []
    since = 0
    for boundary in _BOUNDARY.finditer(text):
        start, end = boundary.span()
        if end >= len(text) or _inside_quotation(text, since, end) or not _ends_sentence(text, start, end):
            continue
        found.append(text[since:end].strip())
        since = end
    found.append(text[since:].strip())
    return tuple(piece for sentence in found for piece in _in_pieces(sentence))


def _in_pieces(sentence: str) -> list[str]:
    """What is far too long for a sentence (a list without full stops, noise) in pieces of a readable length."""
    pieces = []
    while len(sentence) > _LONGEST_SENTENCE:
        cut = max(sentence.rfind(mark, 0, _LONGEST_SENTENCE) for mark in (", ", "; ", " "))
        cut = cut + 1 if cut > 0 else _LONGEST_SENTENCE
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [piece for piece in [*pieces, sentence] if piece]
