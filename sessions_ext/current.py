"""The session of the request that this thread or task is answering."""

from __future__ import annotations

from contextvars import ContextVar

from django.contrib.sessions.backends.base import SessionBase

from sessions_ext.keys import digest_of

_session: ContextVar[SessionBase | None] = ContextVar("current_session", default=None)


def begin(session: SessionBase) -> None:
    _session.set(session)


def end() -> None:
    _session.set(None)


def digest() -> str:
    """What stands for it, by the id that it has now; empty outside of a request, and without a session."""
    session = _session.get()
    return digest_of(session.session_key) if session is not None and session.session_key else ""
