"""Requests to an AI in the trace of the work that made them: where each answer came from, and why one was not kept."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from caching import ai_cache_service, fresh, trace
from caching.ai import AnswerPolicy, ai
from caching.ai.ledger.bill import bill_of
from caching.errors import AIError
from caching.trace import Account, accounting
from tests.caching.tracing import decided, only, traced
from tests.loopback_openai import MODEL, LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Should we sell?"}]
SECRET = "Should we sell?"


def test_a_first_question_is_absent_and_asked(provider_server: LoopbackOpenAI) -> None:
    with traced() as noted:
        ai.chat("chat", QUESTION)
    assert decided(noted, "ai_chat") == [("absent", ""), ("asked", "")]
    assert only(noted, "absent").key == only(noted, "asked").key
    assert ":chat:" in only(noted, "asked").key
    assert noted.seconds[trace.AI] > 0


def test_what_is_kept_comes_from_redis_and_then_from_this_process(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION)
    with fresh(), traced() as noted:
        ai.chat("chat", QUESTION)
        ai.chat("chat", QUESTION)
    assert [outcome for outcome, _ in decided(noted, "ai_chat")] == ["hit", "near"]


def test_what_was_invalidated_names_its_scope(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION, scopes=("scenario:3",))
    ai_cache_service.invalidate_simulation_cache(scenario_id=3)
    with traced() as noted:
        ai.chat("chat", QUESTION, scopes=("scenario:3",))
    assert decided(noted, "ai_chat")[0] == ("outdated", "ai_scenario:3")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            AnswerPolicy(no_store=True),
            [
                ("bypass", "the caller wanted a new answer"),
                ("asked", ""),
                ("unstored", "the caller did not want it kept"),
            ],
        ),
        (AnswerPolicy(refresh=True), [("bypass", "the caller wanted a new answer"), ("asked", "")]),
    ],
)
def test_who_wants_a_new_answer(
    provider_server: LoopbackOpenAI, policy: AnswerPolicy, expected: list[tuple[str, str]]
) -> None:
    ai.chat("chat", QUESTION)
    with traced() as noted:
        ai.chat("chat", QUESTION, policy=policy)
    assert decided(noted, "ai_chat") == expected


def test_why_an_answer_is_not_kept(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("Y", finish_reason="length"))
    with traced() as noted, pytest.raises(AIError):
        ai.chat("chat", QUESTION)
    outcome, why = decided(noted, "ai_chat")[-1]
    assert outcome == "unstored"
    assert "length" in why


def test_a_provider_that_fails(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(status=500))
    with traced() as noted, pytest.raises(AIError):
        ai.chat("chat", QUESTION)
    assert [outcome for outcome, _ in decided(noted, "ai_chat")] == ["absent", "failed"]


def test_who_joins_a_flight_is_told_so_and_who_leads_it_has_asked(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("Yes.", delay_seconds=0.3))
    start = threading.Barrier(3)

    def ask(_: int) -> tuple[str, ...]:
        start.wait(10)
        with fresh(), traced() as noted:
            ai.chat("chat", QUESTION)
        return tuple(outcome for outcome, _ in decided(noted, "ai_chat"))

    with ThreadPoolExecutor(3) as pool:
        seen = sorted(pool.map(ask, range(3)))
    assert seen == [("absent", "asked"), ("absent", "waited"), ("absent", "waited")]


def test_a_stream_is_traced_to_its_end(provider_server: LoopbackOpenAI) -> None:
    with traced() as noted:
        stream = ai.stream("chat", QUESTION)
        assert "asked" not in noted.outcomes
        "".join(map(str, stream))
    assert [outcome for outcome, _ in decided(noted, "ai_chat")] == ["absent", "asked"]
    assert noted.seconds[trace.AI] > 0


def test_an_async_caller_is_traced(provider_server: LoopbackOpenAI) -> None:
    async def work() -> None:
        await ai.achat("chat", QUESTION)
        async for _ in await ai.astream("chat", QUESTION):
            pass

    with fresh(), traced() as noted:
        asyncio.run(work())
    assert [outcome for outcome, _ in decided(noted, "ai_chat")] == ["absent", "asked", "hit"]


def test_embeddings_are_noted_one_by_one_when_absent_and_together_when_there(
    provider_server: LoopbackOpenAI,
) -> None:
    ai.embed("embedding", ["one", "two"])
    with traced() as noted:
        ai.embed("embedding", ["one", "two", "three"])
    assert decided(noted, "ai_embedding") == [("absent", ""), ("hit", "2 at once"), ("asked", "")]
    assert only(noted, "absent").key == only(noted, "asked").key != ""
    assert only(noted, "hit").key == ""
    assert noted.outcomes["hit"] == 2


def test_an_answer_looked_up_by_hand(provider_server: LoopbackOpenAI) -> None:
    with traced() as noted:
        ai_cache_service.get_cached_openai_response(operation="chat", input_data="x", model=MODEL)
    (outcome,) = (each.outcome for each in noted.decisions if each.kind.startswith("ai_"))
    assert outcome == "absent"


def test_no_text_stands_in_a_trace(provider_server: LoopbackOpenAI) -> None:
    with fresh(), traced() as noted:
        answer = ai.chat("chat", QUESTION).text
        ai.chat("chat", QUESTION)
        ai.embed("embedding", [SECRET])
    written = repr(noted.in_order())
    assert SECRET not in written
    assert answer not in written


def test_the_account_says_what_was_spent_and_what_was_saved(provider_server: LoopbackOpenAI) -> None:
    account = Account()
    with accounting(account), fresh():
        for _ in range(3):
            ai.chat("chat", QUESTION)
    bill = bill_of(account.answers)
    assert bill is not None
    assert (bill.asked, bill.spared) == (1, 2)
    assert (bill.spent_tokens, bill.saved_tokens) == (120, 240)
    assert account.near == 1


def test_money_is_that_of_the_price_table(provider_server: LoopbackOpenAI, settings: object) -> None:
    account = Account()
    with accounting(account):
        ai.chat("chat", QUESTION, model="gpt-5-mini")
        ai.chat("chat", QUESTION, model="gpt-5-mini")
    bill = bill_of(account.answers)
    assert bill is not None
    assert bill.spent_usd == bill.saved_usd
    assert isinstance(bill.spent_usd, Decimal)
    assert bill.spent_usd > 0


def test_a_model_without_a_price_is_no_money_and_no_zero(provider_server: LoopbackOpenAI) -> None:
    account = Account()
    with accounting(account):
        ai.chat("chat", QUESTION, model="nobody-knows")
    bill = bill_of(account.answers)
    assert bill is not None
    assert (bill.spent_usd, bill.spent_tokens) == (None, 120)


def test_who_asked_for_nothing_has_no_bill() -> None:
    assert bill_of(Account().answers) is None
