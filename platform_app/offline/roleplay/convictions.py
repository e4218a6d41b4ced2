"""What a persona stands for, in the first person: stances of the case and goals of its card, each with several ways to say it."""

from __future__ import annotations

from dataclasses import dataclass

from platform_app.offline.casework.mentions import Cast
from platform_app.offline.casework.stances import Kind, Stance
from platform_app.offline.roleplay.voice import in_own_words
from platform_app.offline.text.grammar import VERB_BASES
from platform_app.offline.text.words import concepts


@dataclass(frozen=True)
class Conviction:
    """Where the persona stands: sentences in the first person that all say it, what it is about, and whether for (+1) or against (-1)."""

    forms: tuple[str, ...]
    meanings: frozenset[str]
    sign: int


_TO_ACT = ("I want to {}.", "My aim is to {}.", "What I am after is to {}.")
_TO_HAVE = (
    "What matters to me is this: {}.",
    "I care about one thing above all: {}.",
    "My concern is this: {}.",
)
_THAT = {
    "fear": ("What worries me is that {}.", "My fear is that {}.", "I see one risk above all: {}."),
    "demand": (
        "I insist that {}.",
        "My condition is that {}.",
        "I will not move until it is settled that {}.",
    ),
    "doubt": ("I doubt that {}.", "I am not sure that {}.", "Nobody has shown me yet that {}."),
    "believe": ("I am convinced that {}.", "As I see it, {}.", "My point is that {}."),
}
_PLAIN = {
    "want": _TO_ACT,
    "expect": ("I want {}.", "What I need is {}.", "I am asking for {}."),
    "support": ("I am in favour of {}.", "I would go for {}.", "If it were up to me, it would be {}."),
    "oppose": ("I am against {}.", "I cannot support {}.", "You will not get my vote for {}."),
}


def _forms(kind: Kind, clause: str, verb: str) -> tuple[str, ...]:
    """Ways to say a stance, by the grammar of its clause: an infinitive, a noun phrase or a whole sentence."""
    last = verb.split()[-1] if verb else ""
    if kind == "fear" and last in {"about", "by", "for", "at", "of"}:
        return tuple(
            template.format(clause)
            for template in ("I worry about {}.", "What troubles me is {}.", "I keep thinking of {}.")
        )
    if kind == "oppose" and last == "to" and not verb.endswith(("opposed to", "objects to", "objected to")):
        return tuple(
            template.format(clause)
            for template in ("I do not want to {}.", "I will not {}.", "Nobody can ask me to {}.")
        )
    return tuple(template.format(clause) for template in _THAT.get(kind) or _PLAIN[kind])


_GOAL_VERBS = frozenset(
    """ensure make secure protect preserve maximise maximize minimise minimize achieve deliver prove avoid prevent stop reach settle
    build win keep grow become find restore strengthen lower raise free modernise modernize stabilise stabilize close open save hold have""".split()
)


def conviction_of(stance: Stance, cast: Cast, me: int) -> Conviction | None:
    """A stance of `me` as a conviction; None if its clause cannot be said in the first person without risk."""
    clause = in_own_words(stance.clause, cast, me)
    if (
        clause is None
        or "calculat" in stance.verb
        or any(mention.person == me for mention in cast.find(clause))
    ):
        return None
    return Conviction(_forms(stance.kind, clause, stance.verb), concepts(clause), _SIGNS.get(stance.kind, 0))


def as_conviction(stance: Stance) -> Conviction:
    """Somebody else's stance, for comparing; it has no words of its own."""
    return Conviction((stance.clause,), concepts(stance.clause), _SIGNS.get(stance.kind, 0))


def goal_conviction(goal: str) -> Conviction:
    """A goal as somebody wrote it on the persona's card."""
    text = goal.strip().rstrip(".")
    first = text.split()[0].lower()
    small = text[:1].lower() + text[1:]
    acts = first in VERB_BASES or first in _GOAL_VERBS
    negative = first in ("prevent", "avoid", "stop", "block", "resist")
    forms = tuple(template.format(small) for template in (_TO_ACT if acts else _TO_HAVE))
    return Conviction(forms, concepts(text), -1 if negative else 1 if acts else 0)


# Fears and doubts are about consequences: whether a proposal goes their way cannot be told by its words.
_SIGNS = {"want": 1, "demand": 1, "expect": 1, "support": 1, "oppose": -1}
