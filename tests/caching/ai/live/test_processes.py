"""Many who ask the same in several real processes: one call, tokens for all as they come, and a successor for the dead."""

from __future__ import annotations

import json
import random
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from tests.loopback_openai import LoopbackOpenAI, Reply
from tests.programs import Program

TEXT = " ".join(f"Sentence {number} of Anna's answer is about the sale of the works." for number in range(12))
Start = Callable[..., "list[Process]"]


class Process(Program):
    """So many readers in a process of their own."""

    def __init__(self, prefix: str, provider: str, how: str, readers: int) -> None:
        super().__init__("tests.caching.ai.live.listeners", prefix, provider, how, readers)

    def seen(self) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = json.loads(self.hear())
        return seen


@pytest.fixture
def start(redis_key_prefix: str, provider_server: LoopbackOpenAI) -> Iterator[Start]:
    """`start(how, how, …, readers=n)`: a process for each, all of them ready to ask."""
    started: list[Process] = []

    def starter(*ways: str, readers: int) -> list[Process]:
        started.extend(Process(redis_key_prefix, provider_server.url, how, readers) for how in ways)
        assert [process.hear() for process in started] == ["ready"] * len(started)
        return started

    yield starter
    for process in started:
        process.kill()


def ask_all(processes: list[Process]) -> list[dict[str, Any]]:
    for process in processes:
        process.tell("ask")
    return [one for process in processes for one in process.seen()]


@pytest.mark.parametrize("ways", [("chat",) * 4, ("stream",) * 4, ("stream", "astream", "chat", "stream")])
def test_fifty_who_ask_the_same_at_once_cause_one_call(
    provider_server: LoopbackOpenAI, start: Start, ways: tuple[str, ...]
) -> None:
    provider_server.always(Reply(TEXT, pause_seconds=0.005))
    seen = ask_all(start(*ways, readers=13))
    assert {one["error"] for one in seen} == {""}
    assert {one["answer"] for one in seen} == {TEXT}
    assert {one["screen"] for one in seen} == {TEXT}
    assert len(provider_server.calls) == 1
    assert sum(one["source"] == "provider" for one in seen) >= 1


def test_followers_in_other_processes_see_the_tokens_as_they_come(
    provider_server: LoopbackOpenAI, start: Start
) -> None:
    provider_server.always(Reply(TEXT, pause_seconds=0.02))
    seen = ask_all(start("stream", "astream", readers=5))
    assert all(len(one["lengths"]) > 50 for one in seen)
    # The answer takes two seconds and more: whoever had waited for its end would be that late.
    assert max(one["first"] for one in seen) - min(one["first"] for one in seen) < 1.0


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_leader_is_replaced_and_nobody_misses_a_character(
    provider_server: LoopbackOpenAI, start: Start, seed: int
) -> None:
    dying_at = random.Random(seed).randrange(1, 60)
    provider_server.always(Reply(TEXT, pause_seconds=0.01))
    first, *others = start("stream", "stream", "astream", readers=4)
    first.tell("ask")
    provider_server.wait_for_pieces(dying_at)
    for process in others:
        process.tell("ask")
    provider_server.wait_for_pieces(dying_at + 5)
    first.process.send_signal(signal.SIGKILL)
    seen = [one for process in others for one in process.seen()]
    assert [one["error"] for one in seen] == [""] * 8
    assert {one["screen"] for one in seen} == {one["answer"] for one in seen} == {TEXT}
    assert {one["restarts"] for one in seen} == {0}
    assert all(one["lengths"] == sorted(one["lengths"]) for one in seen)
    assert len(provider_server.calls) == 2


def test_when_the_second_answer_is_another_one_it_begins_anew(
    provider_server: LoopbackOpenAI, start: Start
) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.02), Reply("No. " + TEXT, pause_seconds=0.001))
    first, other = start("stream", "stream", readers=3)
    first.tell("ask")
    provider_server.wait_for_pieces(3)
    other.tell("ask")
    provider_server.wait_for_pieces(40)
    first.process.send_signal(signal.SIGKILL)
    seen = other.seen()
    assert {one["screen"] for one in seen} == {one["answer"] for one in seen} == {"No. " + TEXT}
    assert {one["restarts"] for one in seen} == {1}


def test_a_frozen_leader_that_wakes_is_refused_and_follows(
    provider_server: LoopbackOpenAI,
    start: Start,
    redis_server: redis.Redis,
    redis_key_prefix: str,
) -> None:
    provider_server.script(Reply(TEXT, pause_seconds=0.02), Reply("No. " + TEXT, pause_seconds=0.01))
    first, other = start("stream", "stream", readers=3)
    first.tell("ask")
    provider_server.wait_for_pieces(20)
    other.tell("ask")
    provider_server.wait_for_pieces(30)
    first.process.send_signal(signal.SIGSTOP)
    woken = threading.Timer(2.5, lambda: first.process.send_signal(signal.SIGCONT))
    woken.start()
    seen = [*first.seen(), *other.seen()]
    woken.join()
    assert {one["screen"] for one in seen} == {one["answer"] for one in seen} == {"No. " + TEXT}
    (key,) = redis_server.scan_iter(f"{redis_key_prefix}ai_cache:*")
    assert b"No. Sentence" in (redis_server.get(key) or b"")
