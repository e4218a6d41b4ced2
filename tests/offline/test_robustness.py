"""Whatever is uploaded or said, the engine answers."""

from __future__ import annotations

import random

import pytest
from openai import OpenAI

from platform_app.offline.casework.case import Case
from platform_app.offline.casework.casework import describe_case
from platform_app.offline.casework.outcomes import propose_outcomes
from platform_app.offline.casework.scenes import propose_scenes
from tests.offline.asking import CASES, RolePlay, case_text

LENGTH = 30_000
PIECES = [
    "\n",
    "\n\n",
    " ",
    "|",
    '"',
    "“",
    "”",
    ",",
    ".",
    "(",
    ")",
    ":",
    "Dr. ",
    " and ",
    "\x00",
    "é",
    "中",
    "*",
    "#",
    "- ",
    "He ",
    "'s",
    "\t",
    "🙂",
    "€",
]


def analyse(text: str) -> None:
    """The three steps of an analysis, as far as the text lets them come."""
    draft = describe_case(Case(text))
    if draft is None:
        return
    named = tuple((persona.name, persona.role) for persona in draft.personas)
    case = Case(text, named)
    scenes = propose_scenes(case, named, draft.student_role)
    assert scenes is not None
    assert propose_outcomes(case, [scene.title for scene in scenes.scenes]) is not None


@pytest.mark.parametrize(
    "piece",
    ["A", "Aa ", "“", '"a ', "[", "*a ", "**a ", ". ", "\n", "| ", "a\t", "# A\n", "aa-\n", "Anna Berg, ", "Anna: ", "(Anna ",
     "the chief of the chief ", "Mr. ", '"Yes," said Anna. ', "Anna's ", "中", "ا ", "🙂", "e\u0301", "ANNA BERG ", ",", "By Aa "],
)  # fmt: skip
def test_a_text_of_one_piece_repeated_is_read(piece: str) -> None:
    """A pattern that backtracks without end would not come back from these."""
    analyse(piece * (LENGTH // len(piece)))


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_damaged_case_is_still_read(name: str) -> None:
    chance = random.Random(name)
    for _ in range(12):
        letters = list(case_text(name))
        for _ in range(chance.randint(1, 50)):
            place = chance.randrange(len(letters))
            if chance.random() < 0.5:
                letters[place : place + chance.randint(1, 40)] = []
            else:
                letters[place:place] = chance.choice(PIECES)
        analyse("".join(letters))


@pytest.mark.parametrize(
    "words",
    [
        "\x00",
        "<b>bold</b>",
        "</student>",
        "{}",
        "a" * 10_000,
        "? ? ?",
        "“",
        "@Anna hello",
        "1",
        "%s %d {name}",
        "\n\n",
        "ñ" * 500,
        "🙂 🙂 🙂 what?",
    ],
)
def test_whatever_is_said_is_answered(words: str, sdk: OpenAI) -> None:
    assert RolePlay(sdk, case_text("solera.txt"), "Berg").say(words).strip()


def test_a_long_conversation_never_falls_silent_and_never_repeats_itself(sdk: OpenAI) -> None:
    play = RolePlay(sdk, case_text("danang.txt"), "Tanaka")
    lines = [
        "What do you think?",
        "Why?",
        "ok",
        "tell me more",
        "I think we should automate.",
        "hi",
        "What about quality?",
    ]
    answers = play.converse([lines[number % len(lines)] for number in range(30)])
    assert all(answer.strip() for answer in answers)
    assert len(set(answers)) == len(answers)
