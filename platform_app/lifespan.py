"""The end of a web process: what it has begun to answer is finished and kept, though nobody follows it any more.

A server that is told to stop closes its connections, then sends `lifespan.shutdown` (ASGI 3), and is killed by the signal
it has caught: without this, neither threads nor exit handlers would get to their end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from caching.ai import ledger, live, semantic
from caching.stats import delivery, processes
from platform_app import telemetry
from platform_app.simulations import turns

LEARNING_SECONDS = 2.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]


def finishing(application: Application) -> Application:
    """The application, with a lifespan: Django itself knows none."""

    processes.set_role("web")

    async def with_lifespan(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await asyncio.to_thread(finish)
        await send({"type": "lifespan.shutdown.complete"})

    return with_lifespan


def finish() -> None:
    """Turns first: they ask the AI. What is only learned from answers may be lost."""
    turns.drain()
    live.drain()
    semantic.drain(LEARNING_SECONDS)
    delivery.end()
    ledger.end()
    telemetry.flush()
