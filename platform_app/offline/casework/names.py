"""The shape of names: runs of capitalised words, with particles, initials, titles, nicknames and inverted order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from platform_app.offline.casework.given_names import FAMILY_NAMES, GIVEN_NAMES
from platform_app.offline.casework.lexicon import (
    CALENDAR,
    COMMON_WORDS,
    ORGANISATION_WORDS,
    PARTICLES,
    TITLES,
)
from platform_app.offline.casework.role_words import ROLE_ABBREVIATIONS, ROLE_HEADS_IN_NAMES
from platform_app.offline.text.words import STOPWORDS, fold

_TOKEN = re.compile(r"[^\W\d_]+(?:['’‑-][^\W\d_]+)*")
_NICKNAME = re.compile(r"\s+[\"“”‘('’]([^\W\d_]{2,})[\"”’)']\s+(?=[^\W\d_])")
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
_ARTICLE_NAME = re.compile(r"^(?:al|el|ad|an|ar|as|ash|at|az|abd|d|l|o)[-'’](?=[^\W\d_])", re.IGNORECASE)
_INVERTED = re.compile(
    r"^\s*((?:[^\W\d_][\w'’-]+ ){0,2}[^\W\d_][\w'’-]+), ((?:[^\W\d_][\w'’-]+)(?: [^\W\d_][\w'’.-]*){0,2})(?=\s*(?:\(|[—–|:]|-\s|$))"
)
_LONGEST_NAME = 5


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int
    possessive: bool = False

    @property
    def plain(self) -> str:
        return fold(self.text).lower()


@dataclass(frozen=True)
class Run:
    """A run of words that may be a name. `tokens` hold no title, nickname or role; `start` and `end` are the name's."""

    tokens: tuple[str, ...]
    start: int
    end: int
    title: str = ""
    nickname: str = ""
    possessive: bool = False
    opens_sentence: bool = False

    @property
    def plain(self) -> tuple[str, ...]:
        """The tokens folded to lower case, without initials."""
        return tuple(fold(token).lower() for token in self.tokens if len(token.rstrip(".")) > 1)

    @property
    def name(self) -> str:
        return " ".join(self.tokens)


def tokens_of(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        word = _POSSESSIVE.sub("", match.group())
        found.append(Token(word, match.start(), match.start() + len(word), possessive=word != match.group()))
    return found


def _is_capitalised(text: str, token: Token, *, shouting: bool) -> bool:
    word = token.text
    if _ARTICLE_NAME.match(word):
        return word[word.index(next(mark for mark in "-'’" if mark in word)) + 1].isupper()
    if not word[0].isupper() or word in ROLE_ABBREVIATIONS:
        return False
    if (
        len(word) == 2
        and word.isupper()
        and word.lower() not in COMMON_WORDS | ORGANISATION_WORDS | PARTICLES
    ):
        return bool(re.match(r"\s[A-ZÀ-Ý][a-zà-ÿ]", text[token.end : token.end + 3]))
    if len(word) == 1:
        return text[token.end : token.end + 1] == "." or (word not in "AI" and not shouting)
    return shouting or not word.isupper() or (len(word) >= 4 and word.lower() not in ORGANISATION_WORDS)


def _is_gap(text: str, first: Token, second: Token) -> bool:
    gap = text[first.end : second.start]
    abbreviated = (
        len(first.text) == 1 or first.plain in TITLES or (len(first.text) == 2 and first.text.isupper())
    )
    return not first.possessive and bool(re.fullmatch(r"\s+|\.\s*" if abbreviated else r"\s+", gap))


def _particles_after(text: str, tokens: list[Token], position: int, *, shouting: bool) -> int:
    """How many particles follow at `position` that lead on to another capitalised word."""
    count = 0
    while position + count < len(tokens) and tokens[position + count].text in PARTICLES and count < 3:
        if not _is_gap(text, tokens[position + count - 1], tokens[position + count]):
            return 0
        count += 1
    after = position + count
    leads_on = after < len(tokens) and _is_gap(text, tokens[after - 1], tokens[after])
    return count if count and leads_on and _is_capitalised(text, tokens[after], shouting=shouting) else 0


def _raw_runs(text: str, *, shouting: bool) -> Iterator[tuple[list[Token], str]]:
    """Runs of tokens with the nickname inside, if there is one."""
    tokens = tokens_of(text)
    position = 0
    while position < len(tokens):
        if not _is_capitalised(text, tokens[position], shouting=shouting):
            position += 1
            continue
        run, nickname = [tokens[position]], ""
        position += 1
        while position < len(tokens):
            quoted = _NICKNAME.match(text, run[-1].end)
            if quoted and quoted[1][0].isupper() and quoted[1] not in ROLE_ABBREVIATIONS and not nickname:
                nickname, position = quoted[1], position + 1
                continue
            particles = _particles_after(text, tokens, position, shouting=shouting)
            follows = (nickname and tokens[position - 1].text == nickname) or _is_gap(
                text, run[-1], tokens[position]
            )
            if not follows or not (particles or _is_capitalised(text, tokens[position], shouting=shouting)):
                break
            run.extend(tokens[position : position + particles + 1])
            position += particles + 1
        yield run, nickname


def _without_common_start(run: list[Token], *, opens: bool) -> list[Token]:
    """Without words such as "When" or "March" that only stand before the name."""
    while run:
        first, second = run[0], run[1] if len(run) > 1 else None
        if first.plain not in COMMON_WORDS and first.plain not in CALENDAR:
            return run
        given = first.plain in GIVEN_NAMES and second is not None and second.plain not in GIVEN_NAMES
        if given and not opens and len(first.text) > 2:
            return run
        run = run[1:]
    return run


def _without_role_words(run: list[Token]) -> list[Token]:
    """ "Plant Manager Tom Reed" → Tom Reed; "Tom Reed Plant Manager" → Tom Reed."""
    heads = [number for number, token in enumerate(run) if token.plain in ROLE_HEADS_IN_NAMES]
    if not heads:
        return run
    if heads[-1] < len(run) - 1:
        return run[heads[-1] + 1 :]
    return run[: heads[0]] if heads[0] >= 2 else []


def _split_title(run: list[Token]) -> tuple[str, list[Token]]:
    titles = []
    while len(run) > 1 and run[0].plain in TITLES:
        titles.append(run[0].text)
        run = run[1:]
    return (titles[0] if titles else ""), run


def _spelled(text: str, token: Token) -> str:
    word = token.text
    if len(word) == 1 and text[token.end : token.end + 1] == ".":
        return word + "."
    return (
        "-".join(part.capitalize() for part in word.split("-")) if word.isupper() and len(word) > 2 else word
    )


def _without_common_end(run: list[Token]) -> list[Token]:
    """Up to the first word that belongs to no name: the next line's "Below", a heading's "Offer"."""
    for number in range(1, len(run)):
        plain = run[number].plain
        after_given = run[number - 1].plain in GIVEN_NAMES and number == 1
        if len(plain) >= 4 and (plain in STOPWORDS or (plain in COMMON_WORDS | CALENDAR and not after_given)):
            return run[:number]
    return run[:_LONGEST_NAME]


def inverted_run(text: str) -> Run | None:
    """ "Müller, Hans (CFO)" at the start of a line: the person's name in usual order, or None."""
    match = _INVERTED.match(text)
    if not match:
        return None
    family, given = match[1].split(), match[2].split()
    words = [*given, *family]
    known = fold(given[0]).lower() in GIVEN_NAMES
    if not known or not all(word[0].isupper() or word in PARTICLES for word in words):
        return None
    if (
        fold(family[-1]).lower() in ORGANISATION_WORDS | COMMON_WORDS | GIVEN_NAMES - FAMILY_NAMES
        or len(family) > 2
    ):
        return None
    return Run(tuple(words), match.start(1), match.end(2), opens_sentence=True)


def runs_of(text: str) -> list[Run]:
    """Every run of capitalised words that could be a name, in order; what is surely none has been cut away."""
    shouting = text.isupper() and len(text) > 3
    inverted = inverted_run(text)
    letter = re.search(r"[^\W_]", text)
    first_letter = letter.start() if letter else 0
    found = [inverted] if inverted else []
    for raw, nickname in _raw_runs(text, shouting=shouting):
        opens = raw[0].start <= first_letter
        run = _without_role_words(_without_common_start(raw, opens=opens))
        title, run = _split_title(run)
        run = _without_common_end(run)
        if not run or (inverted and run[0].start < inverted.end):
            continue
        spelled = tuple(_spelled(text, token) for token in run)
        last = run[-1]
        made = Run(
            spelled, run[0].start, last.end, title, nickname, last.possessive, opens and run[0] is raw[0]
        )
        found.append(made if len(spelled[-1].rstrip(".")) > 1 else replace(made, end=last.end))
    return found


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a written name without title and without what stands in brackets: "Müller, Hans (CFO)" → Hans Müller."""
    plain = re.sub(r"\([^)]*\)|\[[^\]]*\]|[“\"][^”\"]*[”\"]", " ", name)
    family, comma, given = plain.partition(",")
    ordered = f"{given} {family}" if comma and given.strip() else plain
    tokens = [token for token in ordered.split() if any(letter.isalpha() for letter in token)]
    while len(tokens) > 1 and fold(tokens[0]).lower().rstrip(".") in TITLES:
        tokens = tokens[1:]
    return tuple(tokens)


def is_known_name(run: Run) -> bool:
    """Whether the first (or, family name first, the last) word is a given name that we know."""
    plain = run.plain
    if not plain:
        return False
    parts = plain[0].split("-")
    western = parts[0] in GIVEN_NAMES
    eastern = len(plain) in (2, 3) and plain[0] in FAMILY_NAMES and plain[0] != "he"
    return western or eastern or (len(run.tokens) > len(plain) and plain[0] in GIVEN_NAMES)


def names_an_organisation(run: Run, text: str) -> bool:
    """Whether a word of the run, or what follows it, says that it is a company, an office or a place."""
    if any(token in ORGANISATION_WORDS for token in run.plain[1:]) or (
        run.plain[:1] and run.plain[0] in _ORGANISATION_STARTS
    ):
        return True
    after = text[run.end : run.end + 24]
    return bool(
        re.match(r"(?:['’]s)?\s+(?:&|and\s+(?:Sons|Co|Company|Partners|Brothers|Daughters)\b)", after)
    ) or bool(
        re.match(
            r"\s+(?:family|brothers|GmbH|AG|SA|S\.A\.|B\.V\.|N\.V\.|A/S|AB|Inc|Ltd|plc|PLC|LLC|KG|SE)\b",
            after,
        )
    )


_ORGANISATION_STARTS = frozenset(
    "bank banco university universität institute college school board department ministry hotel project".split()
)
