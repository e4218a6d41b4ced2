"""The cookie that ties a sign-in at a provider to the browser in which it began. Redis has only digests made with it.

It is not the session: a visitor who begins and gives up has none, and leaves none.
"""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sessions_ext import conf

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_TO_SET = "oauth_browser_secret"


def secret_of(request: HttpRequest) -> str | None:
    given: str | None = getattr(request, _TO_SET, None) or request.COOKIES.get(_cookie_name())
    return given if given and _SECRET.fullmatch(given) else None


def remember(request: HttpRequest) -> str:
    """The secret of this browser, a new one if it has none; the middleware sets the cookie, for another ten minutes."""
    secret = secret_of(request) or secrets.token_urlsafe(32)
    setattr(request, _TO_SET, secret)
    return secret


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Sets the cookie if something was remembered. Lax: the provider sends the browser back from another site."""
    secret = getattr(request, _TO_SET, None)
    if secret:
        response.set_cookie(
            _cookie_name(),
            secret,
            max_age=conf.current().oauth_seconds,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def _cookie_name() -> str:
    """With the prefix, browsers take it from this very host over TLS only: no neighbour can plant one."""
    return "__Host-oauth" if settings.SESSION_COOKIE_SECURE else "oauth"
