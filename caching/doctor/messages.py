"""Verdicts on settings as messages of Django's system checks, so that both say the same."""

from __future__ import annotations

from django.core import checks

from caching.doctor.findings import Level, Verdict

_MESSAGES = {Level.FAIL: checks.Error, Level.WARN: checks.Warning}


def messages(verdict: Verdict, check_id: str) -> list[checks.CheckMessage]:
    """One message, or none for what is in order or unknown."""
    kind = _MESSAGES.get(verdict.level)
    if kind is None:
        return []
    return [kind(f"{verdict.said} {verdict.consequence}", hint=verdict.advice, id=check_id)]
