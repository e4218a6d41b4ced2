"""Key phrases: the noun phrases that a text is about."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from platform_app.offline.text.grammar import infinitive_of_participle, is_bare_verb, may_stand_in_phrase
from platform_app.offline.text.language import language_of
from platform_app.offline.text.words import WORD, stem

_LONGEST = 3
_GAP = re.compile(r"\s+")
ARTICLES = frozenset("the a an its their our his her this that your my each every".split())
_TOO_GENERAL = frozenset(
    """company firm group organisation organization business people person side case way year plan end start half part point view
    number share level rate total average role work course action meeting result fact team day answer matter idea today decision
    one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety dozen
    head chief officer manager director executive founder co-founder representative chair question questions month week""".split()
)
LEADS_IN = ARTICLES | frozenset(
    "of in on for about with by from into against between per no more new fewer additional without over under".split()
)
_ODD_END = re.compile(r"(?:ed|ous|ful|ible|able|'s|’s|ive)$")
_UNITS = frozenset(
    "millionen milliarden prozent millones millions milliards milioni milhões procent percent gegenüber zwischen während".split()
)
_SUPERLATIVE = re.compile(
    r"^(?:larg|bigg|small|high|low|old|new|young|great|strong|weak|fast|long|short|cheap|lat)(?:est|er)$|^(?:best|worst)$"
)


def _fits(word: str) -> bool:
    if not may_stand_in_phrase(word) or _SUPERLATIVE.match(word.lower()):
        return False
    return not word.lower().endswith("ing") or infinitive_of_participle(word.lower()) is None


def _runs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Words that follow each other and may all stand in a phrase, with the word before them."""
    run: list[str] = []
    before = previous = ""
    end = 0
    for match in WORD.finditer(text):
        joined = bool(_GAP.fullmatch(text[end : match.start()]))
        word, end = match.group(), match.end()
        if run and not (joined and _fits(word)):
            yield before, run
            run = []
        if _fits(word):
            before = before if run else (previous if joined else "")
            run.append(word)
        previous = word
    if run:
        yield before, run


def _trimmed(run: list[str]) -> list[str]:
    """Without verbs at either end: "installed surveillance cameras", "buy weight sensors", "the staff spend"."""
    while run and (is_bare_verb(run[0]) or (len(run) > 1 and run[0].endswith("ed"))):
        run = run[1:]
    while run and (
        is_bare_verb(run[-1]) or run[-1].lower() in _TOO_GENERAL or _ODD_END.search(run[-1].lower())
    ):
        run = run[:-1]
    return run[-_LONGEST:]


def _is_piece_of_name(before: str, run: list[str]) -> bool:
    """Nang of Da Nang: capitalised and behind another capitalised word."""
    return len(run) == 1 and run[0][0].isupper() and before[:1].isupper()


def candidates(text: str) -> list[tuple[str, str]]:
    """The noun phrases of a text, one to three words, in order, each with the word before it."""
    found = []
    for before, run in _runs(text):
        trimmed = _trimmed(run)
        if trimmed and not _is_piece_of_name(before, trimmed):
            found.append((before.lower() if trimmed[0] == run[0] else "", " ".join(trimmed)))
    return found


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in phrase.split())


class _Tally:
    """How often a phrase comes up, how it is written, and whether it has an article."""

    def __init__(self) -> None:
        self.weight = 0.0
        self.times = 0
        self.articles = 0
        self.surfaces: Counter[str] = Counter()

    def add(self, before: str, phrase: str) -> None:
        self.weight += 1.0 if before in LEADS_IN else 0.5
        self.times += 1
        self.articles += before in ARTICLES
        self.surfaces[phrase] += 1

    @property
    def written(self) -> str:
        return _with_article(self.surfaces.most_common(1)[0][0], self.articles / self.times)

    @property
    def is_rare_name(self) -> bool:
        surface = self.surfaces.most_common(1)[0][0]
        return self.times < 2 and surface[0].isupper() and " " not in surface


def key_phrases(texts: Iterable[str], *, limit: int, without: frozenset[str] = frozenset()) -> list[str]:
    """The phrases that come back most, with "the" where the text has an article. `without` are stems that may not occur (names)."""
    listed = list(texts)
    if language_of(" ".join(listed)[:3000]) not in ("English", ""):
        return _frequent_words(listed, limit, without)
    tallies: defaultdict[tuple[str, ...], _Tally] = defaultdict(_Tally)
    for text in listed:
        for before, phrase in candidates(text):
            if not without.intersection(_key(phrase)):
                tallies[_key(phrase)].add(before, phrase)
    common = {key: tally for key, tally in tallies.items() if not tally.is_rare_name}
    ranked = sorted(common, key=lambda key: (-common[key].weight * (1.0, 1.9, 2.2)[len(key) - 1], key))
    return _distinct([common[key].written for key in ranked], limit)


def _frequent_words(texts: Iterable[str], limit: int, without: frozenset[str]) -> list[str]:
    """For languages whose grammar is not known here: long words that come back, capitalised ones first."""
    counts = Counter(
        word
        for text in texts
        for word in WORD.findall(text)
        if len(word) > 5 and word.isalpha() and word.lower() not in _UNITS and stem(word) not in without
    )
    ranked = sorted(counts, key=lambda word: (-counts[word] * (2 if word[0].isupper() else 1), word))
    return _distinct(ranked, limit)


def _with_article(phrase: str, share: float) -> str:
    singular = not phrase.endswith("s") or phrase.endswith(("ss", "us"))
    return f"the {phrase}" if share >= 0.5 and phrase[0].islower() and singular else phrase


def _distinct(phrases: list[str], limit: int) -> list[str]:
    kept: list[str] = []
    for phrase in phrases:
        if len(kept) == limit:
            break
        if not any(set(_key(phrase)) & set(_key(other)) - {"the"} for other in kept):
            kept.append(phrase)
    return kept
