"""What Prometheus reads is what happened, in all processes together, and it is little enough to be kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pytest
import redis
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from pytest_django import Settings

from caching import keys, metrics, stats, trace
from caching.ai import ledger
from caching.ai.ledger import totals
from caching.ai.ledger.accounts import Outcome as Entry
from caching.ai.usage import Usage
from caching.metrics import cached, generative, histograms, names, reading
from caching.stats import Outcome, Timed, processes
from caching.stats import delivery as counts
from caching.stats.numbers import Histogram, bucket_of
from caching.trace import Account

Samples = Mapping[str, float]


def scraped() -> Samples:
    """Every sample by its name and labels, as they stand in the text."""
    return {
        f"{sample.name}{sorted(sample.labels.items()) or ''}": sample.value
        for family in families()
        for sample in family.samples
    }


def families() -> list[Metric]:
    return list(read_text(metrics.exposition(metrics.TEXT).decode()))


def value(name: str, **labels: str) -> float | None:
    return scraped().get(f"{name}{sorted(labels.items()) or ''}")


# --- Cached values ----------------------------------------------------------------------------------------------------


def test_readings_and_computations_by_kind() -> None:
    stats.record("query:notes", Outcome.NEAR, 5)
    stats.record("query:notes", Outcome.OUTDATED, 2)
    stats.record("query:notes", Outcome.COMPUTED, 2)
    stats.record("ai_chat", Outcome.WAITED)
    counts.flush()
    assert value("cache_requests_total", kind="query:notes", result="near") == 5
    assert value("cache_requests_total", kind="query:notes", result="outdated") == 2
    assert value("cache_requests_total", kind="query:notes", result="bypass") == 0
    assert value("cache_computations_total", kind="query:notes", how="computed") == 2
    assert value("cache_computations_total", kind="ai_chat", how="waited") == 1


def test_bytes_by_kind() -> None:
    stats.moved("query:notes", read=1000, written=300)
    counts.flush()
    assert value("cache_read_bytes_total", kind="query:notes") == 1000
    assert value("cache_written_bytes_total", kind="query:notes") == 300


def test_durations_by_kind_and_step() -> None:
    for seconds in (0.0002, 0.002, 0.02, 50):
        stats.timed("query:notes", Timed.NETWORK, seconds)
    counts.flush()
    labels = {"kind": "query:notes", "step": "network"}
    found = {
        bound: value("cache_latency_seconds_bucket", **labels, le=bound)
        for bound in ("0.001", "0.01", "10.0", "+Inf")
    }
    assert found == {"0.001": 1, "0.01": 2, "10.0": 3, "+Inf": 4}
    assert value("cache_latency_seconds_count", **labels) == 4
    assert value("cache_latency_seconds_sum", **labels) == pytest.approx(50.0222)


def test_what_other_processes_have_counted_is_in_it() -> None:
    stats.record("query:notes", Outcome.HIT, 3)
    counts.flush()
    stats.reset()  # another process, from here on
    stats.record("query:notes", Outcome.HIT, 4)
    counts.flush()
    assert value("cache_requests_total", kind="query:notes", result="hit") == 7


# --- Durations in coarser buckets ---------------------------------------------------------------------------------------


def test_buckets_never_fall_and_end_with_all() -> None:
    microseconds = [1 << power for power in range(28)]
    fine = Histogram({bucket_of(us / 1e6): 3 for us in microseconds}, 1.0)
    found = histograms.buckets([fine, fine], histograms.CACHE_BOUNDS)
    amounts = [amount for _, amount in found]
    assert amounts == sorted(amounts)
    assert found[-1] == ("+Inf", 2 * fine.count)


def test_a_fine_bucket_that_a_bound_cuts_counts_in_part() -> None:
    # From 96 to 112 µs, of which a quarter is at most 100 µs.
    fine = Histogram({bucket_of(0.000100): 400}, 0.04)
    assert dict(histograms.buckets([fine], histograms.CACHE_BOUNDS))["0.0001"] == 100
    assert dict(histograms.buckets([fine], histograms.CACHE_BOUNDS))["0.0003"] == 400


# --- Requests to an AI ----------------------------------------------------------------------------------------------------

GEN_AI = {
    "gen_ai_operation_name": "chat",
    "gen_ai_provider_name": "offline",
    "gen_ai_request_model": "gpt-5-mini",
}
PERSONA = {"operation": "persona_reply", "model": "gpt-5-mini"}


def book(outcome: Entry, *, times: int = 1, **other: str) -> None:
    for _ in range(times):
        ledger.record(
            other.get("operation", "persona_reply"),
            other.get("kind", "chat"),
            other.get("model", "gpt-5-mini"),
            ("user:7", "scenario:12"),
            outcome,
            Usage(1000, 200, 400),
            seconds=1.5,
        )


def test_tokens_are_those_that_the_provider_counted() -> None:
    book(Entry.FRESH)
    book(Entry.UNKEPT)
    book(Entry.HIT, times=5)
    ledger.flush()
    text = GEN_AI | {"gen_ai_token_modality": "text"}
    assert value("gen_ai_client_inference_usage_input_tokens_total", **text) == 2000
    assert value("gen_ai_client_inference_usage_cache_read_input_tokens_total", **text) == 800
    assert value("gen_ai_client_inference_usage_output_tokens_total", **text) == 400


@pytest.mark.parametrize(
    ("kind", "operation", "modality"),
    [
        ("embedding", "embeddings", "text"),
        ("image", "generate_content", "image"),
        ("response", "chat", "text"),
    ],
)
def test_kinds_of_requests_are_the_operations_of_the_conventions(
    kind: str, operation: str, modality: str
) -> None:
    book(Entry.FRESH, kind=kind)
    ledger.flush()
    labels = GEN_AI | {"gen_ai_operation_name": operation, "gen_ai_token_modality": modality}
    assert value("gen_ai_client_inference_usage_output_tokens_total", **labels) == 200


def test_how_long_the_provider_took() -> None:
    stats.timed("ai_chat", Timed.AI, 0.5)
    stats.timed("ai_response", Timed.AI, 100)
    counts.flush()
    labels = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "offline"}
    assert value("gen_ai_client_inference_duration_seconds_bucket", **labels, le="0.64") == 1
    assert value("gen_ai_client_inference_duration_seconds_count", **labels) == 2
    assert value("gen_ai_client_inference_duration_seconds_sum", **labels) == pytest.approx(100.5)


def test_what_the_cache_saved_by_operation_and_model() -> None:
    book(Entry.FRESH)
    book(Entry.HIT, times=2)
    book(Entry.NEAR)
    ledger.flush()
    assert value("ai_cache_requests_total", **PERSONA, outcome="hit") == 2
    assert value("ai_cache_requests_total", **PERSONA, outcome="failed") == 0
    assert value("ai_cache_saved_tokens_total", **PERSONA, type="input") == 3000
    assert value("ai_cache_spent_tokens_total", **PERSONA, type="output") == 200
    assert value("ai_cache_provider_seconds_total", **PERSONA) == 1.5


def test_money_spent_and_saved(settings: Settings) -> None:
    settings.CACHING = settings.CACHING | {"AI_PRICES": {"gpt-5-mini": {"input_usd": 1, "output_usd": 10}}}
    book(Entry.FRESH)
    book(Entry.HIT, times=2)
    book(Entry.FRESH, model="unknown-model")
    ledger.flush()
    assert value("ai_cache_spent_usd_total", **PERSONA) == pytest.approx(0.003)
    assert value("ai_cache_saved_usd_total", **PERSONA) == pytest.approx(0.006)
    unpriced = PERSONA | {"model": "unknown-model"}
    assert value("ai_cache_spent_usd_total", **unpriced) is None
    assert value("ai_cache_unpriced_requests_total", **unpriced) == 1


def test_no_total_falls_when_a_process_or_a_day_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 4):
        monkeypatch.setattr("caching.ai.ledger.book.time", lambda day=day: 86_400.0 * (20_000 + day))
        book(Entry.HIT)
        ledger.flush()
        ledger.delivery.reset()
        assert value("ai_cache_requests_total", **PERSONA, outcome="hit") == day


# --- Redis and processes ------------------------------------------------------------------------------------------------


def test_each_primary_says_how_it_is(redis_servers: tuple[redis.Redis, ...]) -> None:
    assert value("cache_redis_up") == 1
    used = [sample for sample in scraped() if sample.startswith("cache_redis_memory_used_bytes")]
    assert len(used) == len(redis_servers)
    for server in redis_servers:
        info, address = server.info(), server.connection_pool.connection_kwargs
        labels = {"server": f"{address['host']}:{address['port']}"}
        assert value("cache_redis_memory_max_bytes", **labels) == info["maxmemory"]
        assert value("cache_redis_evicted_keys_total", **labels) == info["evicted_keys"]
        assert value("cache_redis_connected_clients", **labels) >= 1


@pytest.fixture
def web_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of them have just said that they live."""
    monkeypatch.setattr(processes, "_role", "web")
    for _ in range(2):
        monkeypatch.setattr(processes, "_self", processes._Self())
        processes.beat()


def test_processes_by_what_they_are_for(web_processes: None) -> None:
    assert value("cache_processes", role="web") == 2
    assert value("cache_near_limit_bytes", role="web") == 2 * 64 * 2**20


def test_with_redis_gone_it_says_so_in_time(broken_redis: None) -> None:
    began = time.perf_counter()
    samples = scraped()
    assert time.perf_counter() - began < 1.6
    assert samples == {"cache_redis_up": 0}


def test_a_scrape_is_three_round_trips(web_processes: None) -> None:
    account = Account()
    traced = trace.begin(account)
    with trace.accounting(account):
        metrics.exposition(metrics.TEXT)
    trace.end(account)
    assert traced.round_trips == 3


# --- All of it ------------------------------------------------------------------------------------------------------------


def count_something() -> None:
    stats.record("query:notes", Outcome.HIT)
    stats.timed("ai_chat", Timed.AI, 0.5)
    stats.timed("query:notes", Timed.NETWORK, 0.001)
    book(Entry.FRESH)
    book(Entry.FRESH, model="unknown-model")
    counts.flush()
    ledger.flush()


def test_every_metric_is_named_once_and_described(web_processes: None) -> None:
    count_something()
    exposed = {family.name: family for family in families()}
    assert len(exposed) == len(families()) == len(names.ALL)
    for named in names.ALL:
        family = exposed[named.name.removesuffix("_total")]
        assert family.type == named.type
        assert family.documentation == named.says
        assert family.samples, named.name
        for sample in family.samples:
            assert sample.name in named.series
            assert set(sample.labels) - {"le"} == set(named.labels)


def test_both_formats_say_the_same() -> None:
    count_something()
    text = read_text(metrics.exposition(metrics.TEXT).decode())
    strict = read_openmetrics(metrics.exposition(metrics.OPENMETRICS).decode())

    def samples(families: object) -> set[object]:
        return {
            (sample.name, *sorted(sample.labels.items())) for family in families for sample in family.samples
        }

    assert samples(text) == samples(strict)


@pytest.mark.parametrize(
    ("content_type", "generate"),
    [(metrics.TEXT, generate_latest), (metrics.OPENMETRICS, openmetrics.generate_latest)],
    ids=["text", "openmetrics"],
)
def test_the_text_is_that_of_the_client_library_with_all_its_checks_of_names(
    content_type: str, generate: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    count_something()
    stats.record('query:"quoted"\\', Outcome.HIT)
    counts.flush()
    facts = reading.read()
    monkeypatch.setattr(reading, "read", lambda: facts)
    checked = generate(metrics._Scrape(facts, ()), escaping=openmetrics.ALLOWUTF8)
    assert metrics.exposition(content_type) == checked
    assert b'kind="query:\\"quoted\\"\\\\"' in checked


def test_no_label_is_about_a_person() -> None:
    count_something()
    assert {label for named in names.ALL for label in named.labels}.isdisjoint(
        {"user", "scenario", "email", "id"}
    )
    written = metrics.exposition(metrics.TEXT).decode()
    assert "user:7" not in written
    assert '"12"' not in written


def test_very_many_kinds_and_models_become_one() -> None:
    for number in range(cached.MOST_KINDS + 5):
        stats.record(f"query:q{number:04}", Outcome.HIT)
        book(Entry.FRESH, model=f"model-{number:04}")
    counts.flush()
    ledger.flush()
    assert value("cache_requests_total", kind="other", result="hit") == 5
    assert value("cache_requests_total", kind="query:q0199", result="hit") == 1
    assert value("cache_requests_total", kind="query:q0200", result="hit") is None
    assert value("ai_cache_requests_total", operation="other", model="other", outcome="fresh") == 5
    assert generative.MOST_SERIES == cached.MOST_KINDS


@pytest.mark.parametrize(
    "planted",
    [
        b"a text",
        {"rubbish": "1", '["x","chat","m","hit_requests"]': "many"},
        {"query:x network.rubbish": "3", "query:x else.5": "1", "query:x network.": "2"},
    ],
)
def test_what_others_planted_in_redis_is_passed_over(
    planted: bytes | dict[str, str], redis_server: redis.Redis, redis_key_prefix: str
) -> None:
    for key in (keys.ai_totals(redis_key_prefix), keys.count_sheet(redis_key_prefix, "total")):
        redis_server.set(key, planted) if isinstance(planted, bytes) else redis_server.hset(
            key, mapping=planted
        )
    assert value("cache_redis_up") == 1
    book(Entry.FRESH)
    ledger.flush()
    assert value("ai_cache_requests_total", **PERSONA, outcome="fresh") == 1
    assert 0 < redis_server.ttl(keys.ai_totals(redis_key_prefix)) <= totals.KEPT_SECONDS
