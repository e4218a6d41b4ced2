"""What happens beside a sign-in: the session learns on which device it is used."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from platform_app.accounts.visitors import browser_in, network_of
from platform_app.throttling import address_of
from sessions_ext.engine import SessionStore


@receiver(user_logged_in)
def note_device(request: HttpRequest, **_: Any) -> None:
    address = network_of(address_of(request)) if "REMOTE_ADDR" in request.META else ""
    session = cast(SessionStore, request.session)
    session.note_device(browser_in(request.headers.get("User-Agent", "")), address)
