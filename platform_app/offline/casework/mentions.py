"""Where a text speaks of whom: names in all their forms, pronouns that cannot be misread, and who said a quotation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from platform_app.offline.casework.lexicon import COMMON_WORDS, FEMALE_TITLES, MALE_TITLES, PARTICLES
from platform_app.offline.casework.names import name_tokens
from platform_app.offline.casework.subjects import Mention, named_subject
from platform_app.offline.text.layout import Document, Sentence
from platform_app.offline.text.words import STOPWORDS, fold

_TITLE = r"(?:(?P<title>Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Professor|Sir|Herr|Frau|Sister|Señora?|M|Mme)\.?\s+)?"
_POSSESSIVE = re.compile(r"['’]s?(?![^\W\d_])")
_PRONOUN = re.compile(r"^(?:(?:But|And|So|Yet|Then|Now|Still|However|Instead),?\s+)?(He|She|he|she)\b\s*")
_OWNED = re.compile(r"^(?:(?:But|And|So|Yet|Now|Still),?\s+)?(His|Her)\b(?=\s+[a-z])")
_QUOTATION = re.compile(r"[“\"«„]([^“”\"«»„]{8,600})[”\"»“]")
_LONGEST_GAP = 2
_SPEAKS = re.compile(
    r"\b(?:said|says|argued|argues|asked|asks|replied|insisted|insists|warned|warns|added|explained|told|objected|complained|noted|"
    r"answered|remarked|countered|recalled|concluded|admitted|stressed|put it|wrote|writes|wondered|thought)\b"
)


@dataclass(frozen=True)
class Attributed:
    """A sentence, whom it mentions, whose deed or view it is, and who speaks the quotations in it.

    `subject` is set only if the sentence begins with that person as its grammatical subject; `subject_end` is where the
    name (or pronoun) ends and `pronoun` says which of the two it was. A pronoun is `sure` only if the sentence before had the
    same subject. `owner` is whose "His" or "Her" it is with which a sentence begins.
    """

    text: str
    section: str
    block: int
    people: tuple[int, ...] = ()
    subject: int | None = None
    subject_start: int = 0
    subject_end: int = 0
    pronoun: bool = False
    sure: bool = True
    owner: int | None = None
    unresolved: bool = False
    quotations: tuple[tuple[int, str], ...] = ()


class Cast:
    """Finds the people of a list in a text; who appears first should stand first. `genders` ("f", "m") by position help with pronouns where they are known."""

    def __init__(
        self,
        names: Sequence[str],
        *,
        genders: Mapping[int, str] | None = None,
        nicknames: Mapping[int, str] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.genders = dict(genders or {})
        self._bearers: defaultdict[str, set[int]] = defaultdict(set)
        self._guarded: set[str] = set()
        for person, name in enumerate(names):
            for alias in self._aliases(name, (nicknames or {}).get(person, "")):
                self._bearers[alias].add(person)
        self._pattern = self._compiled()

    def _aliases(self, name: str, nickname: str) -> set[str]:
        tokens = [fold(token) for token in name_tokens(name)]
        if not tokens:
            return set()
        family = next(
            (at for at, token in enumerate(tokens) if at and token.lower() in PARTICLES), len(tokens) - 1
        )
        plain = [token for token in tokens if len(token.rstrip(".")) > 1]
        aliases = {
            " ".join(tokens),
            " ".join(tokens[family:]),
            tokens[-1],
            " ".join((tokens[0], *tokens[family:])),
            " ".join(plain),
        }
        aliases |= {plain[0]} if plain and plain[0].lower() not in PARTICLES else set()
        aliases |= {fold(nickname)} if nickname else set()
        aliases |= {alias[0].upper() + alias[1:] for alias in aliases}
        aliases = {alias for alias in aliases if len(alias) > 1}
        self._guarded |= {alias for alias in aliases if alias.lower() in STOPWORDS | COMMON_WORDS}
        return aliases

    def _compiled(self) -> re.Pattern[str] | None:
        if not self._bearers:
            return None
        longest_first = sorted(self._bearers, key=lambda alias: (-len(alias), alias))
        listed = "|".join(re.escape(alias).replace(r"\ ", r"\s+") for alias in longest_first)
        return re.compile(rf"(?<![^\W_])(?<![-'’]){_TITLE}(?P<name>{listed})(?![^\W_])(?!-[^\W\d_])")

    def find(self, text: str) -> list[Mention]:
        """Every mention of somebody of the list, in order."""
        if self._pattern is None:
            return []
        found = []
        for match in self._pattern.finditer(fold(text)):
            person = self._bearer(re.sub(r"\s+", " ", match["name"]), match["title"] or "")
            if person is not None and not _leads_to_organisation(text, match.end()):
                found.append(
                    Mention(person, match.start(), match.end(), bool(_POSSESSIVE.match(text, match.end())))
                )
        return found

    def _bearer(self, alias: str, title: str) -> int | None:
        bearers = self._bearers.get(alias, set())
        if alias in self._guarded and not title:
            return None
        if len(bearers) > 1 and title:
            gender = "f" if title.lower() in FEMALE_TITLES else "m" if title.lower() in MALE_TITLES else ""
            bearers = {person for person in bearers if gender and self.genders.get(person) == gender}
        if len(bearers) > 1:
            bearers = {person for person in bearers if fold(name_tokens(self.names[person])[-1]) == alias}
        # Of two with one family name the bare name means the one whom the text brings in first.
        return min(bearers, default=None)

    def attribute(self, document: Document) -> list[Attributed]:
        """The sentences of a document with whom they are about."""
        attributed: list[Attributed] = []
        antecedent: Attributed | None = None
        gap = 0
        for sentence in document.sentences:
            previous = attributed[-1] if attributed and attributed[-1].block == sentence.block else None
            if previous is None or gap > _LONGEST_GAP:
                antecedent, gap = None, 0
            one = self._attributed(sentence, previous, antecedent, gap)
            attributed.append(one)
            meant = one.people or _PRONOUN.match(one.text)
            antecedent, gap = (one, 0) if meant else (antecedent, gap + 1)
        return attributed

    def attribute_texts(self, texts: Sequence[str], *, section: str = "") -> list[Attributed]:
        """Sentences that stand alone, such as facts of a list."""
        return [self._attributed(Sentence(text, section, -1), None, None, 0) for text in texts]

    def _attributed(
        self, sentence: Sentence, previous: Attributed | None, antecedent: Attributed | None, gap: int
    ) -> Attributed:
        """`antecedent` is the sentence that a pronoun can mean, `gap` how many without people lie between."""
        text = sentence.text
        mentions = self.find(text)
        people = tuple(dict.fromkeys(mention.person for mention in mentions))
        quotations = self._quotations(text, mentions, previous)
        plain = Attributed(text, sentence.section, sentence.block, people, quotations=quotations)
        subject = named_subject(text, mentions)
        if subject:
            return replace(
                plain, subject=subject.person, subject_start=subject.start, subject_end=subject.end
            )
        pronoun, owned = _PRONOUN.match(text), _OWNED.match(text)
        if pronoun:
            return self._with_pronoun(plain, pronoun, antecedent, gap)
        if owned and not people:
            return self._with_owner(plain, owned, antecedent, gap)
        return replace(plain, unresolved=_leans_back(text, people))

    def _with_pronoun(
        self, plain: Attributed, pronoun: re.Match[str], antecedent: Attributed | None, gap: int
    ) -> Attributed:
        meant = self._meant(pronoun[1], antecedent)
        if meant is None:
            return replace(plain, unresolved=True)
        everybody = tuple(dict.fromkeys((meant, *plain.people)))
        start, end = pronoun.span(1)
        sure = self._is_sure(antecedent, meant, gap)
        return replace(
            plain,
            people=everybody,
            subject=meant,
            subject_start=start,
            subject_end=end,
            pronoun=True,
            sure=sure,
        )

    def _with_owner(
        self, plain: Attributed, owned: re.Match[str], antecedent: Attributed | None, gap: int
    ) -> Attributed:
        owner = self._meant("he" if owned[1] == "His" else "she", antecedent)
        if owner is None:
            return replace(plain, unresolved=True)
        start, end = owned.span(1)
        sure = self._is_sure(antecedent, owner, gap)
        return replace(plain, people=(owner,), subject_start=start, subject_end=end, sure=sure, owner=owner)

    def _is_sure(self, antecedent: Attributed | None, person: int, gap: int) -> bool:
        """Whether the antecedent was surely about the same person; over a gap its gender must be known as well."""
        continues = antecedent is not None and antecedent.subject == person and antecedent.sure
        return continues and (gap == 0 or bool(self.genders.get(person)))

    def _meant(self, pronoun: str, previous: Attributed | None) -> int | None:
        """Whom "she" means: the one person of the sentence before, if its gender, where known, agrees."""
        if previous is None or previous.unresolved or (previous.owner is not None and not previous.sure):
            return None
        gender = "f" if pronoun.lower() == "she" else "m"
        fitting = [person for person in previous.people if (self.genders.get(person) or gender) == gender]
        return fitting[0] if len(fitting) == 1 else None

    def _quotations(
        self, text: str, mentions: Sequence[Mention], previous: Attributed | None
    ) -> tuple[tuple[int, str], ...]:
        spoken = [match for match in _QUOTATION.finditer(text) if len(match[1].split()) >= 3]
        if not spoken:
            return ()
        outside = _QUOTATION.sub(lambda match: " " * len(match.group()), text)
        speakers = {mention.person for mention in mentions if outside[mention.start : mention.end].strip()}
        speaker: int | None = None
        if len(speakers) == 1 and _SPEAKS.search(outside):
            speaker = next(iter(speakers))
        elif (
            not speakers
            and previous
            and _SPEAKS.search(outside)
            and re.search(r"\b(?:he|she|He|She)\b", outside)
        ):
            speaker = previous.people[0] if len(previous.people) == 1 else None
        elif not outside.strip(" .,;:—–-") and previous and previous.quotations:
            speaker = previous.quotations[-1][0]
        return tuple((speaker, match[1].strip()) for match in spoken) if speaker is not None else ()


def _leans_back(text: str, people: tuple[int, ...]) -> bool:
    """Whether the sentence cannot be understood without the one before: it opens with a pronoun or a bare demonstrative."""
    return (
        bool(re.match(r"(?:His|Her|Their|They|It|This|That|These|Those|Such|Both|Neither|Either)\b", text))
        and not people
    )


def _leads_to_organisation(text: str, end: int) -> bool:
    following = re.match(r"\s+(?:(&)|([A-ZÀ-Þ][\w-]*))", text[end : end + 40])
    family = re.match(r"\s+(?:family|brothers|sisters|household|clan)\b", text[end : end + 20])
    return bool(family) or bool(following)
