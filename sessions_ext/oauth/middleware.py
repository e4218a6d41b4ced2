"""What every request needs of the sign-in with providers: the cookie of the browser."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from sessions_ext.oauth import browser


class BrowserCookieMiddleware(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        browser.set_cookie(request, response)
        return response
