"""The page "Your devices": where one is signed in, and the way to end that from here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from platform_app.accounts import devices
from platform_app.errors import NotFound
from platform_app.requests import SignedInRequest, signed_in


@require_safe
@signed_in
@never_cache
def show(request: SignedInRequest) -> HttpResponse:
    found = devices.devices_seen_from(request.session, request.user)
    return render(request, "accounts/devices.html", {"devices": found})


@require_POST
@signed_in
def end_one(request: SignedInRequest) -> HttpResponse:
    try:
        devices.end_device(request.session, request.user, request.POST.get("digest", ""))
    except NotFound:
        messages.info(request, "That device was signed out already.")
        return redirect("accounts:devices")
    if request.session.session_key is None:
        messages.success(request, "You are signed out.")
        return redirect("home")
    messages.success(request, "The device is signed out.")
    return redirect("accounts:devices")


@require_POST
@signed_in
def end_others(request: SignedInRequest) -> HttpResponse:
    ended = devices.end_other_devices(request.session, request.user)
    if ended:
        messages.success(request, f"You are signed out on {ended} other device{'' if ended == 1 else 's'}.")
    else:
        messages.info(request, "You are signed in nowhere else.")
    return redirect("accounts:devices")
