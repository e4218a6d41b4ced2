"""Server-sent events: an event log of `caching.events` as an HTTP response that a browser can resume."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.renderers import JSONRenderer

from caching.events import EventLog


class EventStreamRenderer(JSONRenderer):
    """Lets clients of the API ask for `text/event-stream`. The stream itself is rendered nowhere; a refusal is JSON."""

    media_type = "text/event-stream"
    format = "event-stream"


def last_event_id(request: HttpRequest) -> str | None:
    """Where the client wants to go on: the header that browsers send, or `?after=` for other clients."""
    return request.headers.get("Last-Event-ID") or request.GET.get("after")


def event_stream(log: EventLog, after: str | None) -> StreamingHttpResponse:
    """Every event of `log` after the given id, live until the log ends."""
    response = StreamingHttpResponse(_frames(log, after), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would hold tokens back
    return response


async def _frames(log: EventLog, after: str | None) -> AsyncIterator[bytes]:
    # The first bytes go out at once, so that the client knows that it is connected.
    yield b": connected\n\n"
    async for event in log.follow(after):
        if event is None:
            yield b": still here\n\n"
        else:
            data = json.dumps(event.data, ensure_ascii=False)
            yield f"id: {event.id}\nevent: {event.name}\ndata: {data}\n\n".encode()
