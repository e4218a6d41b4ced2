"""Traces for OpenTelemetry: an extra. A process sends none, and imports nothing of it, unless OTEL_EXPORTER_OTLP_ENDPOINT is set.

That variable, which `config.settings` reads, says whether; where and how is the business of OpenTelemetry's own SDK, which
reads its documented OTEL_* variables by itself (headers, sampler, name of the service).

    checks    what is missing      middleware  a span for each request
    spans     all that knows OpenTelemetry: what a span of ours says
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
R = TypeVar("R")

NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
_spans: Any = None
"""The module `spans`, once tracing has begun."""


def is_wanted() -> bool:
    return bool(settings.OTEL_EXPORTER_OTLP_ENDPOINT)


def is_installed() -> bool:
    try:
        return all(find_spec(name) for name in NEEDED)
    except ModuleNotFoundError:
        return False


def start() -> bool:
    """Begins tracing in this process, if that is wanted and possible; again and again is once. Whether it traces."""
    global _spans  # noqa: PLW0603
    if _spans is None and is_wanted() and is_installed():
        _spans = import_module("platform_app.telemetry.spans")
        _spans.start()
    return _spans is not None


def request(method: str, headers: Any) -> AbstractContextManager[Any]:
    """Around a request; its span, which the caller completes. Only where `start` has said yes."""
    span: AbstractContextManager[Any] = _spans.request(method, headers)
    return span


def job(name: str) -> AbstractContextManager[Any]:
    """Around a background job."""
    return nullcontext() if _spans is None else _spans.job(name)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """The function, for a thread that keeps nothing else of this context: its spans belong to the present one."""
    if _spans is None:
        return function
    within: Callable[P, R] = _spans.carried(function)
    return within


def flush() -> None:
    """Sends what is left, for a process that ends without its exit handlers. Waits two seconds at most."""
    if _spans is not None:
        _spans.flush()
