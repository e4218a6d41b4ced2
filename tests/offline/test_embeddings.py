"""Embeddings: vectors of length one that bring texts with common words together, the same in every process."""

import math
import os
import subprocess
import sys

import pytest

from platform_app.offline.embeddings import embed

CASH = "Erik Dahl warns that cash would fall to 3 million kroner while the bakery is built."
QUESTION = "How much cash is left while we build?"
NURSES = "Of 86 nurses, 19 have left the hospital within a year because of the rota."


def closeness(one: str, other: str) -> float:
    """The cosine, as both have length one."""
    return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))


@pytest.mark.parametrize("text", [CASH, "a", "the of and", "北京会议", "  ", "", "!?", "x" * 20_000])
def test_every_text_has_a_vector_of_length_one_even_without_words(text: str) -> None:
    vector = embed(text)

    assert len(vector) == 256
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("dimensions", [1, 16, 1536])
def test_it_has_as_many_dimensions_as_are_asked_for(dimensions: int) -> None:
    assert len(embed(CASH, dimensions)) == dimensions
    assert math.hypot(*embed(CASH, dimensions)) == pytest.approx(1, abs=1e-5)


def test_texts_with_common_words_are_closer_than_others() -> None:
    assert closeness(QUESTION, CASH) > closeness(QUESTION, NURSES) + 0.1
    assert closeness(CASH, CASH) == pytest.approx(1, abs=1e-5)


def test_forms_of_a_word_and_letter_case_hardly_matter() -> None:
    assert closeness("closing the plants", "They closed the plant") > 0.5
    assert closeness("CASH", "cash") == pytest.approx(1, abs=1e-5)


def test_words_that_every_text_has_bring_texts_together_less_than_words_that_say_something() -> None:
    assert closeness("the loan of the bank", "a bank loan") > closeness(
        "the loan of the bank", "the end of the day"
    )


def test_it_is_the_same_in_another_process() -> None:
    program = (
        "import sys; from platform_app.offline.embeddings import embed; print(list(embed(sys.stdin.read())))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        input=CASH,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        text=True,
        capture_output=True,
        check=True,
    )

    assert elsewhere.stdout.strip() == str(list(embed(CASH)))
