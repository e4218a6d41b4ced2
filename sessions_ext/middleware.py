"""Django's session middleware, which here does not punish a request for what it has not done."""

from __future__ import annotations

from typing import cast

from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from sessions_ext import current
from sessions_ext.engine import SessionStore


class SessionMiddleware(DjangoSessionMiddleware):
    """In the place of Django's.

    A request that only reads may have been about to say that its session is in use when that was ended, or got another id,
    by a request beside it. It has nothing to lose: its answer goes out, but without the cookie, which would take the new
    one's place. A request with changes to save is refused, as always (400, SessionInterrupted).
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        current.begin(request.session)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        current.end()
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            if cast(SessionStore, request.session).has_changes:
                raise
        patch_vary_headers(response, ("Cookie",))
        return response
