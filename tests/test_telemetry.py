"""Traces say what happened and how long it took, and nothing of what people wrote; without the extra there is nothing at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler

import pytest
from asgiref.sync import async_to_sync
from django.core.checks import run_checks
from django.test import AsyncClient, Client, override_settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pytest_django import Settings

from caching import cache_db_query, trace
from caching.ai import ai, booking
from caching.errors import AIError
from platform_app import telemetry
from platform_app.accounts.tasks import mail_password_reset
from platform_app.models import Scenario, User
from platform_app.telemetry import spans
from tests.loopback import LoopbackServer
from tests.loopback_openai import API_KEY, MODEL, LoopbackOpenAI, Reply

MIDDLEWARE = "platform_app.telemetry.middleware.TelemetryMiddleware"
SECRET = "My name is Mallory and my number is 471104711."
QUESTION = [{"role": "user", "content": SECRET}]
SENDER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


class Sent:
    """The spans that have ended."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def all(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def of(self, kind: SpanKind) -> list[ReadableSpan]:
        return [span for span in self.all() if span.kind is kind]

    def one(self, start: str) -> ReadableSpan:
        (found,) = [span for span in self.all() if span.name.startswith(start)]
        return found

    def text(self) -> str:
        return "\n".join(span.to_json() for span in self.all())


@pytest.fixture
def sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Tracing has begun in this process, to a place in its memory."""
    sent, provider = Sent(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(sent.exporter))
    monkeypatch.setattr(telemetry, "_spans", spans)
    monkeypatch.setattr(spans, "_provider", provider)
    monkeypatch.setattr(booking, "_listeners", [spans.answered])
    place = settings.MIDDLEWARE.index("caching.middleware.ConsistencyMiddleware")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], MIDDLEWARE, *settings.MIDDLEWARE[place:]]
    return sent


# --- Requests ---------------------------------------------------------------------------------------------------------


def test_a_request_is_a_span_by_the_pattern_of_its_address(
    sent: Sent, student: User, published_scenario: Scenario, client_for: Callable[[User], Client]
) -> None:
    client_for(student).get(f"/scenarios/{published_scenario.pk}/?q={SECRET}")
    (span,) = sent.of(SpanKind.SERVER)
    assert span.name == "GET /scenarios/<int:pk>/"
    assert span.attributes["http.route"] == "/scenarios/<int:pk>/"
    assert span.attributes["http.request.method"] == "GET"
    assert span.attributes["http.response.status_code"] == 200
    assert span.status.status_code is StatusCode.UNSET
    assert "Mallory" not in sent.text()
    assert student.email not in sent.text()


def test_it_says_what_the_cache_decided(
    sent: Sent,
    transactional_db: None,
    student: User,
    published_scenario: Scenario,
    client_for: Callable[[User], Client],
) -> None:
    client = client_for(student)
    for _ in range(3):  # computed, found in Redis, found in this process
        sent.exporter.clear()
        client.get("/scenarios/")
    (span,) = sent.of(SpanKind.SERVER)
    assert span.attributes["cache.outcome.near"] > 0
    assert span.attributes["cache.round_trips"] > 0
    assert span.attributes["cache.seconds"] > 0
    session = sent.one("cache session")
    assert session.attributes == {"cache.kind": "session", "cache.outcome": "loaded"}
    assert session.parent.span_id == span.context.span_id
    assert span.start_time <= session.start_time <= session.end_time <= span.end_time


def test_keys_and_what_changed_stay_out_of_it(sent: Sent, db: None) -> None:
    @cache_db_query("of_user")
    def of_user(user_id: int) -> list[str]:
        return list(User.objects.filter(pk=user_id).values_list("name", flat=True))

    with telemetry.job("reading"):
        of_user(471104711)
    told = [span.attributes["cache.outcome"] for span in sent.all() if span.name == "cache query:of_user"]
    assert {"absent", "computed"} <= set(told)
    assert "471104711" not in sent.text()


def test_a_request_goes_on_with_the_trace_of_its_sender(sent: Sent, db: None) -> None:
    Client().get("/account/sign-in/", headers=SENDER)
    (span,) = sent.of(SpanKind.SERVER)
    assert f"{span.context.trace_id:032x}" == SENDER["traceparent"].split("-")[1]
    assert f"{span.parent.span_id:016x}" == SENDER["traceparent"].split("-")[2]


def test_what_is_not_sampled_costs_no_trace(sent: Sent, db: None) -> None:
    Client().get("/account/sign-in/", headers={"traceparent": SENDER["traceparent"][:-1] + "0"})
    assert sent.all() == ()
    assert trace.active == 0


def test_a_failure_is_an_error(sent: Sent, settings: Settings, redis_key_prefix: str) -> None:
    url = "redis://:s3cret@127.0.0.1:1/0"
    settings.REDIS_URL = url
    settings.CACHES = {name: cache | {"LOCATION": url} for name, cache in settings.CACHES.items()}
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert client.get("/scenarios/").status_code == 503
    (span,) = sent.of(SpanKind.SERVER)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "503"
    assert trace.active == 0
    assert "s3cret" not in sent.text()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_machines_ask_is_not_traced(sent: Sent, db: None, path: str) -> None:
    Client(headers={"Host": "localhost"}).get(path)
    assert sent.of(SpanKind.SERVER) == []


def test_asynchronous_requests_too(sent: Sent, db: None) -> None:
    response = async_to_sync(AsyncClient().get)("/account/sign-in/")
    assert response.status_code == 200
    (span,) = sent.of(SpanKind.SERVER)
    assert span.attributes["http.route"] == "/account/sign-in/"


def test_an_unknown_method_is_no_name(sent: Sent, db: None) -> None:
    Client().generic("BREW", "/account/sign-in/")
    (span,) = sent.of(SpanKind.SERVER)
    assert span.name.startswith("HTTP")
    assert span.attributes["http.request.method"] == "_OTHER"


# --- Jobs and threads -------------------------------------------------------------------------------------------------


def test_a_job_is_a_span(sent: Sent, student: User, work_off_queue: Callable[[], None]) -> None:
    mail_password_reset.enqueue(student.pk, "https://learn.example.org")
    work_off_queue()
    (span,) = sent.of(SpanKind.CONSUMER)
    assert span.name == "job platform_app.accounts.tasks.mail_password_reset"
    assert student.email not in sent.text()


def test_a_thread_goes_on_with_the_span_that_began_it(sent: Sent) -> None:
    with telemetry.job("outer"):
        thread = threading.Thread(target=telemetry.carried(lambda: ai.chat("greeting", QUESTION)))
        thread.start()
        thread.join()
    assert sent.one("chat").parent.span_id == sent.one("job outer").context.span_id


# --- Requests to an AI ------------------------------------------------------------------------------------------------


def test_an_answer_of_the_provider_is_a_span_by_the_conventions(
    sent: Sent, provider_server: LoopbackOpenAI
) -> None:
    with telemetry.job("asking"):
        ai.chat("greeting", QUESTION, temperature=0.7, max_tokens=200)
    span = sent.one("chat")
    assert span.name == f"chat {MODEL}"
    assert span.kind is SpanKind.CLIENT
    assert span.parent.span_id == sent.one("job asking").context.span_id
    assert span.start_time < span.end_time
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "compatible",
        "gen_ai.request.model": MODEL,
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.max_tokens": 200,
        "gen_ai.response.model": MODEL,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "ai_cache.operation": "greeting",
        "ai_cache.outcome": "provider",
        "ai_cache.hit": False,
    }


def test_a_hit_says_what_it_spared_and_spends_nothing(sent: Sent, provider_server: LoopbackOpenAI) -> None:
    ai.chat("greeting", QUESTION)
    sent.exporter.clear()
    ai.chat("greeting", QUESTION)
    span = sent.one("chat")
    assert span.kind is SpanKind.INTERNAL
    assert span.attributes["ai_cache.hit"] is True
    assert span.attributes["ai_cache.outcome"] in {"near", "cache"}
    assert span.attributes["ai_cache.saved.input_tokens"] == 100
    assert "gen_ai.usage.input_tokens" not in span.attributes


def test_a_stream_is_one_span_at_its_end(sent: Sent, provider_server: LoopbackOpenAI) -> None:
    "".join(ai.stream("greeting", QUESTION))
    assert sent.one("chat").attributes["gen_ai.response.finish_reasons"] == ("stop",)


def test_vectors_have_spans_of_their_own_kind(sent: Sent, provider_server: LoopbackOpenAI) -> None:
    ai.embed("passages", [SECRET, "another"])
    ai.embed("passages", [SECRET, "another"])
    fresh, kept = (span for span in sent.all() if span.name.startswith("embeddings "))
    assert fresh.attributes["ai_cache.outcome"] == "provider"
    assert kept.attributes["ai_cache.hit"] is True


@pytest.mark.parametrize(("status", "error"), [(500, "500"), (429, "429")])
def test_a_failure_of_the_provider_is_an_error(
    sent: Sent, provider_server: LoopbackOpenAI, settings: Settings, status: int, error: str
) -> None:
    settings.CACHING = settings.CACHING | {"AI_MAX_RETRIES": 0}
    provider_server.script(Reply(status=status))
    with pytest.raises(AIError):
        ai.chat("greeting", QUESTION)
    span = sent.one("chat")
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == error
    assert span.attributes["ai_cache.outcome"] == "failed"


def test_no_text_and_no_secret_is_in_any_span(sent: Sent, provider_server: LoopbackOpenAI) -> None:
    provider_server.script(Reply(f"I know: {SECRET}"))
    ai.chat("greeting", QUESTION, scopes=("user:471104711",), user="mallory", metadata={"who": "Mallory"})
    "".join(ai.stream("greeting", QUESTION))
    ai.embed("passages", [SECRET])
    assert len(sent.all()) == 3
    for secret in ("Mallory", "mallory", "471104711", API_KEY):
        assert secret not in sent.text()


# --- On the wire, and not at all --------------------------------------------------------------------------------------


class Collector(LoopbackServer):
    """What a collector for OTLP over HTTP is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        super().__init__(_Collecting)


class _Collecting(BaseHTTPRequestHandler):
    owner: Collector

    def do_POST(self) -> None:
        self.owner.headers.append({"path": self.path, **self.headers})
        self.owner.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


def run(program: str, **variables: str) -> str:
    """In a process of its own, set up as the platform's are."""
    setup = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", setup + program],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


A_REQUEST = """
from django.test import Client
from platform_app import telemetry
print(Client(headers={"Host": "localhost"}).get("/account/sign-in/").status_code)
telemetry.flush()
traces = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "platform_app.telemetry.spans")
print(sorted(name for name in sys.modules if name.startswith(traces)))
"""


def test_spans_arrive_at_a_collector(collector: Collector, db: None) -> None:
    said = run(
        A_REQUEST, OTEL_EXPORTER_OTLP_ENDPOINT=collector.root, OTEL_EXPORTER_OTLP_HEADERS="x-tenant=seven"
    )
    assert said.startswith("200")
    assert collector.headers[0]["path"] == "/v1/traces"
    assert collector.headers[0]["x-tenant"] == "seven"
    request = ExportTraceServiceRequest.FromString(b"".join(collector.bodies))
    (resource,) = request.resource_spans
    about = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert about["service.name"] == spans.SERVICE
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert "GET /account/sign-in/" in names


def test_the_sdk_reads_its_own_variables(collector: Collector, db: None) -> None:
    run(
        A_REQUEST,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.root,
        OTEL_SERVICE_NAME="our-platform",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test",
    )
    (resource,) = ExportTraceServiceRequest.FromString(b"".join(collector.bodies)).resource_spans
    about = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert about["service.name"] == "our-platform"
    assert about["deployment.environment.name"] == "test"


def test_a_collector_that_is_down_disturbs_nobody(db: None) -> None:
    assert run(A_REQUEST, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1").startswith("200")


def test_without_the_variable_nothing_of_it_is_imported(db: None) -> None:
    """But for what redis-py imports by itself where it finds it, for metrics of its own."""
    assert run(A_REQUEST, OTEL_EXPORTER_OTLP_ENDPOINT="") == "200\n[]\n"


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "NEEDED", ("no_such_package.at_all",))


@override_settings(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
def test_wanted_but_not_installed_is_said_and_works(
    not_installed: None, settings: Settings, db: None
) -> None:
    (message,) = (each for each in run_checks() if each.id == "platform_app.W001")
    assert "requirements-otel.txt" in message.hint
    settings.MIDDLEWARE = [MIDDLEWARE, *settings.MIDDLEWARE]
    assert Client().get("/account/sign-in/").status_code == 200
    with telemetry.job("anything"):
        telemetry.carried(telemetry.flush)()


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4318"])
def test_otherwise_there_is_nothing_to_say(endpoint: str) -> None:
    with override_settings(OTEL_EXPORTER_OTLP_ENDPOINT=endpoint):
        assert [each for each in run_checks() if each.id == "platform_app.W001"] == []
