"""The log: lines of one form, an id for each request, what it asked of the cache and what it cost, and nothing secret."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django_tasks import task

from caching import cache_db_query
from caching.ai import ai
from config import settings as project
from config.urls import urlpatterns as project_urls
from platform_app.logs.censor import censored, path_for_logs
from platform_app.logs.form import logging_settings
from platform_app.logs.work import logged, of_this_request
from platform_app.models import Scenario, User
from tests.caching.tracing import closing, traced
from tests.loopback_openai import LoopbackOpenAI

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[1]
ClientFor = Callable[[User], Client]
QUESTION = [{"role": "user", "content": "Should we sell the harbour?"}]


@cache_db_query("test_logged")
def titles(number: int) -> list[str]:
    return list(Scenario.objects.filter(pk=number).values_list("title", flat=True))


def scripted(request: HttpRequest) -> HttpResponse:
    """One miss and three hits of the cache, one question to an AI and one that was spared; for somebody."""
    assert request.user.is_authenticated
    for _ in range(4):
        titles(1)
    ai.chat("chat", QUESTION, model="gpt-5-mini")
    ai.chat("chat", QUESTION, model="gpt-5-mini")
    return HttpResponse("done")


async def streamed(request: HttpRequest) -> StreamingHttpResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(2):
            await asyncio.to_thread(closing(titles), number)
            logging.getLogger("platform_app.test").info("a chunk")
            yield b"."

    return StreamingHttpResponse(chunks())


def broken(request: HttpRequest) -> HttpResponse:
    prompt = "the secret prompt"  # noqa: F841  in the frame, and in no log
    raise RuntimeError("no mail to ann@example.org with Bearer abcdefghijklmn")


@task()
def logged_job() -> None:
    titles(1)
    logging.getLogger("platform_app.test").info("in the job")


def enqueues(request: HttpRequest) -> HttpResponse:
    logged_job.enqueue()
    return HttpResponse("queued")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody was asked for")


urlpatterns = [
    path("l/plain/", plain),
    path("l/scripted/", scripted),
    path("l/streamed/", streamed),
    path("l/broken/", broken),
    path("l/enqueues/", enqueues),
    *project_urls,
]
with_views = override_settings(ROOT_URLCONF="tests.test_logging")


class Log:
    """What was written, in the form of production."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == event]

    def only(self, event: str) -> dict[str, Any]:
        (line,) = self.of(event)
        return line


@contextmanager
def written(form: str) -> Iterator[Log]:
    settings = logging_settings(level="INFO", form=form)
    formatter = settings["formatters"]["line"]
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
        )
    )
    logging.getLogger().addHandler(handler)
    yield Log(stream)
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def log() -> Iterator[Log]:
    with written("json") as log:
        yield log


# --- Requests ----------------------------------------------------------------------------------------------------------


@with_views
def test_a_line_says_what_a_request_asked_of_the_cache_and_what_it_cost(
    log: Log, client_for: ClientFor, student: User, provider_server: LoopbackOpenAI
) -> None:
    client_for(student).get("/l/scripted/")
    line = log.only("request_finished")
    assert {name: value for name, value in line.items() if name.startswith(("cache_", "ai_"))} == {
        "cache_near": 2,
        "cache_hits": 2,  # one result, one answer
        "cache_misses": 2,
        "cache_bypasses": 0,
        "cache_computed": 2,
        "cache_waited": 0,
        "ai_asked": 1,
        "ai_spared": 1,
        "ai_tokens_spent": 120,
        "ai_tokens_saved": 120,
        "ai_usd_spent": pytest.approx(line["ai_usd_saved"]),
        "ai_usd_saved": pytest.approx(0.00005, rel=0.5),
    }
    assert (line["method"], line["path"], line["status"]) == ("GET", "/l/scripted/", 200)
    assert (line["level"], line["logger"]) == ("info", "platform_app.requests")
    assert line["duration_ms"] > 0


def test_a_request_without_an_ai_says_nothing_of_one(log: Log, client_for: ClientFor, student: User) -> None:
    client_for(student).get("/scenarios/")
    assert not [name for name in log.only("request_finished") if name.startswith("ai_")]


def test_its_beginning_and_its_end_have_one_id_which_is_sent_back(
    log: Log, client_for: ClientFor, student: User
) -> None:
    answer = client_for(student).get("/scenarios/")
    begun, ended = log.only("request_started"), log.only("request_finished")
    assert begun["request_id"] == ended["request_id"] == answer["X-Request-ID"]
    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.parametrize("given", ["abc-1_X", "a" * 64])
def test_a_well_formed_id_of_a_proxy_is_taken(log: Log, client: Client, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "a" * 65, "a b", "a\nb", 'a"b', "a%0ab", "ä", "a.b", "<script>", '{"a":1}']
)
def test_any_other_is_replaced(log: Log, client: Client, given: str) -> None:
    sent = client.get("/scenarios/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert sent != given
    assert len(sent) == 32


def test_who_it_was_is_a_number(log: Log, client_for: ClientFor, student: User) -> None:
    client_for(student).get("/scenarios/")
    assert log.only("request_finished")["user_id"] == student.pk
    assert student.email not in log.text


@with_views
def test_nobody_is_looked_up_for_the_log(log: Log, client_for: ClientFor, student: User) -> None:
    """Neither the session nor the database is asked, where the view does not."""
    client = client_for(student)
    with traced() as noted:
        client.get("/l/plain/")
    assert "user_id" not in log.only("request_finished")
    assert (noted.statements, noted.decisions) == (0, [])


def test_probes_are_quiet(log: Log, client: Client) -> None:
    client.get("/healthz")
    client.get("/readyz")
    assert log.lines == []


@with_views
def test_a_stream_has_its_line_at_its_end(log: Log, student: User) -> None:
    async def play() -> None:
        client = AsyncClient()
        await client.aforce_login(student)
        answer = await client.get("/l/streamed/")
        assert log.of("request_finished") == []
        assert b"".join([chunk async for chunk in answer.streaming_content]) == b".."
        await asyncio.to_thread(answer.close)

    async_to_sync(play)()
    line = log.only("request_finished")
    assert line["streamed"] is True
    assert line["cache_misses"] == line["cache_computed"] == 2
    assert {chunk["request_id"] for chunk in log.of("a chunk")} == {line["request_id"]}


@with_views
def test_async_requests_at_once_keep_their_ids_and_counts(log: Log, student: User) -> None:
    async def one(client: AsyncClient, number: int) -> None:
        await client.get("/api/scenarios/", headers={"X-Request-ID": f"number-{number}"})

    async def all_at_once() -> None:
        client = AsyncClient()
        await client.aforce_login(student)
        await asyncio.gather(*(one(client, number) for number in range(5)))

    async_to_sync(all_at_once)()
    ended = log.of("request_finished")
    assert {line["request_id"] for line in ended} == {f"number-{number}" for number in range(5)}
    for line in ended:
        assert line["cache_near"] + line["cache_hits"] + line["cache_misses"] == 1


@with_views
def test_an_error_has_its_traceback_under_the_id_of_its_request(
    log: Log, client_for: ClientFor, student: User
) -> None:
    client = client_for(student)
    client.raise_request_exception = False
    answer = client.get("/l/broken/?code=hidden-code")
    (error,) = (line for line in log.lines if line["logger"] == "django.request")
    assert error["request_id"] == answer["X-Request-ID"]
    assert "RuntimeError" in error["exception"]
    assert log.only("request_finished")["level"] == "error"
    for secret in ("the secret prompt", "ann@example.org", "abcdefghijklmn", "hidden-code"):
        assert secret not in log.text


def test_a_page_that_is_not_there_is_said_once(log: Log, client: Client) -> None:
    client.get("/nothing/at/all/")
    assert [line["event"] for line in log.lines] == ["request_started", "request_finished"]


@with_views
def test_the_page_for_operators_shows_a_line_as_it_is(
    log: Log, client_for: ClientFor, student: User, provider_server: LoopbackOpenAI
) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^\{\"timestamp\".*$", page, re.MULTILINE)
    client_for(student).get("/l/scripted/")
    line = log.only("request_finished")
    assert list(json.loads(shown)) == [name for name in line if not name.startswith("ai_")]
    for name in line:
        assert name in json.loads(shown) or f"`{name}`" in page


# --- Jobs, turns, other threads ------------------------------------------------------------------------------------------


@with_views
def test_a_job_bears_the_id_of_its_request_and_has_a_line(
    log: Log, client_for: ClientFor, student: User, work_off_queue: Callable[[], None]
) -> None:
    answer = client_for(student).get("/l/enqueues/")
    work_off_queue()
    line = log.only("job_finished")
    inside = log.only("in the job")
    assert line["request_id"] == inside["request_id"] == answer["X-Request-ID"]
    assert line["job_id"] == inside["job_id"] != ""
    assert line["job"] == "tests.test_logging.logged_job"
    assert (line["outcome"], line["cache_computed"]) == ("done", 1)


def test_a_job_that_no_request_caused_has_an_id_of_its_own_only(
    log: Log, work_off_queue: Callable[[], None]
) -> None:
    logged_job.enqueue()
    work_off_queue()
    assert "request_id" not in log.only("job_finished")


def test_work_that_fails_says_so(log: Log) -> None:
    with pytest.raises(ValueError, match="no"), logged("turn", simulation=7):
        raise ValueError("no")
    line = log.only("turn_finished")
    assert (line["outcome"], line["simulation"]) == ("failed", 7)


def test_a_thread_that_outlives_its_request_bears_its_id(log: Log) -> None:
    with structlog.contextvars.bound_contextvars(request_id="cause", other="stays"):
        later = of_this_request(lambda: logging.getLogger("platform_app.test").info("later"))
    later()
    line = log.only("later")
    assert line["request_id"] == "cause"
    assert "other" not in line


# --- The form ------------------------------------------------------------------------------------------------------------


def test_lines_of_other_loggers_have_the_same_form(log: Log) -> None:
    logging.getLogger("some.library").warning("Took %s", "long")
    (line,) = log.lines
    assert list(line)[:4] == ["timestamp", "level", "event", "logger"]
    assert (line["level"], line["event"], line["logger"]) == ("warning", "Took long", "some.library")


def test_what_is_no_plain_value_is_not_written_out(log: Log, student: User) -> None:
    structlog.get_logger("platform_app.test").info("seen", user=student)
    assert log.only("seen")["user"] == "<User>"


def test_people_read_one_line_without_zeros() -> None:
    with written("console") as log:
        structlog.get_logger("platform_app.test").info("request_finished", cache_near=3, cache_misses=0)
    (line,) = log.text.splitlines()
    assert "[info     ] request_finished" in line
    assert "cache_near=3" in line
    assert "cache_misses" not in line
    assert "\x1b" not in line


def test_another_form_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="json or console"):
        logging_settings(level="INFO", form="xml")


@pytest.mark.parametrize(
    ("given", "first"), [({}, "{"), ({"DEBUG": "true"}, "2"), ({"DEBUG": "true", "LOG_FORMAT": "json"}, "{")]
)
def test_production_writes_json_and_development_for_people(given: dict[str, str], first: str) -> None:
    program = "import django, logging; django.setup(); logging.getLogger('x').warning('hello')"
    environment = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "LOG_FORMAT")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"} | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr[0] == first
    assert len(done.stderr.splitlines()) == 1


def test_the_web_server_writes_no_second_line() -> None:
    loggers = project.LOGGING["loggers"]
    assert loggers["uvicorn.access"] == {"handlers": [], "propagate": False}
    assert loggers["django.server"] == {"handlers": [], "propagate": False}
    assert "--no-access-log" in (ROOT / "development" / "running.py").read_text()


# --- Nothing secret ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("GET /done/?state=abc123&code=xyz789 HTTP/1.1", ("abc123", "xyz789")),
        ("/account/finish/?partial_token=deadbeef", ("deadbeef",)),
        ("{'access_token': 1} access_token=ya29.a0 id_token=eyJ", ("ya29.a0", "eyJ")),
        ("mail to Ann.Smith+x@mail.example.edu failed", ("Ann", "Smith", "mail.example.edu")),
        ("Authorization: Bearer eyJhbGciOi.J9 and Basic dXNlcjpwYXNz", ("eyJhbGciOi", "dXNlcjpwYXNz")),
        ("redis://user:s3cret@host:6379/0 is away", ("s3cret",)),
        ("Incorrect API key provided: sk-proj-abcdefgh12345", ("sk-proj-abcdefgh12345",)),
        ("password=hunter2&x=1", ("hunter2",)),
    ],
)
def test_what_opens_something_is_hidden(text: str, hidden: tuple[str, ...]) -> None:
    shown = censored(text)
    assert "…" in shown
    for secret in hidden:
        assert secret not in shown


@pytest.mark.parametrize(
    "text",
    ["status=200 in 3 ms", "scenario 7: 12 tokens", "encode=utf-8", "redis://127.0.0.1:6379/0 is away"],
)
def test_what_opens_nothing_stays(text: str) -> None:
    assert censored(text) == text


def test_a_link_that_opens_something_is_no_path_in_a_log() -> None:
    shown = path_for_logs("/account/password/reset/MQ/c3v9zk-0123456789abcdef0123456789abcdef/")
    assert shown == "/account/password/reset/MQ/…/"
    assert (
        path_for_logs("/admin/platform_app/scenario/12/change/") == "/admin/platform_app/scenario/12/change/"
    )


def test_a_query_string_is_in_no_line(log: Log, client: Client) -> None:
    client.get("/account/sign-in/?next=/x/&code=first-secret&state=second-secret&q=third-secret")
    assert "secret" not in log.text
    assert log.only("request_finished")["path"] == "/account/sign-in/"


def test_no_credentials_are_in_a_line(log: Log, client: Client, student: User) -> None:
    client.post("/api/auth/token/", {"email": student.email, "password": "hunter2-hunter2"})
    client.get("/api/me/", headers={"Authorization": "Bearer 0123456789abcdef0123"})
    client.get("/account/password/reset/MQ/c3v9zk-0123456789abcdef0123456789abcdef/")
    for secret in (student.email, "hunter2", "0123456789abcdef"):
        assert secret not in log.text


@with_views
def test_no_prompt_and_no_answer_is_in_a_line(
    log: Log, client_for: ClientFor, student: User, provider_server: LoopbackOpenAI
) -> None:
    client_for(student).get("/l/scripted/")
    assert "harbour" not in log.text
    assert "Answer 1" not in log.text
