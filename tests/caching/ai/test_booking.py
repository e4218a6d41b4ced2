"""Each request is in the ledger once, as what it was, with what it took."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from caching import fresh
from caching.ai import AnswerPolicy, ai
from caching.errors import AIError
from tests.caching.ai.ledger.posted import postings
from tests.caching.patience import wait_until
from tests.loopback_openai import DIMENSIONS, MODEL, LoopbackOpenAI, Reply

QUESTION = [{"role": "user", "content": "Should we sell?"}]
SCOPES = ("scenario:3", "persona:1")


def booked() -> dict[str, int]:
    counted: Counter[str] = Counter()
    for key, cell in postings().items():
        counted[key.outcome] += cell.requests
    return dict(counted)


def tokens() -> dict[str, tuple[int, int, int]]:
    return {
        key.outcome: (cell.input_tokens, cell.cached_input_tokens, cell.output_tokens)
        for key, cell in postings().items()
    }


def test_a_fresh_answer_and_a_hit(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION, scopes=SCOPES)
    ai.chat("chat", QUESTION, scopes=SCOPES)
    assert booked() == {"fresh": 1, "hit": 1}
    assert tokens() == {"fresh": (100, 64, 20), "hit": (100, 64, 20)}
    assert {(key.operation, key.kind, key.model, key.scenario) for key in postings()} == {
        ("chat", "chat", MODEL, "3")
    }


def test_a_near_hit(provider_server: LoopbackOpenAI) -> None:
    with fresh():
        for _ in range(3):
            ai.chat("chat", QUESTION)
    assert booked() == {"fresh": 1, "hit": 1, "near": 1}


def test_many_who_ask_at_once(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("Yes.", delay_seconds=0.3))
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait(10)
        return ai.chat("chat", QUESTION).source

    with ThreadPoolExecutor(8) as pool:
        sources = Counter(pool.map(ask, range(8)))
    assert sources == {"provider": 1, "shared": 7}
    assert booked() == {"fresh": 1, "joined": 7}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [(Reply("Y", finish_reason="length"), "unkept"), (Reply(), "unkept"), (Reply(status=500), "failed")],
)
def test_an_answer_that_nobody_can_use(provider_server: LoopbackOpenAI, reply: Reply, outcome: str) -> None:
    provider_server.script(reply)
    with pytest.raises(AIError):
        ai.chat("chat", QUESTION)
    assert booked() == {outcome: 1}


def test_one_that_is_not_to_be_kept(provider_server: LoopbackOpenAI) -> None:
    ai.chat("chat", QUESTION, policy=AnswerPolicy(no_store=True))
    assert booked() == {"unkept": 1}


def test_a_stream_whose_reader_leaves_is_paid_for(provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply("One two three four.", pause_seconds=0.02))
    stream = ai.stream("chat", QUESTION)
    next(stream)
    stream.close()
    wait_until(lambda: booked() == {"fresh": 1}, seconds=10)
    assert tokens() == {"fresh": (100, 64, 20)}


def test_embeddings_are_booked_one_by_one_with_their_share_of_the_tokens(
    provider_server: LoopbackOpenAI,
) -> None:
    ai.embed("case_passage", ["four", "eight ch"])
    ai.embed("case_passage", ["eight ch", "new."])
    assert booked() == {"fresh": 3, "hit": 1}
    assert tokens()["fresh"][0] == 8 + 8
    assert tokens()["hit"][0] == round(8 * 8 / 12)
    assert DIMENSIONS == 1536


def test_embeddings_that_did_not_come_are_booked_as_failed(provider_server: LoopbackOpenAI) -> None:
    ai.embed("case_passage", ["known"])
    provider_server.script(Reply(status=500))
    with pytest.raises(AIError):
        ai.embed("case_passage", ["known", "one", "two"])
    assert booked() == {"fresh": 1, "hit": 1, "failed": 2}


def test_pictures_are_counted(provider_server: LoopbackOpenAI) -> None:
    ai.image("image", "A harbour.")
    ai.image("image", "A harbour.")
    pictures: dict[Any, int] = {key.outcome: cell.pictures for key, cell in postings().items()}
    assert pictures == {"fresh": 1, "hit": 1}
