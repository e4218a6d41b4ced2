"""The opening questions of a scene: what a student can say first to somebody who is in it.

They are said as they stand, each to its person, so they are one line and call nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from platform_app.errors import FieldError, InvalidInput
from platform_app.models import OpeningQuestion, Scene
from platform_app.scenarios.editing import ATTENTION, checked_lines
from platform_app.scenarios.fields import MOST_OPENINGS, OPENING_LENGTH

OPENINGS = "opening_questions"
TOO_MANY = f"A person can have at most {MOST_OPENINGS} opening questions in a scene."
CALLS_SOMEBODY = "An opening question is said to the person it belongs to: it cannot call anybody with an @."
NOBODY_HERE = "Opening questions are for people who are in the scene."


def opening_faults(attr: str, texts: Sequence[str]) -> list[FieldError]:
    """The faults of one person's questions."""
    errors = checked_lines(attr, texts, longest=OPENING_LENGTH)
    if len(texts) > MOST_OPENINGS:
        errors.append(FieldError(attr, "max_length", TOO_MANY))
    if any("@" in text for text in texts):
        errors.append(FieldError(attr, "mention", CALLS_SOMEBODY))
    return errors


def set_opening_questions(scene: Scene, wanted: Mapping[int, Sequence[str]]) -> None:
    """Replaces all questions of the scene by these, given by the id of the persona. The scene is locked, its people are set.
    Raises InvalidInput for people who are not in it.
    """
    present = set(scene.personas.values_list("pk", flat=True))
    if not wanted.keys() <= present:
        raise InvalidInput(ATTENTION, errors=[FieldError(OPENINGS, "not_present", NOBODY_HERE)])
    if errors := [fault for texts in wanted.values() for fault in opening_faults(OPENINGS, texts)]:
        raise InvalidInput(ATTENTION, errors=errors)
    scene.opening_questions.all().delete()
    asked = ((persona, text) for persona, texts in wanted.items() for text in _distinct(texts))
    OpeningQuestion.objects.bulk_create(
        OpeningQuestion(scene=scene, persona_id=persona, position=position, text=text)
        for position, (persona, text) in enumerate(asked, start=1)
    )


def drop_questions_to_the_absent(scene: Scene) -> None:
    """After somebody has left the scene."""
    present = scene.personas.values_list("pk", flat=True)
    scene.opening_questions.exclude(persona__in=list(present)).delete()


def by_persona(questions: Iterable[OpeningQuestion]) -> dict[int, list[str]]:
    """The texts of each person, in order."""
    texts: dict[int, list[str]] = {}
    for question in questions:
        texts.setdefault(question.persona_id, []).append(question.text)
    return texts


def usable_questions(drafted: Sequence[str]) -> list[str]:
    """Of what somebody drafted, what can be kept. A question is left out rather than cut: half of one is none."""
    usable = [text for text in _distinct(drafted) if text and not opening_faults("", [text])]
    return usable[:MOST_OPENINGS]


def _distinct(texts: Sequence[str]) -> Iterator[str]:
    # White space would be lost on the way into the conversation, and the answer would not be found.
    yield from dict.fromkeys(" ".join(text.replace("\0", "").split()) for text in texts)
