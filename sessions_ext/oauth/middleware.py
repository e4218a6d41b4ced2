"""What every request needs of the sign-in with providers: the cookie of the browser, and words for what was refused."""

import logging

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from social_core.exceptions import (
    AuthCanceled,
    AuthConfigurationError,
    AuthProviderError,
    AuthResponseError,
    SocialAuthBaseException,
)

from sessions_ext.oauth import browser

logger = logging.getLogger(__name__)

_SENTENCES: tuple[tuple[type[SocialAuthBaseException], str], ...] = (
    (AuthCanceled, "You cancelled the sign-in. Nothing was changed."),
    (
        AuthConfigurationError,
        "The provider does not accept this platform at the moment. Please tell an administrator.",
    ),
    (
        AuthProviderError,
        "The provider does not answer properly at the moment. Please try again a little later.",
    ),
    (AuthResponseError, "The answer of the provider could not be accepted. Please try again."),
)
_OTHERWISE = "The sign-in took too long, was used before, or began in another browser. Please try again."


class BrowserCookieMiddleware(MiddlewareMixin):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        browser.set_cookie(request, response)
        return response


class RefusalMiddleware(MiddlewareMixin):
    """A sign-in that was refused ends on the sign-in page with a sentence of ours, never with the provider's words."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, SocialAuthBaseException):
            return None
        name = getattr(getattr(request, "backend", None), "name", "a provider")
        logger.info("A sign-in with %s was refused: %s at %s", name, error.code, error.stage)
        sentences = (sentence for family, sentence in _SENTENCES if isinstance(error, family))
        messages.error(request, next(sentences, _OTHERWISE))
        return redirect(settings.LOGIN_URL)
