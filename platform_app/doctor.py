"""What the doctor asks on behalf of the platform."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from caching.doctor import SettingsCheck, Verdict, fail, ok
from caching.doctor.messages import messages

Messages = list[checks.CheckMessage]


def proxies() -> Verdict:
    """HTTPS is for a proxy in front that ends TLS, so with it there is one."""
    count: int = settings.TRUSTED_PROXIES
    if not settings.HTTPS or count > 0:
        return ok(f"TRUSTED_PROXIES is {count}: so many proxies are believed.")
    return fail(
        "HTTPS is on, so a proxy stands in front, but TRUSTED_PROXIES is 0.",
        consequence="All visitors count as one, the proxy: a few wrong passwords of one person lock everybody out, and nobody can tell"
        " where attempts came from.",
        advice="Set TRUSTED_PROXIES to the number of proxies that a request passes, 1 behind nginx alone.",
    )


def check_proxies(**_: Any) -> Messages:
    """platform_app.E001, when a deployment is checked"""
    return messages(proxies(), "platform_app.E001")


CHECKS = (SettingsCheck("settings.proxies", "Proxies in front", proxies),)
