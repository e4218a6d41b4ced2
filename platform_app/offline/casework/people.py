"""Who is in a case: candidates by the shape of their names, judged by the evidence that they are people, and merged."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from platform_app.offline.casework.evidence import Evidence, Lines, lines_of, weigh
from platform_app.offline.casework.given_names import gender_of_name
from platform_app.offline.casework.names import Run, is_known_name, name_tokens, runs_of
from platform_app.offline.casework.roles import RoleClaim
from platform_app.offline.text.layout import Document
from platform_app.offline.text.words import fold

_ENOUGH = 4.0
_BUSINESS = re.compile(
    r"\b(?:customer|client|supplier|vendor|investor|competitor|distributor|wholesaler|retailer|lender|owner|partner|leader|producer|developer|builder|manufacturer|publisher|agent|broker|rival|operator)s?\b",
    re.I,
)
_TITLES_KEPT = {
    "dr": "Dr.",
    "prof": "Prof.",
    "professor": "Prof.",
    "sir": "Sir",
    "dame": "Dame",
    "sister": "Sister",
    "rev": "Rev.",
}


@dataclass(frozen=True)
class Person:
    """Somebody of the case. `aliases` are the folded ways in which the text may name this person, longest first."""

    name: str
    role: str
    mentions: int
    first_seen: tuple[int, int]
    tokens: tuple[str, ...]
    gender: str = ""
    nickname: str = ""

    @property
    def plain(self) -> tuple[str, ...]:
        return tuple(fold(token).lower() for token in self.tokens)

    @property
    def short(self) -> str:
        """The name as colleagues say it: the given name, or the whole if there is but one or it is an initial."""
        return self.name if len(self.tokens) == 1 or len(self.tokens[0].rstrip(".")) < 2 else self.tokens[0]


@dataclass
class _Candidate:
    """A name with all that speaks for and against it."""

    evidence: list[Evidence] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    first_seen: tuple[int, int] = (0, 0)

    def add(self, run: Run, evidence: Evidence, place: tuple[int, int]) -> None:
        if not self.runs:
            self.first_seen = place
        self.runs.append(run)
        self.evidence.append(evidence)

    @property
    def score(self) -> float:
        return weigh(self.evidence)

    @property
    def claim(self) -> RoleClaim | None:
        claims = [each.claim for each in self.evidence if each.claim]
        return min(claims, key=lambda claim: claim.rank, default=None)

    @property
    def title(self) -> str:
        titles = Counter(run.title for run in self.runs if run.title)
        return titles.most_common(1)[0][0] if titles else ""

    def absorb(self, other: _Candidate) -> None:
        self.runs += other.runs
        self.evidence += other.evidence
        self.first_seen = min(self.first_seen, other.first_seen)


def _key(run: Run) -> tuple[str, ...]:
    return tuple(fold(token).lower().rstrip(".") for token in run.tokens)


def _collect(lines: Lines) -> dict[tuple[str, ...], _Candidate]:
    found: defaultdict[tuple[str, ...], _Candidate] = defaultdict(_Candidate)
    for number, line in enumerate(lines):
        floor, runs = 0, runs_of(line.text)
        following = (
            lines[number + 1].text
            if number + 1 < len(lines) and lines[number + 1].block == line.block
            else ""
        )
        alone = sum(is_known_name(run) for run in runs) < 2
        for run in runs:
            evidence = Evidence.of(run, line, following=following, floor=floor, alone=alone)
            found[_key(run)].add(run, evidence, (number, run.start))
            floor = run.end
    return dict(found)


def _merge_nicknames(candidates: dict[tuple[str, ...], _Candidate]) -> None:
    """ "Peggy Shaw" is Margaret "Peggy" Shaw."""
    nicknames = {
        (fold(run.nickname).lower(), key[-1]): key
        for key, one in candidates.items()
        for run in one.runs
        if run.nickname and len(key) > 1
    }
    for nickname, key in nicknames.items():
        if nickname in candidates and nickname != key:
            candidates[key].absorb(candidates.pop(nickname))


def _is_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two full names name one person: equal but for middle names, initials, accents or order."""
    if len(one) < 2 or len(other) < 2:
        return False
    if set(one) == set(other):
        return True
    short, long = sorted((one, other), key=len)
    if short[-1] != long[-1] and not (short[0] == long[0] and set(short) <= set(long)):
        return False
    return short[0] == long[0] or (min(len(short[0]), len(long[0])) == 1 and short[0][0] == long[0][0])


def _merged(candidates: dict[tuple[str, ...], _Candidate]) -> dict[tuple[str, ...], _Candidate]:
    """Full names with their variants; the longest spelled-out variant is the name, its first place the earliest."""
    whole: dict[tuple[str, ...], _Candidate] = {}
    ordered = sorted(
        candidates, key=lambda key: (-sum(len(token) > 1 for token in key), -len(candidates[key].runs), key)
    )
    for key in ordered:
        twin = next((other for other in whole if _is_same(key, other)), None)
        if twin is None:
            whole[key] = candidates[key]
        else:
            whole[twin].absorb(candidates[key])
    return whole


def _without_first_word(candidates: dict[tuple[str, ...], _Candidate]) -> None:
    """ "Yesterday Maria Gomez": if the rest is known as a name and the whole is seen only as a sentence opens, it is the rest."""
    for key in [key for key in candidates if len(key) > 2]:
        rest = candidates.get(key[1:])
        if (
            rest
            and all(run.opens_sentence for run in candidates[key].runs)
            and len(rest.runs) >= len(candidates[key].runs)
        ):
            rest.absorb(candidates.pop(key))


def _singles(
    candidates: dict[tuple[str, ...], _Candidate], full: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], _Candidate]:
    """One-word names that belong to no full name and have evidence of their own: a title, or a role that stands beside them."""
    taken = {token for key in full for token in key}
    return {
        key: candidate
        for key, candidate in candidates.items()
        if len(key) == 1
        and key[0] not in taken
        and candidate.score >= _ENOUGH
        and _speaks_for_itself(candidate)
    }


def _speaks_for_itself(candidate: _Candidate) -> bool:
    role = candidate.claim is not None and candidate.claim.rank <= 3
    known = any(each.known_name for each in candidate.evidence)
    meant = any(each.gender for each in candidate.evidence)
    human = sum(each.human_verb for each in candidate.evidence)
    if candidate.title or (known and (human + meant >= 2 or len(candidate.runs) >= 3)):
        return True
    return (
        candidate.claim is not None
        and role
        and (known or ((meant or human > 0) and not _BUSINESS.search(candidate.claim.role)))
    )


def _display(candidate: _Candidate) -> tuple[str, tuple[str, ...]]:
    spelled = Counter(run.tokens for run in candidate.runs)
    tokens = max(
        sorted(spelled),
        key=lambda tokens: (sum(len(token.rstrip(".")) > 1 for token in tokens), spelled[tokens]),
    )
    title = candidate.title
    kept = _TITLES_KEPT.get(title.lower(), "")
    if len(tokens) == 1 and title:
        kept = kept or (
            title if title.lower() in {"herr", "frau", "miss", "señor", "señora"} else title.rstrip(".") + "."
        )
    return f"{kept} {' '.join(tokens)}".strip(), tokens


def _gender(candidate: _Candidate, tokens: tuple[str, ...]) -> str:
    """What the text says, by title, kinship or pronoun; else what the given name says in most languages."""
    counts = Counter(each.gender for each in candidate.evidence if each.gender)
    return counts.most_common(1)[0][0] if counts else gender_of_name(tokens)


def _with_short_mentions(
    full: dict[tuple[str, ...], _Candidate], candidates: dict[tuple[str, ...], _Candidate]
) -> None:
    """Later mentions by one name count for the person who alone bears it, family name before given name."""
    for key, candidate in candidates.items():
        if len(key) != 1:
            continue
        bearers = [name for name in full if name[-1] == key[0]] or [name for name in full if key[0] in name]
        if len(bearers) == 1:
            full[bearers[0]].absorb(candidate)


@lru_cache(maxsize=32)
def find_people(document: Document) -> tuple[Person, ...]:
    """The people of a case, in the order in which they appear; the dead, the authors and the merely quoted are left out."""
    candidates = _collect(lines_of(document))
    _without_first_word(candidates)
    _merge_nicknames(candidates)
    plausible = {
        key: one
        for key, one in candidates.items()
        if len(key) > 1 and not all(each.is_other for each in one.evidence)
    }
    merged = _merged(plausible)
    likely = {key: one for key, one in merged.items() if len(one.runs) and one.score > 0}
    _with_short_mentions(likely, candidates)
    accepted = {key: one for key, one in likely.items() if one.score >= _ENOUGH and not _is_aside(one)}
    accepted |= _singles(candidates, merged)
    ordered = sorted(accepted.values(), key=lambda candidate: candidate.first_seen)
    return tuple(_person(candidate) for candidate in ordered)


def _is_aside(candidate: _Candidate) -> bool:
    """The dead, and names that are dropped once without a role."""
    if any(each.dead for each in candidate.evidence):
        return True
    return candidate.claim is None and len(candidate.runs) == 1 and not candidate.evidence[0].human_verb


def listed_people(named: Sequence[tuple[str, str]], found: Sequence[Person], text: str) -> tuple[Person, ...]:
    """The listed people, with what the text tells about them, and the others of the text; in the order of appearance."""
    listed = [_listed(name, role, found, text) for name, role in named]
    others = [person for person in found if not any(_is_one(person, other) for other in listed)]
    return tuple(sorted([*listed, *others], key=lambda person: (person.first_seen, person.name)))


def _is_one(one: Person, other: Person) -> bool:
    return one.plain == other.plain or _is_same(one.plain, other.plain)


def _listed(name: str, role: str, found: Sequence[Person], text: str) -> Person:
    tokens = name_tokens(name) or (name,)
    bare = Person(name, role, 0, (10**6, max(0, text.find(name))), tokens, gender_of_name(tokens))
    twin = next((person for person in found if _is_one(person, bare)), None)
    return replace(twin, name=name, role=role or twin.role, tokens=tokens) if twin else bare


def _person(candidate: _Candidate) -> Person:
    name, tokens = _display(candidate)
    claim = candidate.claim
    nickname = next((run.nickname for run in candidate.runs if run.nickname), "")
    role = re.sub(r"\s+", " ", claim.role) if claim else ""
    return Person(
        name, role, len(candidate.runs), candidate.first_seen, tokens, _gender(candidate, tokens), nickname
    )
