"""A sentence of the case in the mouth of a persona.

"Reed fears a strike" is "I fear a strike" for Reed, "You fear a strike" if the student plays Reed, and "Tom Reed fears a strike"
for everybody else. The rule against misattribution: only what surely has a person as its grammatical subject changes person;
a pronoun that could mean somebody else makes a sentence unspeakable, and then it is not said at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from platform_app.offline.casework.mentions import Attributed, Cast
from platform_app.offline.casework.role_phrases import role_at_start
from platform_app.offline.casework.subjects import apposition_end
from platform_app.offline.roleplay.conjugation import FIRST, SECOND, Grammar, conjugated, with_pronouns
from platform_app.offline.text.grammar import AUXILIARIES, BASES, looks_like_verb
from platform_app.offline.text.words import STOPWORDS

_SINGULAR_PRONOUN = re.compile(r"\b(?:he|she|him|his|her|hers|himself|herself)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|my|me|mine|myself)\b")
_ACCORDING = re.compile(r"^According to\s+$")
_QUOTED = re.compile(r"[“\"«„][^“”\"«»„]*[”\"»“]")
_REPORTS = re.compile(
    r"^I (?:also |always |openly |therefore )?(?:(?:have |had )?(?:argued?|say|said|point(?:ed)? out|noted?|stated?|claim(?:ed)?|explain(?:ed)?|stress(?:ed)?|"
    r"report(?:ed)?|remark(?:ed)?|add(?:ed)?|complain(?:ed)?|admit(?:ted)?|repl(?:y|ied)|warn(?:ed)?|told (?:you|the \w+|everyone|[A-Z]\w+))) that (?P<clause>.+)$|"
    r"^I (?:say|said|argue|argued|claim|claimed) (?P<bare>I .+|(?:the|a|our|my) .+)$",
    re.DOTALL,
)
_CONNECTIVE = re.compile(
    r"^(?:But|And|So|Yet|However|Moreover|Still|Meanwhile|Instead|Then|Now|In fact|Also|On the other hand|By contrast),?\s+"
)
_LONGEST = 360
_A_PHRASE = 24


@dataclass(frozen=True)
class Speaker:
    """Who speaks, who listens, as numbers of the cast; `student` is None if the student plays nobody of the case."""

    cast: Cast
    me: int
    student: int | None
    writes: bool = False

    def says(self, sentence: Attributed) -> str | None:
        """The sentence as this speaker may say it, or None if it cannot be said without risk."""
        text = sentence.text.strip()
        if (
            not text
            or sentence.unresolved
            or not sentence.sure
            or text.endswith(("?", ":"))
            or len(text) > _LONGEST
        ):
            return None
        if not sentence.quotations and any(len(quoted) > _A_PHRASE for quoted in _QUOTED.findall(text)):
            return None
        if _FIRST_PERSON.search(_QUOTED.sub("", text)) and not self.writes:
            return None
        if sentence.quotations:
            return self._quoted(sentence)
        spoken = self._in_person(sentence)
        return _as_said_now(spoken) if spoken else None

    def _quoted(self, sentence: Attributed) -> str | None:
        speaker, words = sentence.quotations[0]
        plain = _closed(words.rstrip(" ,."))
        if speaker == self.me:
            return plain[:1].upper() + plain[1:]
        if speaker == self.student:
            return f"You said it yourself: “{plain}”"
        return f"{self.cast.names[speaker]} put it like this: “{plain}”"

    def _in_person(self, sentence: Attributed) -> str | None:
        if sentence.owner is not None:
            return self._owned(sentence)
        if sentence.subject == self.me:
            return self._as_subject(sentence, FIRST, self.me)
        if self.student is not None and sentence.subject == self.student:
            return self._as_subject(sentence, SECOND, self.student)
        if sentence.subject is not None:
            return self._about_other(sentence)
        return self._without_subject(sentence)

    def _as_subject(self, sentence: Attributed, grammar: Grammar, person: int) -> str | None:
        text = sentence.text
        before = text[: sentence.subject_start]
        rest = text[sentence.subject_end :]
        rest = rest[apposition_end(rest) :]
        others = [other for other in sentence.people if other != person]
        if _SINGULAR_PRONOUN.search(rest) and (others or _SINGULAR_PRONOUN.search(before)):
            return None
        spoken = conjugated(rest, grammar)
        if spoken is None:
            return None
        spoken = with_pronouns(spoken, grammar)
        name = grammar.subject if before.strip() or grammar.subject == "I" else grammar.subject.capitalize()
        return self._with_objects(f"{before}{name} {spoken}", skip=person)

    def _owned(self, sentence: Attributed) -> str | None:
        before, rest = sentence.text[: sentence.subject_start], sentence.text[sentence.subject_end :]
        if _SINGULAR_PRONOUN.search(rest):
            return None
        owner = (
            "My"
            if sentence.owner == self.me
            else "Your"
            if sentence.owner == self.student
            else f"{self.cast.names[sentence.owner or 0]}'s"
        )
        return f"{before}{owner}{rest}"

    def _about_other(self, sentence: Attributed) -> str | None:
        text, subject = sentence.text, sentence.subject
        others = [person for person in sentence.people if person != subject]
        if sentence.pronoun:
            if others:
                return None
            return f"{text[: sentence.subject_start]}{self.cast.names[subject or 0]}{text[sentence.subject_end :]}"
        if {self.me, self.student}.intersection(others) and _SINGULAR_PRONOUN.search(text):
            return None
        named = text[sentence.subject_start : sentence.subject_end]
        short = len(named.split()) == 1 or "." in named.split()[0]
        whole = self.cast.names[subject or 0] if short else named
        rest = text[sentence.subject_end :]
        apposition = rest[: apposition_end(rest)]
        rest = f" {rest[len(apposition) :]}" if re.search(r"[:–—]", apposition) else rest
        return self._with_objects(text[: sentence.subject_start] + whole + rest, skip=subject)

    def _without_subject(self, sentence: Attributed) -> str | None:
        text = sentence.text
        pronoun = _SINGULAR_PRONOUN.search(text)
        concerned = {self.me, self.student}.intersection(sentence.people)
        mentions = self.cast.find(text)
        if pronoun and (concerned or not mentions or mentions[0].start > pronoun.start()):
            return None
        return self._with_objects(text, skip=None)

    def _with_objects(self, text: str, *, skip: int | None) -> str | None:
        """Names of speaker and student that are not the subject become me, my, you and your; None where that cannot be done well."""
        for mention in reversed(self.cast.find(text)):
            grammar = (
                FIRST if mention.person == self.me else SECOND if mention.person == self.student else None
            )
            if grammar is None or mention.person == skip:
                continue
            before, after = text[: mention.start], text[mention.end :]
            if _ACCORDING.match(before) and grammar is FIRST:
                after = after.lstrip(" ,")
                text = f"By my own reckoning, {after}"
                continue
            if not _is_object(before, after, possessive=mention.possessive):
                return None
            if mention.possessive:
                text = before + grammar.possessive + re.sub(r"^['’]s?", "", after)
            else:
                text = (
                    before
                    + grammar.object
                    + after[apposition_end(after) - 1 if _has_apposition(after) else 0 :]
                )
        return text[:1].upper() + text[1:]


def _has_apposition(after: str) -> bool:
    return bool(re.match(r"\s*,[^,.;:]{1,90},|\s*\(", after)) and bool(role_at_start(after.lstrip(" ,("))[0])


def _is_object(before: str, after: str, *, possessive: bool) -> bool:
    """Whether a name stands where "me" can stand: behind a verb or preposition, without a role before it and no "and" beside it."""
    word = re.search(r"([^\W\d_]+)\s+$", before)
    if not word or re.match(r"\s+(?:and|or)\b", after) or word[1].lower() in ("and", "or"):
        return False
    plain = word[1].lower()
    governs = looks_like_verb(plain) or plain in _PREPOSITIONS
    if possessive:
        return governs or plain in STOPWORDS
    following = re.match(r"\s+([a-z]+)", after)
    return governs and not (following and (following[1] in BASES or following[1] in AUXILIARIES))


_PREPOSITIONS = frozenset(
    "to for with from by of on about against behind between at like without than around near under over".split()
)


def _as_said_now(text: str) -> str:
    """Without the reporting verb: who says "I argue that it is late" says that it is late. Without "But" at the head."""
    plain = _CONNECTIVE.sub("", text)
    reported = _REPORTS.match(plain)
    said = (reported["clause"] or reported["bare"]) if reported else plain
    return _closed(said[:1].upper() + said[1:])


def _closed(text: str) -> str:
    plain = text.strip()
    return plain if not plain or plain.endswith((".", "!", "”", '"')) else f"{plain}."


def in_own_words(clause: str, cast: Cast, me: int, *, others_allowed: bool = False) -> str | None:
    """A clause about `me` in the third person ("she will resign if …") in the first; None if a pronoun may be somebody else's."""
    mentioned = {mention.person for mention in cast.find(clause)} - {me}
    if not _SINGULAR_PRONOUN.search(clause):
        return clause
    if mentioned and not others_allowed:
        return None
    return with_pronouns(clause, FIRST)
