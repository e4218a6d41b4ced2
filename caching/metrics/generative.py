"""Requests to an AI: what was asked of the provider, under the names of OpenTelemetry's conventions for generative AI (v0.1.0),
and what the cache did, which has no name there.

Money is computed from the tokens at each scrape, so a corrected price corrects the past; if it falls, the counter does once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import Metric

from caching.ai.ledger import prices
from caching.ai.ledger.accounts import Counts, Outcome
from caching.ai.ledger.totals import Asked, Sums
from caching.ai.provider import ai_provider
from caching.metrics import histograms, names
from caching.metrics.cached import OTHER
from caching.metrics.reading import Facts
from caching.stats.numbers import Histogram, Numbers, Timed

MOST_SERIES = 200
"""Operations with models that have series of their own."""
OPERATIONS: Mapping[str, str] = {
    "chat": "chat",
    "response": "chat",
    "embedding": "embeddings",
    "image": "generate_content",
    "images": "generate_content",
}
"""Kind of a request to `gen_ai.operation.name`."""
PICTURES = frozenset({"image", "images"})

Labels = tuple[str, str]
"""Operation and model."""


def families(facts: Facts) -> Iterator[Metric]:
    asked = bounded(facts.ai)
    yield from _tokens(asked)
    yield from _durations(facts.totals)
    by_labels: defaultdict[Labels, Sums] = defaultdict(Sums)
    for of, sums in asked.items():
        by_labels[of.operation, of.model] += sums
    yield from _cached(by_labels)
    yield from _money(by_labels)


def bounded(asked: Mapping[Asked, Sums]) -> dict[Asked, Sums]:
    """By name, as the kinds are."""
    ordered = sorted(asked)
    shown = {of: asked[of] for of in ordered[:MOST_SERIES]}
    for of in ordered[MOST_SERIES:]:
        other = Asked(OTHER, of.kind, OTHER)
        shown[other] = shown.get(other, Sums()) + asked[of]
    return shown


def _tokens(asked: Mapping[Asked, Sums]) -> Iterator[Metric]:
    """Those that the provider counted. Operations in the sense of the conventions are the kinds of requests."""
    provider = ai_provider().name
    together: defaultdict[tuple[str, str, str], Counts] = defaultdict(Counts)
    for of, sums in asked.items():
        modality = "image" if of.kind in PICTURES else "text"
        together[OPERATIONS.get(of.kind, of.kind), of.model, modality] += sums.counts
    given = names.INPUT_TOKENS.family()
    cached = names.CACHED_INPUT_TOKENS.family()
    output = names.OUTPUT_TOKENS.family()
    for (operation, model, modality), counts in sorted(together.items()):
        labels = (operation, provider, model)
        given.add_metric((*labels, "text"), counts.spent_input_tokens)
        cached.add_metric((*labels, "text"), counts.spent_cached_input_tokens)
        output.add_metric((*labels, modality), counts.spent_output_tokens)
    yield from (given, cached, output)


def _durations(totals: Mapping[str, Numbers]) -> Iterator[Metric]:
    timed: defaultdict[str, list[Histogram]] = defaultdict(list)
    for of, operation in OPERATIONS.items():
        if (numbers := totals.get(f"ai_{of}")) and (histogram := numbers.latencies.get(Timed.AI)):
            timed[operation].append(histogram)
    duration = names.AI_DURATION.family()
    for operation, some in timed.items():
        seconds = sum(histogram.total_seconds for histogram in some)
        found = histograms.buckets(some, histograms.AI_BOUNDS)
        duration.add_metric((operation, ai_provider().name), found, seconds)
    yield duration


def _cached(asked: Mapping[Labels, Sums]) -> Iterator[Metric]:
    requests, seconds = names.AI_REQUESTS.family(), names.AI_SECONDS.family()
    spent, saved = names.AI_SPENT_TOKENS.family(), names.AI_SAVED_TOKENS.family()
    for labels, sums in asked.items():
        counts = sums.counts
        for outcome in Outcome:
            requests.add_metric((*labels, outcome.value), getattr(counts, f"{outcome}_requests"))
        for kind in ("input", "cached_input", "output"):
            spent.add_metric((*labels, kind), getattr(counts, f"spent_{kind}_tokens"))
            saved.add_metric((*labels, kind), getattr(counts, f"saved_{kind}_tokens"))
        seconds.add_metric(labels, sums.provider_seconds)
    yield from (requests, spent, saved, seconds)


def _money(asked: Mapping[Labels, Sums]) -> Iterator[Metric]:
    spent, saved = names.AI_SPENT_USD.family(), names.AI_SAVED_USD.family()
    unpriced = names.AI_UNPRICED.family()
    for (operation, model), sums in asked.items():
        money = prices.money(model, sums.counts)
        if money is None:
            unpriced.add_metric((operation, model), sums.counts.requests)
            continue
        spent.add_metric((operation, model), float(money.spent_usd))
        saved.add_metric((operation, model), float(money.saved_usd))
    yield from (spent, saved, unpriced)
