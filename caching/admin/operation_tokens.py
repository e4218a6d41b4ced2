"""What was shown to an operator, signed: what he confirms is that and nothing else, soon after, and by himself."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest

SALT = "caching.operations"
SECONDS = 15 * 60


class TooOld(Exception):
    """The token is not ours, was made too long ago, or for somebody else."""


def sign(request: HttpRequest, step: str, what: dict[str, Any]) -> str:
    """For `step`, the only one that will take it."""
    return signing.dumps({"by": str(request.user.pk), "step": step, "what": what}, salt=SALT)


def unsign(request: HttpRequest, step: str) -> dict[str, Any]:
    """Of the field `token`. Raises TooOld."""
    try:
        signed = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise TooOld from error
    if (signed["by"], signed["step"]) != (str(request.user.pk), step):
        raise TooOld
    what: dict[str, Any] = signed["what"]
    return what
