"""A small class on the platform: everybody gets the answer to what was asked, and the provider is asked once for each."""

from __future__ import annotations

import pytest

from tests.bench import _classroom_ways as ways
from tests.bench._classroom_play import Record, make_classroom, play
from tests.bench._classroom_provider import AnsweringProvider, Bill
from tests.bench._classroom_questions import questions_of
from tests.bench._classroom_tiers import EXACT, Tier, ask
from tests.loopback_openai import LoopbackOpenAI

STUDENTS, TURNS = 5, 3
# The opening, and for each turn the person's answer and the check of the goal.
REQUESTS = STUDENTS * (1 + 2 * TURNS)

pytestmark = pytest.mark.django_db(transaction=True)


def played(server: LoopbackOpenAI, *, suggested: float, at_once: int) -> tuple[Record, Bill]:
    provider = AnsweringProvider(server)
    questions = questions_of(STUDENTS, TURNS, suggested=suggested)
    return play(make_classroom(TURNS), questions, at_once=at_once), provider.bill


@pytest.mark.parametrize("suggested", [0.3, 1.0])
def test_nobody_gets_an_answer_that_was_made_for_another_meaning(
    provider_server: LoopbackOpenAI, suggested: float
) -> None:
    record, _ = played(provider_server, suggested=suggested, at_once=1)
    assert (len(record.answers), record.wrong) == (REQUESTS, 0)


def test_the_provider_is_asked_once_for_each_meaning(provider_server: LoopbackOpenAI) -> None:
    record, bill = played(provider_server, suggested=1.0, at_once=1)
    assert bill == ways.bill_of(record.asked, key=ways.whole)
    assert bill.calls == len({ways.whole(one) for one in record.asked}) < REQUESTS


def test_the_same_calls_when_students_speak_at_the_same_time(provider_server: LoopbackOpenAI) -> None:
    record, bill = played(provider_server, suggested=1.0, at_once=STUDENTS)
    assert bill.calls == len({ways.whole(one) for one in record.asked})
    assert record.wrong == 0


def test_keys_without_the_history_would_give_answers_of_other_conversations(
    provider_server: LoopbackOpenAI,
) -> None:
    """So the measure of wrong answers is one: it does not say 0 of everything."""
    record, _ = played(provider_server, suggested=1.0, at_once=1)
    assert ways.made_for_another(record.asked, key=ways.whole) == 0
    assert ways.made_for_another(record.asked, key=lambda one: one.turn) > 0


def test_questions_are_the_same_for_the_same_seed() -> None:
    assert questions_of(4, 3, suggested=0.3) == questions_of(4, 3, suggested=0.3)
    assert questions_of(4, 3, suggested=0.3, seed=2) != questions_of(4, 3, suggested=0.3)


def test_the_exact_tier_answers_no_question_with_the_answer_to_another() -> None:
    texts = [text for student in questions_of(30, 10, suggested=0.3) for text in student]
    exact = ask(texts, EXACT)
    assert exact.hits == len(texts) - len(set(texts))
    assert exact.wrong == 0


def test_the_guards_keep_the_semantic_tier_from_wrong_answers_that_its_vectors_would_give() -> None:
    texts = [text for student in questions_of(30, 10, suggested=1.0) for text in student]
    alone, guarded = (ask(texts, Tier("", 0.8, has_guards=has_guards)) for has_guards in (False, True))
    assert alone.wrong > 0
    assert guarded.wrong == 0
