"""Playing the class through the platform: every student says what he has to say, and looks at what he gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from django.db import connections

from caching.ai import asking
from platform_app.models import Author, Message, Scenario, SceneProgress
from platform_app.simulations import actions
from tests.bench._classroom_provider import is_check, meaning
from tests.factories import PersonaFactory, ScenarioFactory, SceneFactory, UserFactory

CASE_CHARACTERS = 6000

Requests = list[tuple[dict[str, Any], bool]]
_requests: ContextVar[Requests] = ContextVar("requests")


@dataclass(frozen=True)
class Asked:
    """One request of the platform; turn 0 is “begin”. `was_kept`: Redis or this process had the answer."""

    parameters: dict[str, Any]
    was_kept: bool
    turn: int


@dataclass
class Record:
    """`answers` are pairs: the meaning that a student's request had, and the answer that he got for it."""

    asked: list[Asked] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        return sum(wanted not in got for wanted, got in self.answers)


def make_classroom(turns: int) -> Scenario:
    """A scenario of one scene that lasts, with one person in it and a case as long as they are."""
    paragraph = "The bakery has {n} shops in week {n}, and costs rose by {n} per cent while the second oven stood still. "
    case_text = "".join(paragraph.format(n=n) for n in range(1, 100))[:CASE_CHARACTERS]
    scenario = ScenarioFactory.create(status="published", case_text=case_text)
    scene = SceneFactory.create(scenario=scenario, turn_limit=turns + 1)
    scene.personas.set([PersonaFactory.create(scenario=scenario, name="Ingrid Solberg")])
    return scenario


def play(scenario: Scenario, questions: Sequence[Sequence[str]], *, at_once: int) -> Record:
    """The class says “begin”, then goes on turn by turn; of each turn, `at_once` students are played at the same time."""
    record = Record()
    simulations = [actions.start_or_resume(UserFactory.create(), scenario.pk)[0].pk for _ in questions]
    with patch.object(asking, "begin", _observed(asking.begin)), ThreadPoolExecutor(at_once) as pool:
        for turn, texts in enumerate([["begin"] * len(questions), *zip(*questions, strict=True)]):
            for asked, answers in pool.map(partial(_say, turn), simulations, texts):
                record.asked += asked
                record.answers += answers
    return record


def _say(turn: int, simulation_id: int, text: str) -> tuple[list[Asked], list[tuple[str, str]]]:
    requests: Requests = []
    _requests.set(requests)
    try:
        actions.say(simulation_id, text).play()
        asked = [Asked(parameters, was_kept, turn) for parameters, was_kept in requests]
        return asked, list(_answers(simulation_id, asked))
    finally:
        connections.close_all()


def _observed(begin: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The place that every question passes, told of each."""

    def observed(question: asking.Question[Any]) -> Any:
        begun = begin(question)
        _requests.get().append((dict(question.request.parameters), isinstance(begun, asking.Reply)))
        return begun

    return observed


def _answers(simulation_id: int, asked: list[Asked]) -> Iterator[tuple[str, str]]:
    """What the student was told, beside what it had to be told for."""
    spoken = (
        Message.objects.filter(simulation=simulation_id, author=Author.PERSONA).order_by("position").last()
    )
    checked = SceneProgress.objects.get(simulation=simulation_id)
    for one in asked:
        got = checked.reasoning if is_check(one.parameters) else spoken.text if spoken else ""
        yield meaning(one.parameters), got
