"""The settings of sessions: one dict, `settings.SESSIONS`, with defaults and types. Unknown names are refused.

How long a session may be idle is Django's own SESSION_COOKIE_AGE.
"""

from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Seconds = Annotated[int, msgspec.Meta(ge=1)]


class SessionsConf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="upper"):
    """`settings.SESSIONS`, checked."""

    backup: bool = True
    """Whether sessions of people who are signed in are kept in the database as well, for when Redis loses its memory."""
    backup_seconds: Seconds = 300
    """How often the copy of one session is written at most, sign-ins and rotations aside."""
    touch_seconds: Seconds = 60
    """How often a session that is only read gets its full idle time back, and its owner a new "last seen"."""
    absolute_seconds: Seconds = 30 * 24 * 3600
    """How long after signing in one has to do it again, however busy one was."""
    max_bytes: Annotated[int, msgspec.Meta(ge=1024)] = 2**20
    """What one session may hold, as JSON."""
    max_per_user: Annotated[int, msgspec.Meta(ge=1)] = 50
    """How many devices one person may be signed in on; the one unused for longest makes room."""

    agent_ttl_seconds: Seconds = 3600
    """How long an agent session lives after it was used last."""
    agent_backup_seconds: Seconds = 300
    """How often the copy of one agent session in the database is written at most."""

    oauth_seconds: Seconds = 600
    """How long a sign-in at another provider may take."""


_read: tuple[dict[str, Any], SessionsConf] = ({}, SessionsConf())


def current() -> SessionsConf:
    """The settings as they are now. Comparing the dict costs a tenth of checking it again."""
    global _read  # noqa: PLW0603
    seen, conf = _read
    if seen != settings.SESSIONS:
        seen = dict(settings.SESSIONS)
        try:
            conf = msgspec.convert(seen, SessionsConf)
        except msgspec.ValidationError as error:
            raise ImproperlyConfigured(f"settings.SESSIONS: {error}") from error
        _read = seen, conf
    return conf
