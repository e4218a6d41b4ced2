"""Spans by OpenTelemetry's conventions: requests and jobs, with what the cache decided in them, and requests to an AI.

Cache and AI know nothing of this: decisions are those that `caching.trace` keeps of a piece of work, and answers of an AI are
told by `caching.ai.booking`. No span holds a text of a user, an address, a key or an id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import msgspec
from django.conf import settings
from opentelemetry import context, propagate
from opentelemetry import trace as opentelemetry
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from caching import trace
from caching.ai import booking
from caching.ai.booking import Told
from caching.ai.provider import ai_provider
from caching.trace import Account, Trace

P = ParamSpec("P")
R = TypeVar("R")

SERVICE = "ai-agent-education-platform"
FLUSH_MS = 2_000
MOST_DECISIONS = 200
"""Of one piece of work have spans of their own; all are counted."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"})
SERVER_ERRORS = 500

OPERATIONS: Mapping[str, str] = {
    "chat": "chat",
    "response": "chat",
    "embedding": "embeddings",
    "image": "generate_content",
    "images": "generate_content",
}
"""Kind of a request to an AI to `gen_ai.operation.name`."""
PARAMETERS: Mapping[str, str] = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "seed": "seed",
}
"""Of a request to `gen_ai.request.…`. All others may hold texts."""

_provider = TracerProvider()


def start() -> None:
    """From now on spans are sent to where the SDK's own variables say."""
    provider = TracerProvider(resource=_resource())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    opentelemetry.set_tracer_provider(provider)
    trace_with(provider)


def trace_with(provider: TracerProvider) -> None:
    global _provider  # noqa: PLW0603
    _provider = provider
    booking.listen(answered)


def flush() -> None:
    _provider.force_flush(FLUSH_MS)


def _resource() -> Resource:
    """OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win."""
    ours = {SERVICE_NAME: SERVICE, SERVICE_VERSION: str(settings.SPECTACULAR_SETTINGS["VERSION"])}
    given = dict(Resource.create().attributes)
    if str(given.get(SERVICE_NAME, "")).startswith("unknown_service"):
        del given[SERVICE_NAME]
    return Resource({**ours, **given})


def _tracer() -> opentelemetry.Tracer:
    return _provider.get_tracer("platform_app")


# --- Pieces of work -------------------------------------------------------------------------------------------------


class Request:
    """The span of a request, to which its answer is told."""

    def __init__(self, method: str, span: Span) -> None:
        self._method = method
        self._span = span

    def answered(self, *, route: str | None, status: int) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if route is not None:
            self._span.update_name(f"{self._method} /{route}")
            self._span.set_attribute("http.route", f"/{route}")
        if status >= SERVER_ERRORS:
            self._span.set_attribute("error.type", str(status))
            self._span.set_status(Status(StatusCode.ERROR))


@contextmanager
def request(method: str, headers: Mapping[str, str]) -> Iterator[Request]:
    """It goes on with the trace of its sender, if that has one."""
    known = method if method in METHODS else "HTTP"
    attributes = {"http.request.method": known if known == method else "_OTHER"}
    with _piece(known, SpanKind.SERVER, attributes, propagate.extract(headers)) as span:
        yield Request(known, span)


@contextmanager
def job(name: str) -> Iterator[None]:
    with _piece(f"job {name}", SpanKind.CONSUMER, {"job.name": name}):
        yield


@contextmanager
def _piece(
    name: str, kind: SpanKind, attributes: dict[str, str], parent: context.Context | None = None
) -> Iterator[Span]:
    starting = _tracer().start_as_current_span(name, parent, kind, attributes)
    with starting as span:
        if not span.is_recording():
            yield span
            return
        account = trace.current() or Account()
        # Somebody else may be looking at this request already, by ?cache=trace.
        found = trace.begin(account, most=MOST_DECISIONS)
        try:
            with trace.accounting(account):
                yield span
        finally:
            _say_decisions(span, account, found)
            trace.end(account)


def _say_decisions(span: Span, account: Account, found: Trace) -> None:
    counts = {**account.outcomes, **({"near": account.near} if account.near else {})}
    span.set_attributes({f"cache.outcome.{outcome}": count for outcome, count in counts.items()})
    span.set_attributes({f"{on}.seconds": seconds for on, seconds in found.seconds.items()})
    span.set_attribute("cache.round_trips", found.round_trips)
    span.set_attribute("database.statements", found.statements)
    began_ns = time.time_ns() - round(found.total_seconds() * 1e9)
    for decision in found.in_order()[:MOST_DECISIONS]:
        # Near hits take no time, and answers of an AI have spans of their own.
        if decision.outcome != "near" and not decision.kind.startswith("ai_"):
            at = began_ns + decision.began_us * 1000
            told = {"cache.kind": decision.kind, "cache.outcome": decision.outcome}
            child = _tracer().start_span(f"cache {decision.kind}", start_time=at, attributes=told)
            child.end(at + decision.took_us * 1000)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    present = context.get_current()

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        token = context.attach(present)
        try:
            return function(*args, **kwargs)
        finally:
            context.detach(token)

    return within


# --- Answers of an AI -----------------------------------------------------------------------------------------------


class _Choice(msgspec.Struct):
    finish_reason: str | None = None


class _Body(msgspec.Struct):
    model: str | None = None
    choices: list[_Choice] = []
    status: str | None = None
    """of a Response"""


_read = msgspec.json.Decoder(_Body).decode


def answered(told: Told) -> None:
    """A span that ends now. Tokens of `gen_ai.usage` are paid ones: what a hit has spared is said beside them."""
    operation = OPERATIONS.get(told.request.kind, told.request.kind)
    model = str(told.request.parameters.get("model") or "")
    now_ns = time.time_ns()
    span = _tracer().start_span(
        f"{operation} {model}".rstrip(),
        kind=SpanKind.CLIENT if told.source in ("provider", "failed") else SpanKind.INTERNAL,
        attributes={
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": ai_provider().name,
            "gen_ai.request.model": model,
            "ai_cache.operation": told.request.operation,
            "ai_cache.outcome": told.source,
            "ai_cache.hit": told.source not in ("provider", "failed"),
        },
        start_time=now_ns - round(told.seconds * 1e9),
    )
    if span.is_recording():
        span.set_attributes(_asked_with(told.request.parameters))
        span.set_attributes(_took(told))
        span.set_attributes(_said(told.body))
        if told.source == "failed":
            span.set_attribute("error.type", told.error or "_OTHER")
            span.set_status(Status(StatusCode.ERROR))
    span.end(now_ns)


def _asked_with(parameters: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"gen_ai.request.{name}": given
        for parameter, name in PARAMETERS.items()
        if isinstance(given := parameters.get(parameter), int | float)
    }


def _took(told: Told) -> dict[str, int]:
    usage = told.usage
    if told.source == "failed":
        return {}
    if told.source != "provider":
        return {
            "ai_cache.saved.input_tokens": usage.input_tokens,
            "ai_cache.saved.output_tokens": usage.output_tokens,
        }
    return {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_input_tokens,
    }


def _said(body: bytes) -> dict[str, Any]:
    try:
        reply = _read(body)
    except msgspec.DecodeError:
        return {}  # a picture, or several vectors
    ends = [choice.finish_reason for choice in reply.choices if choice.finish_reason]
    reasons = ends or ([reply.status] if reply.status else [])
    return {
        name: value
        for name, value in (
            ("gen_ai.response.model", reply.model),
            ("gen_ai.response.finish_reasons", reasons),
        )
        if value
    }
