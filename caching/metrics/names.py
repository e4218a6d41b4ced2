"""Every metric: its name, its labels and what it says. The page for operators lists the same, and a test compares them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

F = TypeVar("F", bound=Metric)
Type = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Named(Generic[F]):
    """`name` as Prometheus stores it; of a histogram, without its endings."""

    name: str
    type: Type
    labels: tuple[str, ...]
    says: str
    _family: Callable[..., F] = field(repr=False)

    def family(self) -> F:
        """A new one, without samples."""
        return self._family(self.name, self.says, labels=self.labels)

    @property
    def series(self) -> tuple[str, ...]:
        """The names that a query may use."""
        if self.type == "histogram":
            return tuple(f"{self.name}_{ending}" for ending in ("bucket", "count", "sum"))
        return (self.name,)


ALL: Final[list[Named[Any]]] = []


def _counter(name: str, says: str, *labels: str) -> Named[CounterMetricFamily]:
    return _listed(Named(f"{name}_total", "counter", labels, says, CounterMetricFamily))


def _gauge(name: str, says: str, *labels: str) -> Named[GaugeMetricFamily]:
    return _listed(Named(name, "gauge", labels, says, GaugeMetricFamily))


def _histogram(name: str, says: str, *labels: str) -> Named[HistogramMetricFamily]:
    return _listed(Named(name, "histogram", labels, says, HistogramMetricFamily))


def _listed(named: Named[F]) -> Named[F]:
    ALL.append(named)
    return named


# --- Cached values --------------------------------------------------------------------------------------------------

REQUESTS = _counter(
    "cache_requests",
    "Readings of cached values: near and hit were answered, absent, outdated and undecodable were misses, bypass went by",
    "kind",
    "result",
)
COMPUTATIONS = _counter(
    "cache_computations",
    "What misses led to: computed, waited for another's, computed early before expiry, computed but unstored",
    "kind",
    "how",
)
READ_BYTES = _counter("cache_read_bytes", "Bytes of values that came from Redis", "kind")
WRITTEN_BYTES = _counter("cache_written_bytes", "Bytes of values that went to Redis", "kind")
LATENCY = _histogram(
    "cache_latency_seconds",
    "How long it took: a hit over the network, a computation, the wait for another's, an answer of an AI",
    "kind",
    "step",
)

# --- Requests to an AI: OpenTelemetry's conventions for generative AI, v0.1.0, as its exporter spells them ---------------

_GEN_AI = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")
INPUT_TOKENS = _counter(
    "gen_ai_client_inference_usage_input_tokens",
    "Input tokens that the provider counted, cached ones too",
    *_GEN_AI,
    "gen_ai_token_modality",
)
CACHED_INPUT_TOKENS = _counter(
    "gen_ai_client_inference_usage_cache_read_input_tokens",
    "Input tokens that the provider's own cache made cheap",
    *_GEN_AI,
    "gen_ai_token_modality",
)
OUTPUT_TOKENS = _counter(
    "gen_ai_client_inference_usage_output_tokens",
    "Output tokens that the provider counted",
    *_GEN_AI,
    "gen_ai_token_modality",
)
AI_DURATION = _histogram(
    "gen_ai_client_inference_duration_seconds",
    "How long the provider took for an answer",
    "gen_ai_operation_name",
    "gen_ai_provider_name",
)

# --- What the AI cache did --------------------------------------------------------------------------------------------

AI_REQUESTS = _counter(
    "ai_cache_requests",
    "Requests to an AI by how they ended: fresh, unkept and failed asked the provider, near, hit, joined and stale did not",
    "operation",
    "model",
    "outcome",
)
AI_SPENT_TOKENS = _counter(
    "ai_cache_spent_tokens",
    "Tokens of answers that the provider gave: input, cached_input (a part of it), output",
    "operation",
    "model",
    "type",
)
AI_SAVED_TOKENS = _counter(
    "ai_cache_saved_tokens",
    "Tokens that answers took when they were fresh, and were not asked for again",
    "operation",
    "model",
    "type",
)
AI_SPENT_USD = _counter("ai_cache_spent_usd", "US dollars for answers of the provider", "operation", "model")
AI_SAVED_USD = _counter("ai_cache_saved_usd", "US dollars that were not spent again", "operation", "model")
AI_UNPRICED = _counter(
    "ai_cache_unpriced_requests",
    "Requests that are in no sum of money, as no price is known",
    "operation",
    "model",
)
AI_SECONDS = _counter(
    "ai_cache_provider_seconds", "Seconds that the provider took for its answers", "operation", "model"
)

# --- Who uses the cache, and Redis itself -------------------------------------------------------------------------------

PROCESSES = _gauge("cache_processes", "Processes that are connected", "role")
NEAR_OPEN = _gauge("cache_near_processes", "Processes whose near cache is open", "role")
NEAR_ENTRIES = _gauge("cache_near_entries", "Entries in the near caches of all processes", "role")
NEAR_BYTES = _gauge("cache_near_bytes", "Bytes of the entries in the near caches", "role")
NEAR_LIMIT = _gauge("cache_near_limit_bytes", "What the near caches may hold together", "role")
REDIS_UP = _gauge("cache_redis_up", "Whether Redis answered all questions of this scrape")
REDIS_MEMORY = _gauge("cache_redis_memory_used_bytes", "Memory in use", "server")
REDIS_MEMORY_MAX = _gauge("cache_redis_memory_max_bytes", "maxmemory; 0: no limit", "server")
REDIS_CLIENTS = _gauge("cache_redis_connected_clients", "Connections to this server", "server")
REDIS_UPTIME = _gauge("cache_redis_uptime_seconds", "Since this server was started", "server")
REDIS_EVICTED = _counter("cache_redis_evicted_keys", "Keys that were evicted for want of memory", "server")
REDIS_EXPIRED = _counter("cache_redis_expired_keys", "Keys whose time had come", "server")
