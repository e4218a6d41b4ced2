"""People whom a case gives no name: "the plant manager" is somebody to talk to, if nobody has a name."""

from __future__ import annotations

import re
from collections import Counter

from platform_app.analysis.schema import PersonaDraft
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.role_phrases import role_at_start
from platform_app.offline.casework.traits import describe_style, judge_traits
from platform_app.offline.text.figures import has_figure

_ROLE = re.compile(r"\b(?:[Tt]he|[Ii]ts|[Aa]n?|[Tt]heir)\s+(?=[a-z])")
_GENERIC = frozenset(
    "customer client member student supplier vendor owner patient lead leader resident retailer producer head agent partner".split()
)
_MOST = 5


def _roles(case: Case) -> Counter[str]:
    counts: Counter[str] = Counter()
    for sentence in case.sentences:
        for match in _ROLE.finditer(sentence.text):
            role, _ = role_at_start(sentence.text[match.start() : match.start() + 80])
            short = re.split(r"\s+(?:of|for|at|in|on|to|with)\s", role)[0]
            if short and short.lower() not in _GENERIC and len(short.split()) <= 4:
                counts[short] += 1
    return counts


def unnamed_people(case: Case) -> list[PersonaDraft]:
    """Up to five roles that the text mentions, as personas named by their role; empty if it mentions none."""
    return [_portrait(case, role) for role, _ in _roles(case).most_common(_MOST)]


def _portrait(case: Case, role: str) -> PersonaDraft:
    about = [sentence.text for sentence in case.sentences if role.lower() in sentence.text.lower()]
    facts = [
        sentence.text for sentence in case.sentences if has_figure(sentence.text) and not sentence.unresolved
    ][:6]
    traits = judge_traits(role, about)
    return PersonaDraft(
        name=f"The {role[:1].lower()}{role[1:]}" if not role.isupper() else f"The {role}",
        role=role,
        background=" ".join(about[:3]),
        goals=[f"Have the view of the {role.lower()} heard on {case.matter}"],
        knowledge=list(dict.fromkeys([*about[:3], *facts])),
        communication_style=describe_style(traits, ""),
        traits=traits,
    )
