"""A case study as read: its document, people, sentences with their subjects, stances, decision and organisation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from platform_app.offline.casework.decision import Decision, find_decision, find_protagonist, role_of_reader
from platform_app.offline.casework.lexicon import COMMON_WORDS
from platform_app.offline.casework.mentions import Attributed, Cast
from platform_app.offline.casework.organisation import find_industry, find_organisation
from platform_app.offline.casework.people import Person, find_people, listed_people
from platform_app.offline.casework.stances import Stance, find_stances
from platform_app.offline.text.grammar import is_verb_form
from platform_app.offline.text.layout import Block, Document, read_document

_NO_TITLES = frozenset({"synopsis", "characters"})
_SMALL = frozenset("a an and at by for from in of on or the to with".split())


@dataclass(frozen=True)
class Case:
    """Everything that the rules know of a case. Reading is lazy and happens once a text.

    `named` are the people as somebody has listed them, name and role: they count as they are; whom the text names besides
    is known as well, so that nobody is taken for somebody else.
    """

    text: str
    named: tuple[tuple[str, str], ...] = ()

    @cached_property
    def document(self) -> Document:
        return read_document(self.text)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        found = find_people(self.document)
        return listed_people(self.named, found, self.text) if self.named else found

    @cached_property
    def cast(self) -> Cast:
        return cast_of(self.people)

    @cached_property
    def sentences(self) -> list[Attributed]:
        """The running text, then what tables say, each sentence with whom it is about."""
        return self.cast.attribute(self.document) + self.cast.attribute_texts(table_sentences(self.document))

    @cached_property
    def stances(self) -> list[Stance]:
        return find_stances(self.sentences)

    @cached_property
    def decision(self) -> Decision:
        return find_decision(self.sentences, self.document)

    @cached_property
    def organisation(self) -> str:
        return find_organisation(self.document, self.people)

    @cached_property
    def industry(self) -> str:
        return find_industry(self.document)

    @cached_property
    def reader_role(self) -> str:
        return role_of_reader(re.sub(r"\s+", " ", self.text), self.decision, self.organisation)

    @cached_property
    def protagonist(self) -> Person | None:
        """Who has to decide and so is played by the student; None if the reader has a role, or nobody is left to talk to."""
        if self.reader_role.startswith(("Adviser, asked",)) or re.search(r"\bYou are\b", self.text):
            return None
        found = find_protagonist(self.people, self.sentences, self.document)
        return found if len(self.people) > 1 else None

    @cached_property
    def title(self) -> str:
        return title_of(self.document, self.organisation)

    @property
    def matter(self) -> str:
        """What is to be decided, as a noun phrase that fits behind "the decision on"."""
        if self.decision.act:
            return f"whether to {self.decision.act}"
        if self.decision.topic:
            return self.decision.topic
        if self.organisation and self.organisation in self.title:
            return f"the way forward at {self.organisation}"
        return self.title if self.document.blocks[0].kind in ("heading", "field") else "the situation"

    def role_of(self, person: Person) -> str:
        """A role as it stands inside a sentence: with the small letter that the text gives it."""
        small = person.role[:1].lower() + person.role[1:]
        return (
            small
            if small.split()[:1] and re.search(rf"\b{re.escape(small.split()[0])}\b", self.text)
            else person.role
        )


@lru_cache(maxsize=16)
def read_case(text: str, named: tuple[tuple[str, str], ...] = ()) -> Case:
    return Case(text, named)


def cast_of(people: Sequence[Person]) -> Cast:
    return Cast(
        [person.name for person in people],
        genders={number: person.gender for number, person in enumerate(people) if person.gender},
        nicknames={number: person.nickname for number, person in enumerate(people) if person.nickname},
    )


def table_sentences(document: Document) -> list[str]:
    """The rows of tables as sentences: "Revenue: 2022 41.2; 2023 38.9." and "Anna Berg wants to wait."."""
    return [
        sentence for block in document.blocks if block.kind == "row" for sentence in _row_sentences(block)
    ]


def _row_sentences(block: Block) -> list[str]:
    if block.cells == block.header or len([cell for cell in block.cells if cell]) < 2:
        return []
    label, *values = block.cells
    spoken = [
        f"{label} {value[0].lower()}{value[1:].rstrip('.')}." for value in values if _is_predicate(value)
    ]
    headed = dict(zip(values, block.header[1:], strict=False))
    figures = [
        f"{headed.get(value, '')} {value}".strip()
        for value in values
        if value and any(letter.isdigit() for letter in value)
    ]
    return spoken or ([f"{label}: {'; '.join(figures)}."] if figures else [])


def _is_predicate(cell: str) -> bool:
    words = cell.split()
    return len(words) >= 3 and (
        is_verb_form(words[0])
        or words[0].lower() in ("wants", "fears", "hopes", "supports", "demands", "claims")
    )


def title_of(document: Document, organisation: str) -> str:
    """The first heading or subject line, else the name of the organisation, else the first words; at most 200 characters."""
    first = document.blocks[0] if document.blocks else None
    heading = first.text if first and first.kind == "heading" else ""
    telling = any(word not in COMMON_WORDS | _NO_TITLES for word in heading.lower().split())
    title = _without_label(heading if telling else document.subject)
    opening = " ".join(first.text.split()[:9]) if first else ""
    plain = title or (f"The case of {organisation}" if organisation else opening)
    return _in_title_case(plain).strip(" #*")[:200]


def _without_label(title: str) -> str:
    return re.sub(
        r"^(?:case(?: study)?|fallstudie|caso|cas)\s*(?:\d+\s*)?[:.–—-]\s*", "", title, flags=re.IGNORECASE
    )


def _in_title_case(title: str) -> str:
    """A title in capitals as one writes it otherwise."""
    if not title.isupper():
        return title
    words = title.lower().split()
    return " ".join(
        word if number and word in _SMALL else word.capitalize() for number, word in enumerate(words)
    )
