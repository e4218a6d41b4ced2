"""The door and the semantic tier: exact first, then another question of the same meaning, then the provider."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from caching import ai_cache_service
from caching.ai import ai
from caching.ai.semantic import background
from caching.models import ShadowHit
from tests.caching.patience import await_posted
from tests.loopback_openai import DIMENSIONS, LoopbackOpenAI, Reply

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = "What is the gross margin of the works?"
ALIKE = "What's the gross margin of the works?"


@pytest.fixture
def mode(
    settings: Settings, provider_server: LoopbackOpenAI, monkeypatch: pytest.MonkeyPatch
) -> Iterator[object]:
    """`mode("on")`: of the operation `glossary`. All questions have the same vector: the guards have to tell them apart."""
    monkeypatch.setattr("tests.loopback_bodies.vector", lambda text: [1.0] * DIMENSIONS)

    def switch(to: str) -> None:
        settings.CACHING = {**settings.CACHING, "AI_SEMANTIC": {"glossary": to}}

    yield switch
    assert background.drain(10)


def ask(question: str, **options: object) -> object:
    messages = [{"role": "system", "content": "Explain."}, {"role": "user", "content": question}]
    answer = ai.chat("glossary", messages, **options)
    assert background.drain(10)
    await_posted()
    return answer


def test_on_it_answers_with_the_answer_to_the_other_question(
    mode: object, provider_server: LoopbackOpenAI
) -> None:
    mode("on")  # type: ignore[operator]
    provider_server.script(Reply(), Reply("42 %."))
    ask(KEPT)
    answer = ask(ALIKE)
    assert (answer.text, answer.source, round(answer.cosine, 3)) == ("42 %.", "semantic", 1.0)  # type: ignore[attr-defined]
    assert ask(KEPT).source in ("cache", "near")  # type: ignore[attr-defined]


def test_what_the_guards_object_to_is_asked(mode: object, provider_server: LoopbackOpenAI) -> None:
    mode("on")  # type: ignore[operator]
    ask(KEPT)
    assert ask("What was the gross margin of the works in 2024?").source == "provider"  # type: ignore[attr-defined]


def test_an_invalidated_neighbour_answers_nothing(mode: object, provider_server: LoopbackOpenAI) -> None:
    mode("on")  # type: ignore[operator]
    ask(KEPT, scopes=("scenario:3",))
    assert ask(ALIKE, scopes=("scenario:4",)).source == "provider"  # type: ignore[attr-defined]
    ai_cache_service.invalidate_simulation_cache(scenario_id=3)
    assert ask(ALIKE, scopes=("scenario:3",)).source == "provider"  # type: ignore[attr-defined]


def test_in_the_shadow_it_asks_and_records_the_pair(mode: object, provider_server: LoopbackOpenAI) -> None:
    mode("shadow")  # type: ignore[operator]
    ask(KEPT)
    assert ask(ALIKE).source == "provider"  # type: ignore[attr-defined]
    pair = ShadowHit.objects.get()
    assert (pair.asked, pair.kept, pair.is_hit, pair.answered) == (ALIKE, KEPT, True, False)


def test_off_nothing_is_embedded(provider_server: LoopbackOpenAI) -> None:
    ask(KEPT)
    ask(ALIKE)
    assert {call.path for call in provider_server.calls} == {"/v1/chat/completions"}
