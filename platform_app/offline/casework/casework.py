"""The first answer of the analysis: the case in brief and its people (`CasePeople`)."""

from __future__ import annotations

import re

from platform_app.analysis.schema import CasePeople, PersonaDraft
from platform_app.offline.casework.case import Case
from platform_app.offline.casework.mentions import Cast
from platform_app.offline.casework.portrait import draw_portrait, weight_of
from platform_app.offline.casework.summary import state_challenge, summarise
from platform_app.offline.casework.unnamed import unnamed_people
from platform_app.offline.text.figures import has_figure

_MOST_PERSONAS, _MOST_FROM_CONTEXT = 12, 3
# A teaching note must not leak through a persona.
_TEACHING = re.compile(
    r"\b(?:students?|teaching|recommended|solution|should be|instructor|class discussion)\b", re.IGNORECASE
)


def describe_case(case: Case, *, context: str = "") -> CasePeople | None:
    """Title, summary, challenge, the student's role and the personas; None if the text holds nobody to talk to.

    `context` are texts beside the case: what they say with figures about a person becomes part of what it knows.
    """
    personas = [_with_context(persona, context) for persona in _personas(case)]
    description = summarise(case)
    if not personas or not description:
        return None
    return CasePeople(
        title=case.title,
        description=description,
        challenge=state_challenge(case) or case.title,
        industry=case.industry[:80],
        student_role=student_role(case)[:200],
        personas=personas,
    )


def _personas(case: Case) -> list[PersonaDraft]:
    others = [person for person in case.people if person != case.protagonist]
    if not others:
        return unnamed_people(case)
    weights = {person: weight_of(case, case.people.index(person)) for person in others}
    kept = sorted(others, key=lambda person: -weights[person])[:_MOST_PERSONAS]
    return [draw_portrait(case, person) for person in others if person in kept]


def _with_context(persona: PersonaDraft, context: str) -> PersonaDraft:
    sentences = (
        [sentence for sentence in Case(context).sentences if has_figure(sentence.text)] if context else []
    )
    cast = Cast([persona.name])
    facts = [
        sentence.text
        for sentence in sentences
        if cast.find(sentence.text) and not _TEACHING.search(sentence.text)
    ]
    return (
        persona.model_copy(update={"knowledge": [*persona.knowledge, *facts[:_MOST_FROM_CONTEXT]]})
        if facts
        else persona
    )


def student_role(case: Case) -> str:
    """Whom the student plays: whoever has to decide, else whom the text makes its reader, else a consultant."""
    if case.protagonist:
        role = case.role_of(case.protagonist)
        return f"{case.protagonist.name}, {role}" if role else case.protagonist.name
    if case.reader_role:
        return case.reader_role
    return (
        f"Consultant to {case.organisation}" if case.organisation else "Consultant to the people of the case"
    )
