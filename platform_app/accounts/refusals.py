"""A sign-in with a provider that does not succeed ends on the page where it began, with a sentence that says why.

Whatever went wrong, nobody is signed in, nothing was made, and one can try again.
"""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from social_core.exceptions import (
    AuthCanceled,
    AuthConfigurationError,
    AuthPolicyError,
    AuthProviderError,
    AuthResponseError,
    SocialAuthBaseException,
)

from platform_app.accounts import leaving, providers

logger = logging.getLogger(__name__)


class SignInRefused(AuthPolicyError):
    """One of our own rules; `sentence` is for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


_BY_CODE = {
    "identity_in_use": "This sign-in at {provider} is connected with another account here. Sign in to that account, "
    "or disconnect it there first.",
    "email_in_use": "This e-mail address has an account already. Continue with {provider} once more to connect the two.",
    "disconnect_disallowed": "This is the only way into your account. Set a password first, or connect another sign-in.",
    "response_expired": "{provider} took too long to answer. Please try again.",
    "rate_limited": "{provider} is busy at the moment. Please try again in some minutes.",
}
_BY_FAMILY: tuple[tuple[type[SocialAuthBaseException], str], ...] = (
    (AuthCanceled, "You cancelled the sign-in at {provider}. Nothing was changed."),
    (
        AuthConfigurationError,
        "{provider} does not accept this platform at the moment. Please tell an administrator.",
    ),
    (
        AuthProviderError,
        "{provider} does not answer properly at the moment. Please try again, or use another way in.",
    ),
    (AuthResponseError, "The answer of {provider} could not be accepted. Please try again."),
)
_OTHERWISE = "The sign-in took too long, was used before, or began in another browser. Please try again."


def sentence_for(error: SocialAuthBaseException, provider: str) -> str:
    """What the person reads. Never what the provider wrote: anybody can put words into that address."""
    if isinstance(error, SignInRefused):
        return error.sentence
    by_family = (text for family, text in _BY_FAMILY if isinstance(error, family))
    text = _BY_CODE.get(error.code) or next(by_family, _OTHERWISE)
    return text.format(provider=provider)


class RefusalMiddleware(MiddlewareMixin):
    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, SocialAuthBaseException):
            return None
        backend = getattr(request, "backend", None)
        provider = providers.label_of(backend.name) if backend else "the provider"
        is_ours_to_mend = isinstance(error, AuthConfigurationError | AuthProviderError)
        level = logging.WARNING if is_ours_to_mend else logging.INFO
        logger.log(level, "A sign-in with %s was refused: %s at %s", provider, error.code, error.stage)
        sentence = sentence_for(error, provider)
        page = leaving.page_after_refusal(request)
        messages.error(request, sentence[0].upper() + sentence[1:])
        return redirect(page)
