"""What is wrong in the settings before the first request: `manage.py check`. No server is asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from caching.connection.urls import is_loopback
from caching.doctor.messages import messages
from sessions_ext import doctor

Messages = list[checks.CheckMessage]


def check_clients(**_: Any) -> Messages:
    """sessions_ext.E101"""
    return [
        checks.Error(
            f"{name}_CLIENT_ID and {name}_CLIENT_SECRET belong together, and one of them is empty.",
            hint="Both are given out by the provider, where this platform is registered. Set both, or neither.",
            id="sessions_ext.E101",
        )
        for name in ("OIDC", "GOOGLE")
        if bool(_setting(f"{name}_KEY")) != bool(_setting(f"{name}_SECRET"))
    ]


def check_endpoint(**_: Any) -> Messages:
    """sessions_ext.E102"""
    if not _setting("OIDC_KEY") or _is_issuer(_setting("OIDC_OIDC_ENDPOINT")):
        return []
    return [
        checks.Error(
            "OIDC_ENDPOINT is not the address of an OpenID provider.",
            hint="It is the provider's issuer, such as https://login.example.org/realms/main: with https unless it is on "
            "this machine or DEBUG is on, and without /.well-known/openid-configuration at its end.",
            id="sessions_ext.E102",
        )
    ]


def check_engine(**_: Any) -> Messages:
    """sessions_ext.E103"""
    return messages(doctor.engine(), "sessions_ext.E103")


def register() -> None:
    for check in (check_clients, check_endpoint, check_engine):
        checks.register(check, "sessions_ext")


def _is_issuer(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username or "/.well-known" in parts.path:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (settings.DEBUG or is_loopback(host)))


def _setting(name: str) -> str:
    return str(getattr(settings, f"SOCIAL_AUTH_{name}", ""))
