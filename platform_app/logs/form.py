"""How a line in the log looks: one form for those of the platform, of Django, of the web server and of the queue."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any, Literal, cast

import msgspec
import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import Processor

from platform_app.logs.censor import censor

Form = Literal["json", "console"]
FIRST = ("timestamp", "level", "event", "logger")

_SHARED: Sequence[Processor] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,  # as text: no values of variables
    censor,
)


def logging_settings(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING. Raises ImproperlyConfigured for a form that there is not."""
    if form not in ("json", "console"):
        raise ImproperlyConfigured(f"LOG_FORMAT is json or console, not {form!r}.")
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_ending(form)],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each request has its own line: a 4xx is not said twice, nor a request by the server as well, with its query.
            "django": {"handlers": [], "level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False},
            "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
            "uvicorn.error": {"handlers": [], "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": False},
            # It writes a line with the address for each AI call.
            "httpx2": {"level": "WARNING"},
        },
    }


def _ending(form: str) -> Sequence[Processor]:
    if form == "json":
        return (_json,)
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback, pad_event_to=17
    )
    return _without_zeros, cast(Processor, plain)


def _without_zeros(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """People read what there was, not what there was not."""
    return {name: value for name, value in event.items() if value or not name.startswith("cache_")}


def _json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    ordered = {name: event.pop(name) for name in FIRST if name in event}
    return msgspec.json.encode(ordered | dict(event), enc_hook=_named).decode()


def _named(value: object) -> str:
    """What is no plain value is not written out: nobody knows what is in it."""
    return f"<{type(value).__name__}>"
