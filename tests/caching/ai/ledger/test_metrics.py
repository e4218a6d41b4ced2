"""The totals of this process under the names of OpenTelemetry's conventions."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from caching.ai import ledger
from caching.ai.ledger import book, metrics
from caching.ai.ledger.accounts import Outcome
from caching.ai.usage import Usage

Post = Callable[..., None]

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "offline",
    "gen_ai.request.model": "gpt-5-mini",
}


def value(name: str, **more: str) -> float:
    wanted = {key.replace("__", "."): text for key, text in more.items()}
    found = [
        metric
        for metric in metrics.of_this_process()
        if metric.name == name and wanted.items() <= metric.attributes.items()
    ]
    assert len(found) == 1, found
    return found[0].value


def test_tokens_are_those_that_the_provider_counted(post: Post) -> None:
    post(Outcome.FRESH)
    post(Outcome.UNKEPT)
    post(Outcome.HIT, times=5)
    assert value("gen_ai.client.inference.usage.input_tokens") == 2000
    assert value("gen_ai.client.inference.usage.cache_read.input_tokens") == 800
    assert value("gen_ai.client.inference.usage.output_tokens") == 400


def test_their_attributes(post: Post) -> None:
    post(Outcome.FRESH)
    (metric,) = (m for m in metrics.of_this_process() if m.name.endswith("usage.output_tokens"))
    assert metric.attributes == CHAT | {"gen_ai.token.modality": "text"}


@pytest.mark.parametrize(
    ("kind", "operation", "modality"),
    [
        ("embedding", "embeddings", "text"),
        ("image", "generate_content", "image"),
        ("response", "chat", "text"),
    ],
)
def test_kinds_of_requests(kind: str, operation: str, modality: str) -> None:
    ledger.record("x", kind, "some-model", (), Outcome.FRESH, Usage(1, 2))
    (metric,) = (m for m in metrics.of_this_process() if m.name.endswith("usage.output_tokens"))
    assert metric.attributes["gen_ai.operation.name"] == operation
    assert metric.attributes["gen_ai.token.modality"] == modality


def test_durations_and_failures_are_counted() -> None:
    ledger.record("x", "chat", "gpt-5-mini", (), Outcome.FRESH, Usage(1, 1), seconds=1.5)
    ledger.record("x", "chat", "gpt-5-mini", (), Outcome.UNKEPT, Usage(1, 1), seconds=0.5)
    ledger.record("x", "chat", "gpt-5-mini", (), Outcome.FAILED, seconds=30)
    durations = [
        m for m in metrics.of_this_process() if m.name.startswith("gen_ai.client.inference.duration")
    ]
    assert {(m.name.rpartition(".")[2], m.attributes.get("error.type")): m.value for m in durations} == {
        ("count", None): 2,
        ("sum", None): 2,
        ("count", "_OTHER"): 1,
        ("sum", "_OTHER"): 30,
    }


def test_what_the_cache_saved(post: Post) -> None:
    post(Outcome.HIT, times=2)
    post(Outcome.NEAR)
    assert value("ai_cache.requests", ai_cache__outcome="hit") == 2
    assert value("ai_cache.saved.input_tokens", ai_cache__outcome="hit") == 2000
    assert value("ai_cache.saved.output_tokens", ai_cache__outcome="near") == 200


def test_they_only_grow(post: Post, clock: Callable[[datetime], None]) -> None:
    for day in range(1, 6):
        clock(datetime(2026, 3, day, tzinfo=UTC))
        post(Outcome.HIT)
        ledger.flush()
        assert value("ai_cache.requests") == day
    assert len(book.postings()) < 5
