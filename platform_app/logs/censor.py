"""What never stands in a log: addresses of people, what opens something, and what signs somebody in.

Nobody writes such things on purpose; they come in messages of libraries, in addresses of pages and in tracebacks. Prompts
and answers are written nowhere, and tracebacks show no local variables.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

HIDDEN = "…"

_RULES = (
    # user:password@host of a URL, before it looks like an address of mail
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (
        re.compile(
            r"\b(code|state|nonce|partial_token|\w*token|\w*password|\w*secret|api_key|signature)(=|%3D)[^\s&\"'<>]+",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\bsk-[\w-]{8,}"), HIDDEN),
)
# Links that reset a password or confirm an address carry in their path what opens them.
_OPAQUE = re.compile(r"(?<=/)[\w:=.~-]{20,}(?=/|$|[\s?\"')])")


# What each of the rules looks for has one of these in it: most texts are done with after a glance.
_SIGNS = ("@", "=", "%3D", "%3d", "earer", "EARER", "asic", "ASIC", "sk-")


def censored(text: str) -> str:
    if not any(sign in text for sign in _SIGNS):
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def path_for_logs(path: str) -> str:
    """Without what is too long to be an id or a word."""
    return censored(_OPAQUE.sub(HIDDEN, path))


def censor(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step on the way of each line, after which no field is added."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = censored(value)
    if str(event.get("logger", "")).startswith("django."):
        event["event"] = _OPAQUE.sub(HIDDEN, str(event["event"]))  # "Internal Server Error: <path>"
    return event
