"""What of a case that is too long to be given whole a persona gets to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from platform_app.models import Message, Persona, Scenario, Simulation
from platform_app.prompting import blocks
from platform_app.retrieval.selectors import CASE_CHARACTERS
from platform_app.simulations import actions
from tests.loopback_openai import Call, LoopbackOpenAI, Reply
from tests.simulations.conftest import Troupe

pytestmark = pytest.mark.django_db(transaction=True)
Said = Callable[..., list[Message]]


@pytest.fixture
def long_case(published_scenario: Scenario) -> Scenario:
    """450 paragraphs, of which two have to do with the chief financial officer."""
    paragraphs = [
        f"Paragraph {n} is about the weather in Bergen, which hardly ever changes." for n in range(450)
    ]
    paragraphs[400] = "Ingrid Solberg keeps the reserve of 4 million in the bank."
    paragraphs[100] = "The reserve was built up by Solberg in ten years of keeping the books."
    published_scenario.case_text = "\n\n".join(paragraphs)
    published_scenario.save()
    return published_scenario


class Describing:
    """How often vectors were asked for; `fails` makes the provider refuse."""

    def __init__(self, server: LoopbackOpenAI) -> None:
        self.count, self.fails, self._others = 0, False, server.take
        server.take = self._take  # type: ignore[method-assign]

    def _take(self, call: Call) -> Reply:
        if not call.path.endswith("/embeddings"):
            return self._others(call)
        self.count += 1
        return Reply(status=404 if self.fails else 200)


@pytest.fixture
def describing(troupe: Troupe, provider_server: LoopbackOpenAI) -> Describing:
    return Describing(provider_server)


def case_in(prompt: list[dict[str, str]]) -> str:
    return blocks(prompt[0]["content"])["case_study"]


@pytest.mark.usefixtures("long_case")
def test_a_persona_reads_what_has_to_do_with_it(said: Said, troupe: Troupe, describing: Describing) -> None:
    said("begin")
    case = case_in(troupe.prompts[0])
    assert len(case) <= CASE_CHARACTERS
    assert case.startswith("Paragraph 0 ")
    assert case.index("built up by Solberg") < case.index("Ingrid Solberg keeps")


@pytest.mark.usefixtures("long_case")
def test_the_passages_stay_whatever_the_student_says_and_are_looked_for_once(
    said: Said, troupe: Troupe, describing: Describing
) -> None:
    for text in ("begin", "What about paragraph 77?", "And the reserve?"):
        said(text)
    assert len({case_in(prompt) for prompt in troupe.prompts}) == 1
    assert describing.count == 1


@pytest.mark.usefixtures("long_case")
def test_another_persona_and_another_scene_look_for_passages_of_their_own(
    said: Said, troupe: Troupe, describing: Describing, simulation: Simulation
) -> None:
    said("begin")
    said("@Jonas, what do you say?")
    assert describing.count == 2
    actions.submit_scene(simulation.pk).play()
    said("begin")
    assert describing.count == 3


def test_an_edit_of_the_persona_is_seen_at_once(
    said: Said, troupe: Troupe, describing: Describing, long_case: Scenario
) -> None:
    said("begin")
    ingrid = Persona.objects.get(scenario=long_case, name="Ingrid Solberg")
    ingrid.knowledge = ["Something about paragraph 333."]
    ingrid.save()
    said("Well?")
    assert describing.count == 2


@pytest.mark.usefixtures("long_case")
def test_a_provider_without_vectors_answers_all_the_same_and_its_prompt_stays(
    said: Said, troupe: Troupe, describing: Describing
) -> None:
    describing.fails = True
    said("begin")
    describing.fails = False
    answer = said("And the reserve?")[-1]
    first, second = troupe.prompts
    assert answer.text == "That is answer 2."
    assert "Ingrid Solberg keeps" in case_in(first)
    assert second[: len(first)] == first
    assert describing.count == 1
