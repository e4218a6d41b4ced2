"""What a persona knows and wants: sentences that it may say, found by what the student asks, and its stances in the first person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from platform_app.offline.casework.case import Case, read_case
from platform_app.offline.casework.given_names import GIVEN_NAMES
from platform_app.offline.casework.mentions import Attributed, Cast
from platform_app.offline.casework.names import name_tokens
from platform_app.offline.casework.portrait import domain_of
from platform_app.offline.casework.stances import as_goal
from platform_app.offline.casework.views import ORDER
from platform_app.offline.roleplay.conversation import Conversation, PersonaCard
from platform_app.offline.roleplay.convictions import Conviction, conviction_of, goal_conviction
from platform_app.offline.roleplay.repetition import repeats_any
from platform_app.offline.roleplay.voice import Speaker, in_own_words
from platform_app.offline.text.figures import has_figure
from platform_app.offline.text.retrieval import Index
from platform_app.offline.text.words import canonical, concepts, fold, stem, stems, words

_LIFE = re.compile(
    r"\b(?:joined|studied|graduated|was born|grew up|used to work|worked (?:for|at) .{0,40} before)\b"
)
_LEANS_BACK = re.compile(r"(?:It|This|That|These|They|Their|Its|Both|Such)\b")
_LEAST_SCORE = 1.2
_SIMILAR = 0.6


@dataclass(frozen=True)
class Passage:
    """A sentence that the persona may say.

    `source` is the sentence of the case, `own` says that it is the persona's deed or view, `lead` is what has to be said
    before it ("It would cost …").
    """

    said: str
    source: Attributed
    own: bool
    meanings: frozenset[str]
    lead: str = ""


@dataclass(frozen=True)
class Mind:
    case: Case
    card: PersonaCard
    me: int
    student: int | None

    @property
    def cast(self) -> Cast:
        return self.case.cast

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.cast, self.me, self.student, writes=self._writes)

    @property
    def _writes(self) -> bool:
        """Whether the case is a memo by this persona: then its "I" is the persona's."""
        family = self.case.people[self.me].tokens[-1]
        return any(
            block.kind == "field" and block.cells[0] in ("from", "von", "de") and family in block.cells[1]
            for block in self.case.document.blocks
        )

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        found: dict[str, Passage] = {}
        previous: Passage | None = None
        for source in self._sources():
            near = previous if previous and previous.source.block == source.block >= 0 else None
            previous = self._passage(source, near)
            if previous and len(previous.said.split()) >= 4:
                found.setdefault(normal(previous.said), previous)
        return tuple(found.values())

    def _sources(self) -> list[Attributed]:
        beside = [*self.card.knowledge, *_sentences(self.card.background)]
        return [*self.case.sentences, *self.cast.attribute_texts(beside)]

    def _passage(self, source: Attributed, previous: Passage | None) -> Passage | None:
        leans = source.unresolved and bool(_LEANS_BACK.match(source.text))
        if leans and previous is None:
            return None
        said = self.speaker.says(replace(source, unresolved=False) if leans else source)
        if said is None:
            return None
        own = source.subject == self.me or any(speaker == self.me for speaker, _ in source.quotations)
        lead = previous.said if leans and previous else ""
        return Passage(said, source, own or said.startswith("By my own"), concepts(f"{lead} {said}"), lead)

    @cached_property
    def index(self) -> Index:
        return Index(
            [f"{passage.lead} {passage.said} {self._names_in(passage)}" for passage in self.passages]
        )

    def _names_in(self, passage: Passage) -> str:
        return " ".join(self.cast.names[person] for person in passage.source.people)

    def find(
        self,
        query: Iterable[str],
        *,
        avoid: Sequence[str],
        figures_first: bool = False,
        limit: int = 2,
        least: float = 0.4,
    ) -> list[Passage]:
        """The passages that fit best to the stems of a question and are not yet said; own views and the own domain count more.

        `least` is the share of what is asked for that a passage has to speak of.
        """
        terms = list(query)
        heard = [concepts(sentence) for sentence in avoid]
        spoken = {normal(sentence) for sentence in avoid}
        rated = []
        for found in self.index.search(terms, limit=24):
            passage = self.passages[found.passage]
            told = normal(passage.said) in spoken or any(
                overlap(passage.meanings, one) > _SIMILAR for one in heard
            )
            if not told and self.index.coverage(terms, found.passage) >= least:
                rated.append((-found.score * self._interest(passage, figures_first), found.passage))
        best = sorted(rated)
        enough = max(_LEAST_SCORE, 0.45 * -best[0][0]) if best else 0.0
        return _each_once([self.passages[number] for score, number in best if -score >= enough], limit)

    def _interest(self, passage: Passage, figures_first: bool) -> float:
        """How much more a passage counts: one's own deeds and domain, not one's life story, figures where they are asked for."""
        interest = (1.3 if passage.own else 1.0) * (0.5 if _LIFE.search(passage.said) else 1.0)
        interest *= 1.1 if domain_of(self.card.role) & passage.meanings else 1.0
        return interest * (1.35 if figures_first and has_figure(passage.said) else 1.0)

    def knows(self, terms: Sequence[str]) -> bool:
        """Whether the case speaks of any of these stems at all."""
        return any(canonical(term) in self._vocabulary for term in terms)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return concepts(
            " ".join(
                [
                    self.case.title,
                    *self.card.goals,
                    *self.card.knowledge,
                    *(s.text for s in self.case.sentences),
                ]
            )
        )

    @cached_property
    def convictions(self) -> tuple[Conviction, ...]:
        """The persona's stances and goals as it would say them, those of the case first."""
        stances = [stance for stance in self.case.stances if stance.person == self.me]
        ranked = sorted(stances, key=lambda stance: ORDER.index(stance.kind))
        found = [
            conviction
            for stance in ranked
            for conviction in [conviction_of(stance, self.cast, self.me)]
            if conviction
        ]
        stated = {as_goal(stance).lower() for stance in stances}
        found += [
            goal_conviction(in_own_words(goal, self.cast, self.me) or goal)
            for goal in self.card.goals
            if goal.lower().rstrip(".") not in stated and len(goal.split()) > 1
        ]
        return tuple(found)

    def inside(self, said: str) -> str:
        """A sentence as it stands behind a colon: with a small letter, unless it begins with a name or "I"."""
        first = said.split(" ", 1)[0].strip(",")
        keeps = (
            first in self._capital_words
            or first.startswith(("I'", "“"))
            or first == "I"
            or not first[1:].islower()
        )
        return said if keeps and first != "A" else said[:1].lower() + said[1:]

    @cached_property
    def _capital_words(self) -> frozenset[str]:
        """Words that the case writes with a capital inside of sentences, and the parts of names."""
        inside = (word for s in self.case.sentences for word in words(s.text)[1:] if word[0].isupper())
        names = (part for person in self.case.people for part in [*person.tokens, *person.name.split()])
        return frozenset([*inside, *names]) - {"The", "A", "An", "In", "On", "At", "It"}

    def named_in(self, text: str) -> list[int]:
        """The people, speaker and student aside, of whom a text speaks."""
        return list(
            dict.fromkeys(
                mention.person
                for mention in self.cast.find(text)
                if mention.person not in (self.me, self.student)
            )
        )

    def told_before(self, query: Iterable[str]) -> Passage | None:
        """The passage that answers a question outright, whether it has been said or not."""
        terms = list(query)
        best = self.index.search(terms, limit=1)
        return (
            self.passages[best[0].passage]
            if best and self.index.coverage(terms, best[0].passage) >= 0.6
            else None
        )

    def best_informed(self, terms: Sequence[str], present: Sequence[int]) -> int | None:
        """Who of the colleagues has most to do with these stems; None if nobody stands out."""
        asked = {canonical(term) for term in terms}
        votes: dict[int, float] = {}
        for person in present:
            theirs = [sentence for sentence in self.case.sentences if sentence.subject == person]
            said = concepts(" ".join(sentence.text for sentence in theirs))
            votes[person] = len(asked & said) + 0.8 * len(asked & domain_of(self.case.people[person].role))
        best = max(votes, key=lambda person: (votes[person], -person), default=None)
        return best if best is not None and votes[best] >= 1 else None


def _each_once(passages: Sequence[Passage], limit: int) -> list[Passage]:
    """Without passages that another one brings along as its lead, or that say what a better one says."""
    leads = {passage.lead for passage in passages}
    kept: list[Passage] = []
    for passage in [passage for passage in passages if passage.said not in leads][:limit]:
        if not repeats_any(passage.said, (better.said for better in kept)):
            kept.append(passage)
    return kept


def normal(sentence: str) -> str:
    """A sentence as far as repetition is concerned: its words in small letters."""
    return " ".join(re.findall(r"[^\W_]+", sentence.lower()))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / min(len(one), len(other)) if len(one) > 2 and len(other) > 2 else 0.0


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence]


def _student_name(student_role: str) -> str:
    """The name with which a role begins: "Maria Gomez, chief executive" → Maria Gomez; "" for "Consultant to …"."""
    first = student_role.split(",")[0].strip()
    words_ = first.split()
    certain = "," in student_role or (bool(words_) and fold(words_[0]).lower() in GIVEN_NAMES)
    named = 2 <= len(words_) <= 5 and words_[0][0].isupper() and words_[-1][0].isupper() and certain
    return first if named and not re.search(r"\b(?:to|of|for|at|the)\b", first) else ""


@lru_cache(maxsize=64)
def _mind(case_study: str, card: PersonaCard, cast: tuple[tuple[str, str], ...], student_role: str) -> Mind:
    student_name = _student_name(student_role)
    named = dict(cast)
    named[card.name] = card.role
    if student_name:
        named.setdefault(student_name, student_role.partition(",")[2].strip())
    case = read_case(case_study, tuple(sorted(named.items())))
    numbers = {person.name: number for number, person in enumerate(case.people)}
    student = numbers.get(student_name) if student_name else None
    return Mind(case, card, numbers[card.name], student)


def mind_of(conversation: Conversation) -> Mind:
    return _mind(conversation.case_study, conversation.persona, conversation.cast, conversation.student_role)


def terms_of(text: str, mind: Mind) -> list[str]:
    """The stems of what is asked, without those of the names of speaker and listener."""
    ours = {stem(token) for token in name_tokens(mind.card.name)}
    return [each for each in stems(text) if each not in ours]
