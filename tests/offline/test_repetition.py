"""A persona does not tell one fact twice because its card says it in slightly other words than the case."""

from __future__ import annotations

import tomllib
from itertools import combinations
from typing import Any

import pytest
from openai import OpenAI

from platform_app.offline.roleplay.addressing import without_calls
from platform_app.offline.roleplay.repetition import repeats_any
from platform_app.offline.text.sentences import split_sentences
from platform_app.prompting import block
from tests.offline.asking import MODEL, RolePlay, case_text
from tests.offline.conversations import DEMO


def converse(sdk: OpenAI, case: str, who: str, *lines: str) -> list[str]:
    """What a persona of a demo case says to the beginning and to each line."""
    data = tomllib.loads((DEMO / f"{case}.toml").read_text())
    card = next(one for one in data["personas"] if who in one["name"])
    cast = [{"name": one["name"], "role": one["role"]} for one in data["personas"]]
    blocks = [block("case_study", data["case_text"]), block("persona", card), block("cast", cast)]
    system = "\n\n".join([*blocks, block("student_role", data["student_role"])])
    messages: list[Any] = [{"role": "system", "content": system}]
    answers = []
    for asked in [block("begin", ""), *(block("student", line) for line in lines)]:
        messages.append({"role": "user", "content": asked})
        completion = sdk.chat.completions.create(model=MODEL, messages=messages)
        answers.append(completion.choices[0].message.content or "")
        messages.append({"role": "assistant", "content": answers[-1]})
    return answers


LOAVES = (
    "@Leila What exactly does Fjordmart ask for: how many loaves, at which price, and when may they leave?"
)
TALKS = [
    ("nordlys_bakery", "Leila", (LOAVES, "Tell me more about the contract.")),
    ("nordlys_bakery", "Tomasz", ("Who are you?", "What do you do all day?", "go on")),
    ("nordlys_bakery", "Tomasz", ("Tell me about yourself.", "How many bakers do you lead?")),
    ("nordlys_bakery", "Erik", ("What does the bank's covenant ask for?", "What about cash?", "Why?")),
    ("st_brigids_hospital", "Maeve", ("How many nurses have left, and why?", "Who are you?", "go on")),
    ("st_brigids_hospital", "Niamh", ("What does an agency hour cost?", "go on")),
]


@pytest.mark.parametrize(("case", "who", "lines"), TALKS)
def test_no_answer_says_one_thing_twice(sdk: OpenAI, case: str, who: str, lines: tuple[str, ...]) -> None:
    for answer in converse(sdk, case, who, *lines):
        for first, second in combinations(split_sentences(answer), 2):
            assert not repeats_any(second, [first]), answer


def test_every_point_of_a_question_is_answered(sdk: OpenAI) -> None:
    answer = converse(sdk, "nordlys_bakery", "Leila", LOAVES)[-1]
    assert "12,000 loaves a week for three years" in answer
    assert "18 per cent" in answer
    assert "3 per cent of the loaves arrive late" in answer


def test_a_figure_that_is_asked_for_is_told(sdk: OpenAI) -> None:
    """The echo of a question ("the agency hour cost") is no answer to it."""
    assert "61 euro" in converse(sdk, "st_brigids_hospital", "Niamh", "What does an agency hour cost?")[-1]


def test_who_is_called_is_not_the_subject(sdk: OpenAI) -> None:
    plain = converse(sdk, "nordlys_bakery", "Leila", LOAVES.removeprefix("@Leila "))
    assert converse(sdk, "nordlys_bakery", "Leila", LOAVES) == plain


def test_goals_are_said_in_the_first_person(sdk: OpenAI) -> None:
    answers = converse(sdk, "st_brigids_hospital", "Maeve", "Who are you?", "What do you want?", "go on")
    assert "her nurses" not in " ".join(answers)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("I lead 28 bakers.", "I lead 28 bakers and have made the sourdough myself for sixteen years."),
        (
            "The bank's covenant asks for at least 2.5 million kroner in cash.",
            "One bad winter would then be enough to break the bank's covenant, which asks for at least 2.5 million in cash.",
        ),
        (
            "Fjordmart may leave after twelve months if more than 3 per cent of the loaves arrive late.",
            "Take that together with this: Fjordmart may leave the contract after twelve months if more than 3 per cent of the loaves arrive late.",
        ),
    ],
)
def test_the_same_in_slightly_other_words_is_a_repetition(told: str, sentence: str) -> None:
    assert repeats_any(sentence, [told])
    assert repeats_any(told, [sentence])


def test_new_figures_are_no_repetition() -> None:
    told = "The chain offered a contract: 12,000 loaves a week for three years."
    assert not repeats_any(
        "The contract covers 12,000 loaves a week at a price 18 per cent below the shops.", [told]
    )
    assert not repeats_any("Yes.", ["Yes."])


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("@Leila What now?", "What now?"),
        ("@leila haddad, what now?", "what now?"),
        ("@Leila and @Erik: What now?", "What now?"),
        ("@Dr. Kwame Mensah How long?", "How long?"),
        ("@Mensah How long?", "How long?"),
        ("@all What now?", "What now?"),
        ("@Leila's figures are wrong.", "@Leila's figures are wrong."),
        ("What does @Leila say?", "What does @Leila say?"),
        ("@5pm we meet", "@5pm we meet"),
        ("@Leila", ""),
    ],
)
def test_calls_at_the_beginning_are_taken_off(typed: str, left: str) -> None:
    assert without_calls(typed, ["Leila Haddad", "Erik Dahl", "Dr. Kwame Mensah"]) == left


def test_who_is_asked_for_more_does_not_restate_one_short_view(sdk: OpenAI) -> None:
    play = RolePlay(sdk, case_text("harbour_clinic.md"), "Kjær")
    answers = play.converse(["What do you want?", "Why?", "Tell me more.", "go on"])
    assert sum("the clinic cannot borrow more" in answer for answer in answers[2:]) <= 1
