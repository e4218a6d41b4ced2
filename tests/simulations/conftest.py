"""A provider that plays every part: personas say what a test gave them, goal checks judge as it wants."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from platform_app.models import Message, Scenario, Simulation, User
from platform_app.simulations import actions
from tests.loopback_openai import Call, LoopbackOpenAI, Reply

VERDICT = {
    "goal_reached": False,
    "confidence": 0.2,
    "reasoning": "You have not asked about sales.",
    "next_action": "continue",
    "hint": "",
}


class Troupe:
    """What the provider is asked and says. `answers` are used up in order; without one, the persona counts its answers."""

    def __init__(self, server: LoopbackOpenAI) -> None:
        self.answers: deque[Reply | str] = deque()
        self.verdicts: deque[Reply | dict[str, Any]] = deque()
        self._server = server
        server.take = self._take  # type: ignore[method-assign]

    @property
    def prompts(self) -> list[list[dict[str, str]]]:
        """The messages of every persona's call."""
        return [call.body["messages"] for call in self._server.calls if not _is_check(call)]

    @property
    def checks(self) -> list[list[dict[str, str]]]:
        return [call.body["messages"] for call in self._server.calls if _is_check(call)]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return self._server.bodies

    def reach_goal(self, **fields: Any) -> None:
        """The next goal check finds that all is there."""
        self.verdicts.append(
            {"goal_reached": True, "confidence": 0.9, "reasoning": "You found it.", **fields}
        )

    def _take(self, call: Call) -> Reply:
        self._server.calls.append(call)
        if _is_check(call):
            verdict = self.verdicts.popleft() if self.verdicts else {}
            return verdict if isinstance(verdict, Reply) else Reply(json.dumps({**VERDICT, **verdict}))
        answer = self.answers.popleft() if self.answers else f"That is answer {len(self.prompts)}."
        return answer if isinstance(answer, Reply) else Reply(answer)


def _is_check(call: Call) -> bool:
    return "response_format" in call.body


@pytest.fixture
def troupe(provider_server: LoopbackOpenAI) -> Troupe:
    return Troupe(provider_server)


@pytest.fixture
def simulation(student: User, published_scenario: Scenario) -> Simulation:
    """The student's simulation of the published scenario; nothing has been said."""
    return actions.start_or_resume(student, published_scenario.pk)[0]


@pytest.fixture
def said(simulation: Simulation) -> Callable[..., list[Message]]:
    """`said(text)`: the student says it, and this is what it brought; `said(text, persona=…)` to somebody."""

    def say(text: str, persona: str | None = None) -> list[Message]:
        brought = actions.say(simulation.pk, text, persona=persona).play()["messages"]
        return [Message.objects.get(pk=message["id"]) for message in brought]

    return say


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """`in_threads(act, count=8)`: what happens when so many do it at the same moment; errors are results."""

    def run(act: Callable[[], Any], count: int) -> list[Any]:
        ready = threading.Barrier(count)

        def one(_: int) -> Any:
            ready.wait()
            try:
                return act()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run
