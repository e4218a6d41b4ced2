"""Where a sign-in leads in the end. What it had to remember meanwhile is asked for once and gone."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from social_django.utils import load_strategy

NEXT = "next"


def own_page(request: HttpRequest, wanted: str) -> str:
    """What was asked for, if that is a page of ours, else ""; a stranger's link must not send people elsewhere."""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else ""


def next_page(request: HttpRequest) -> str:
    """Where one wanted to go when the sign-in with the provider began, or the start page."""
    remembered = load_strategy(request).session_pop(NEXT)
    wanted = own_page(request, remembered) if isinstance(remembered, str) else ""
    return wanted or resolve_url("home")


def page_after_refusal(request: HttpRequest) -> str:
    """The page that the sign-in began on, which still knows where one wanted to go."""
    wanted = next_page(request)
    if request.user.is_authenticated:
        return resolve_url("accounts:account")
    page = resolve_url("accounts:sign_in")
    return page if wanted == resolve_url("home") else f"{page}?{urlencode({NEXT: wanted})}"
