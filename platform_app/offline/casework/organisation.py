"""The organisation that a case is about, and its industry."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache

from platform_app.offline.casework.lexicon import CALENDAR, COMMON_WORDS, ORGANISATION_WORDS, PLACES
from platform_app.offline.casework.names import tokens_of
from platform_app.offline.casework.people import Person
from platform_app.offline.casework.role_words import ROLE_ABBREVIATIONS
from platform_app.offline.text.language import language_of
from platform_app.offline.text.layout import Document
from platform_app.offline.text.words import stems

_FOUNDED = re.compile(
    r"(?:^|[,.]\s+)(?:The\s+)?([A-ZÀ-Ý][\w&'’.-]*(?:\s[A-ZÀ-Ý&][\w&'’.-]*){0,4}?),?\s+(?:is|was|makes|builds|sells|produces|operates|runs|offers|provides|has|had|"
    r"employs|employed|started|began|belongs|owns)\b"
)
_WORD_GAP = re.compile(r"\s+|\s*&\s*")
_INDUSTRIES = {
    "Food and beverage": "food sauce bakery bread brewery beer wine dairy milk meat beverage drink snack chocolate coffee tea restaurant kitchen jar recipe",
    "Health care": "hospital clinic patient nurse doctor physician surgery ward medical emergency bed treatment care diagnosis health",
    "Retail": "store shop retailer supermarket checkout shopper chain assortment merchandising shelf e-commerce discount",
    "Fashion and textiles": "jacket garment textile fabric clothing apparel fashion sewer weave shirt dress shoe cotton",
    "Software and technology": "software app code developer platform data cloud user digital startup algorithm saas internet release",
    "Banking and finance": "bank loan credit deposit branch asset portfolio investor lending mortgage fintech",
    "Insurance": "insurance insurer premium policyholder underwriting claim",
    "Automotive": "car vehicle automotive engine dealer truck battery electric tyre",
    "Machinery and engineering": "machine gearbox getriebe turbine motor engineering plant component machining machinist precision werk windrader",
    "Energy": "energy power wind solar grid oil gas electricity turbine utility",
    "Transport and logistics": "logistics shipping freight port warehouse truck delivery fleet airline flight route container harbour passenger",
    "Education": "school student university teacher faculty course campus pupil classroom tuition curriculum",
    "Tourism and hospitality": "hotel guest tourist resort travel booking hospitality room occupancy",
    "Construction and property": "construction building property housing tenant estate site contractor architect",
    "Agriculture": "farm farmer crop harvest grain cattle seed irrigation field agriculture",
    "Pharmaceuticals and biotechnology": "drug trial pharmaceutical vaccine molecule biotech compound dose",
    "Telecommunications": "network mobile subscriber telecom broadband spectrum",
    "Media and entertainment": "newspaper film music game audience broadcast magazine publisher studio concert",
    "Public sector": "city municipal council citizen government ministry public mayor agency district",
    "Non-profit": "charity volunteer donor nonprofit ngo foundation beneficiary",
    "Chemicals and materials": "chemical polymer plastic steel cement paper coating material fiber packaging",
    "Consumer goods": "brand consumer toy cosmetics furniture household goods",
    "Professional services": "consultant consulting law audit firm agency advertising engagement billing",
    "Sports": "club player team league stadium coach match",
}
_STEMMED = {industry: frozenset(stems(words)) for industry, words in _INDUSTRIES.items()}


def _capitalised_runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of capitalised words that are no common words, and whether the run stands elsewhere than at the start."""
    run: list[str] = []
    end = start = 0
    for token in [*tokens_of(text), None]:
        joined = token is not None and run and _WORD_GAP.fullmatch(text[end : token.start])
        capital = token is not None and token.text[0].isupper() and token.plain not in COMMON_WORDS | CALENDAR
        if run and not (capital and joined):
            yield text[start:end], start > 0
            run = []
        if token is not None and capital:
            start = start if run else token.start
            run.append(token.text)
            end = token.end


def _is_named(name: str) -> bool:
    """Whether a word of the name says that it is an organisation: "Foods", "GmbH"."""
    return any(word in ORGANISATION_WORDS for word in name.lower().split()[1:])


def _may_be_one(name: str, text: str, personal: frozenset[str], *, only_named: bool) -> bool:
    words = name.lower().split()
    role = (
        any(word in ROLE_ABBREVIATIONS for word in name.split()) or f"/{name}" in text or f"{name}/" in text
    )
    known = all(word in personal or word in PLACES for word in words)
    return not role and not known and len(name) >= 3 and (_is_named(name) or not only_named)


def _tally(document: Document, personal: frozenset[str]) -> defaultdict[str, float]:
    """How often capitalised names come up, those of the opening and of the inside of sentences counting more."""
    counts: defaultdict[str, float] = defaultdict(float)
    german = language_of(" ".join(block.text for block in document.blocks[:12])) == "German"
    for number, block in enumerate(document.blocks):
        text = block.text.title() if block.text.isupper() else block.text
        for name, inside in _capitalised_runs(text):
            if _may_be_one(name, block.text, personal, only_named=german):
                weight = (1.5 if number < 4 else 1.0) * (1.0 if inside else 0.6)
                counts[name] += weight * (2.0 if _is_named(name) else 1.0)
        for match in _FOUNDED.finditer(block.text) if block.kind == "paragraph" else ():
            counts[match[1].strip()] += 4.0 if counts.get(match[1].strip()) else 0.0
    return counts


def _before_colon(document: Document) -> str:
    """ "St. Brigid's Hospital: the night shift": what stands before the colon, if the text goes on to speak of it."""
    title = document.blocks[0].text if document.blocks and document.blocks[0].kind == "heading" else ""
    name, colon, _ = title.partition(":")
    words = name.split()
    text = " ".join(block.text for block in document.blocks[1:])
    longest = max(words, key=len, default="")
    fits = bool(colon) and 1 <= len(words) <= 4 and all(word[0].isupper() or len(word) < 4 for word in words)
    return name.strip() if fits and text.count(longest) >= 1 else ""


@lru_cache(maxsize=32)
def find_organisation(document: Document, people: tuple[Person, ...]) -> str:
    """The name of the organisation at the centre, or "" when the text gives none."""
    counts = _tally(document, frozenset(token for person in people for token in person.plain))
    for name in list(counts):
        shorter = name.split()[0]
        if len(name.split()) > 1 and counts.get(shorter):
            counts[name] += counts.pop(shorter)
    best = max(sorted(counts), key=lambda name: counts[name], default="")
    titled = _before_colon(document)
    if titled and counts.get(best, 0) < 6:
        return titled
    return best if counts.get(best, 0) >= (2 if _is_named(best) else 3.5) else ""


@lru_cache(maxsize=32)
def find_industry(document: Document) -> str:
    """The industry whose words are most frequent; "" when none comes up often enough."""
    counts = Counter(stem for block in document.blocks for stem in stems(block.text))
    scores = {industry: sum(min(counts[stem], 12) for stem in known) for industry, known in _STEMMED.items()}
    best = max(scores, key=lambda industry: (scores[industry], industry))
    return best if scores[best] >= 2 else ""
