"""What the settings say about Redis: the doctor's verdicts, as far as no server is needed."""

from __future__ import annotations

from typing import Any

from django.core import checks

from caching.doctor import wiring
from caching.doctor.messages import messages

Messages = list[checks.CheckMessage]


def check_serializers(**_: Any) -> Messages:
    """caching.E002"""
    return messages(wiring.serializers(), "caching.E002")


def check_timeouts(**_: Any) -> Messages:
    """caching.E003"""
    return messages(wiring.timeouts(), "caching.E003")


def check_encryption(**_: Any) -> Messages:
    """caching.E006, when a deployment is checked: between containers on one machine it is often meant to be so."""
    return messages(wiring.encryption(), "caching.E006")
