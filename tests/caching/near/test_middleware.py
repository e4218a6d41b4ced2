"""Each request, each chunk of a stream and each job has a scope of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as project
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django_tasks import TaskResultStatus, task

from caching.middleware import ConsistencyMiddleware
from caching.near import scopes


def respond(view: Callable[[HttpRequest], Any]) -> Any:
    return ConsistencyMiddleware(view)(RequestFactory().get("/"))


def respond_async(view: Callable[[HttpRequest], Any]) -> Any:
    async def answer() -> Any:
        response = await ConsistencyMiddleware(view)(RequestFactory().get("/"))  # type: ignore[misc]
        if response.streaming:
            return [chunk async for chunk in response]
        return response

    return asyncio.run(answer())


def scope() -> object:
    return scopes._current.get()


def test_a_request_has_one_scope_which_ends_with_it() -> None:
    seen: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.extend((scope(), scope()))
        return HttpResponse("page")

    assert respond(view).content == b"page"
    respond(view)
    assert seen[0] is seen[1] is not None
    assert seen[2] is not seen[0]
    assert scope() is None


def test_an_async_request_has_one_scope_which_ends_with_it() -> None:
    seen: list[object] = []

    async def view(request: HttpRequest) -> HttpResponse:
        seen.append(scope())
        await asyncio.sleep(0)
        seen.append(scope())
        return HttpResponse("page")

    assert respond_async(view).content == b"page"
    assert seen[0] is seen[1] is not None


def test_a_request_that_fails_ends_its_scope() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        respond(view)
    assert scope() is None


def test_each_chunk_of_a_stream_has_a_scope_of_its_own() -> None:
    seen: list[object] = []

    def chunks() -> Iterator[bytes]:
        for letter in b"abc":
            seen.append(scope())
            yield bytes([letter])

    assert b"".join(respond(lambda request: StreamingHttpResponse(chunks()))) == b"abc"
    assert None not in seen
    assert len(set(map(id, seen))) == 3
    assert scope() is None


def test_each_chunk_of_an_async_stream_has_a_scope_of_its_own() -> None:
    seen: list[object] = []

    async def chunks() -> AsyncIterator[bytes]:
        for letter in b"abc":
            seen.append(scope())
            yield bytes([letter])

    async def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(chunks())

    assert respond_async(view) == [b"a", b"b", b"c"]
    assert None not in seen
    assert len(set(map(id, seen))) == 3


@pytest.mark.django_db  # the end of a request looks after the database's connections
def test_a_stream_that_nobody_reads_to_its_end_is_closed() -> None:
    closed: list[bool] = []

    def chunks() -> Iterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            closed.append(True)

    response = respond(lambda request: StreamingHttpResponse(chunks()))
    assert next(iter(response)) == b"a"
    response.close()
    assert closed == [True]


def test_an_empty_chunk_does_not_end_a_stream() -> None:
    response = respond(lambda request: StreamingHttpResponse(iter([b"a", b"", b"b"])))
    assert list(response) == [b"a", b"", b"b"]


def test_a_file_stays_a_file_for_the_server_to_send() -> None:
    file = BytesIO(b"content")
    response = respond(lambda request: FileResponse(file))
    assert response.file_to_stream is file


@task()
def scope_of_a_job() -> int:
    owner = scope()
    assert owner is not None
    return id(owner)


def test_each_job_has_a_scope_of_its_own(work_off_queue: Callable[[], None]) -> None:
    with scopes.fresh():
        jobs = [scope_of_a_job.enqueue() for _ in range(2)]
        mine = id(scope())
        work_off_queue()
    for job in jobs:
        job.refresh()
    assert [job.status for job in jobs] == [TaskResultStatus.SUCCESSFUL] * 2
    assert mine not in [job.return_value for job in jobs]


def test_the_scope_opens_before_anything_that_reads_a_cache() -> None:
    before = project.MIDDLEWARE[: project.MIDDLEWARE.index("caching.middleware.ConsistencyMiddleware")]
    # They pass a request on before they read anything.
    passing = {"RequestLogMiddleware", "ServerTimingMiddleware", "TraceMiddleware"}
    before = [name for name in before if name.rpartition(".")[2] not in passing]
    assert {name.split(".")[0] for name in before} <= {"django", "whitenoise", "csp"}
    assert not [name for name in before if "session" in name or "auth" in name or "cache" in name.lower()]
