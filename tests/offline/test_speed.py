"""The engine is quick: that is half of its use. Limits are for a loaded machine; the best of a few runs counts."""

from __future__ import annotations

import time
from collections.abc import Callable

from openai import OpenAI

from platform_app.offline.casework.case import read_case
from platform_app.offline.casework.people import find_people
from platform_app.offline.text.layout import read_document
from tests.offline.asking import RolePlay, case_text, outcomes_of, people_of, scenes_of


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def long_case(number: int) -> str:
    """Some 20,000 words: the case, then paragraph after paragraph that differ in their figures."""
    case = case_text("solera.txt")
    filler = [
        f"In region {n} the brand sold {n * 37 + number} jars in week {n % 52} while costs rose by {n % 9} per cent and the second "
        f"line of the plant stood still for {n % 7} hours because a part was missing. Tom Reed reported this to Anna Berg."
        for n in range(470)
    ]
    return case.replace("The decision\n", "\n\n".join(filler) + "\n\nThe decision\n")


def test_a_case_of_20000_words_is_analysed_in_two_seconds(sdk: OpenAI) -> None:
    text = long_case(1)
    assert len(text.split()) > 20_000

    def analyse() -> None:
        people = people_of(sdk, text)
        outcomes_of(sdk, text, scenes_of(sdk, text, people))

    for cache in (read_case, read_document, find_people):
        cache.cache_clear()
    assert seconds(analyse) < 2.0


def test_a_chat_answer_takes_less_than_30_milliseconds(sdk: OpenAI) -> None:
    play = RolePlay(sdk, case_text("harbour_clinic.md"), "Kjær")
    play.opening()
    questions = [
        "What about the debt?",
        "What do new beds cost?",
        "What do you want?",
        "Who built the model?",
    ]
    assert min(seconds(lambda question=question: play.say(question)) for question in questions) < 0.03
