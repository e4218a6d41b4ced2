"""With what a student can begin a conversation: honest questions about a figure of the case, the decision, a person's work.

They name nothing that the text does not hold; where it is silent about a person, they are plain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from platform_app.analysis.schema import OpeningDraft
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.portrait import sentences_about
from platform_app.offline.casework.role_words import ROLE_HEADS
from platform_app.offline.casework.views import topics_of
from platform_app.offline.text.figures import figures
from platform_app.offline.text.words import fold

_MOST, _LONGEST, _LONGEST_ROLE = 3, 200, 60
_HAS_UNIT = re.compile(r"[€$£¥₹%‰]|[^\W\d_]{3,}(?<!years)(?<!year)$")


def to_take_stock(case: Case, number: int) -> OpeningDraft:
    """For a scene that is about the facts."""
    return _draft(
        case, number, [_about_topic(case, number), _about_figure(case, number), _worry(case, number)]
    )


def to_hear_a_side(case: Case, number: int) -> OpeningDraft:
    """For a scene in which people lean different ways."""
    return _draft(case, number, [_stand(case), _about_figure(case, number), _about_work(case, number)])


def to_decide(case: Case, number: int) -> OpeningDraft:
    """For the scene in which the student has to recommend something."""
    return _draft(case, number, ["What must my recommendation not put at risk?", _worry(case, number)])


def _draft(case: Case, number: int, proposed: Sequence[str]) -> OpeningDraft:
    plain = ["What should I know before we begin?", "What matters most to you in this?"]
    fitting = [question for question in [*proposed, *plain] if question and len(question) <= _LONGEST]
    enough = max(2, min(_MOST, sum(question in proposed for question in fitting)))
    return OpeningDraft(persona=case.people[number].name, questions=fitting[:enough])


def _about_figure(case: Case, number: int) -> str:
    """About the first figure with a unit in a sentence on this person; a number alone says nothing, and years may be an age."""
    own = [sentence.text for sentence in sentences_about(case, number) if sentence.subject == number]
    found = [figure for text in own for figure in figures(text) if _HAS_UNIT.search(figure)]
    return f"What is behind the figure of {found[0]}?" if found else ""


def _about_topic(case: Case, number: int) -> str:
    topics = topics_of(case, number, limit=1)
    return f"What should I know about {topics[0]}?" if topics else ""


def _about_work(case: Case, number: int) -> str:
    role = _role(case, number)
    return f"What does it mean for your work as {role}?" if role else "What does it mean for your work?"


def _worry(case: Case, number: int) -> str:
    role = _role(case, number)
    return f"What worries you most, as {role}?" if role else "What worries you most?"


def _stand(case: Case) -> str:
    return f"Where do you stand on {decision_of(case)}?"


def decision_of(case: Case) -> str:
    """What is to be decided, as it stands behind "on" or "for"."""
    return f"the decision {case.matter}" if case.matter.startswith("whether") else case.matter


def _role(case: Case, number: int) -> str:
    """A position as it stands behind "as"; "" for what is none, such as the department in a list of recipients."""
    role = case.people[number].role
    words = role.replace(",", " ").split()
    if len(role) > _LONGEST_ROLE or not any(fold(word).lower() in ROLE_HEADS for word in words):
        return ""
    return role if words[0].isupper() else role[0].lower() + role[1:]
