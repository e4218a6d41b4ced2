"""The totals of this process under the names that OpenTelemetry's conventions for generative AI give them (v0.1.0).

Tokens and durations are those of requests to the provider, as the conventions want it. What the cache did has no name in
them: those metrics are ours, `ai_cache.…`, and have the same attributes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from caching.ai.ledger import book
from caching.ai.ledger.accounts import ASKED, SPARED, Outcome
from caching.ai.ledger.book import Cell
from caching.ai.provider import ai_provider

OPERATIONS: Mapping[str, str] = {
    "chat": "chat",
    "response": "chat",
    "embedding": "embeddings",
    "image": "generate_content",
}
"""Kind of a request to `gen_ai.operation.name`."""
OUTPUT_MODALITIES: Mapping[str, str] = {"image": "image"}


class Metric(NamedTuple):
    """`value` has only grown since the process began. A name that ends in `.count` or `.sum` is that of a histogram whose
    buckets nobody counts."""

    name: str
    attributes: dict[str, str]
    value: float


class _Series(NamedTuple):
    kind: str
    model: str
    outcome: Outcome


def of_this_process() -> Iterator[Metric]:
    """For each kind of request, model and outcome; scenarios would be too many series."""
    provider = ai_provider().name
    series: defaultdict[_Series, Cell] = defaultdict(Cell)
    for key, cell in book.postings().items():
        of = _Series(key.kind, key.model, key.outcome)
        series[of] = series[of].plus(cell)
    for of, cell in sorted(_asked(series).items()):
        yield from _tokens(of, cell, _attributes(of, provider))
        yield from _durations(of, cell, _attributes(of, provider))
    for of, cell in sorted(series.items()):
        yield from _cached(of, cell, _attributes(of, provider))


def _asked(series: Mapping[_Series, Cell]) -> dict[_Series, Cell]:
    """Those that were asked and answered are one series, kept or not; those that failed are one with an error."""
    asked: defaultdict[_Series, Cell] = defaultdict(Cell)
    for of, cell in series.items():
        if of.outcome in ASKED:
            together = of if of.outcome is Outcome.FAILED else of._replace(outcome=Outcome.FRESH)
            asked[together] = asked[together].plus(cell)
    return asked


def _attributes(of: _Series, provider: str) -> dict[str, str]:
    return {
        "gen_ai.operation.name": OPERATIONS.get(of.kind, of.kind),
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": of.model,
    }


def _tokens(of: _Series, cell: Cell, attributes: dict[str, str]) -> Iterator[Metric]:
    if of.outcome is Outcome.FAILED:
        return
    usage = "gen_ai.client.inference.usage"
    text = attributes | {"gen_ai.token.modality": "text"}
    output = attributes | {"gen_ai.token.modality": OUTPUT_MODALITIES.get(of.kind, "text")}
    yield Metric(f"{usage}.input_tokens", text, cell.input_tokens)
    yield Metric(f"{usage}.cache_read.input_tokens", text, cell.cached_input_tokens)
    yield Metric(f"{usage}.output_tokens", output, cell.output_tokens)


def _durations(of: _Series, cell: Cell, attributes: dict[str, str]) -> Iterator[Metric]:
    if of.outcome is Outcome.FAILED:
        attributes |= {"error.type": "_OTHER"}
    yield Metric("gen_ai.client.inference.duration.count", attributes, cell.requests)
    yield Metric("gen_ai.client.inference.duration.sum", attributes, cell.milliseconds / 1000)


def _cached(of: _Series, cell: Cell, attributes: dict[str, str]) -> Iterator[Metric]:
    yield Metric("ai_cache.requests", attributes | {"ai_cache.outcome": str(of.outcome)}, cell.requests)
    if of.outcome in SPARED:
        saved = attributes | {"ai_cache.outcome": str(of.outcome)}
        yield Metric("ai_cache.saved.input_tokens", saved, cell.input_tokens)
        yield Metric("ai_cache.saved.output_tokens", saved, cell.output_tokens)
