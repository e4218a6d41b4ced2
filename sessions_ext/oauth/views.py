"""The two addresses of a sign-in with a provider: it begins by a form of ours, and ends where the provider sends the browser."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from social_core.actions import do_auth, do_complete
from social_core.exceptions import AuthSessionError
from social_core.utils import PARTIAL_TOKEN_SESSION_NAME
from social_django.utils import load_strategy

from sessions_ext.oauth.backends import OpenIdProvider, providers


@never_cache
@require_POST
def begin(request: HttpRequest, backend: str) -> HttpResponse:
    """A page that goes on to the provider by itself.

    Not a redirect: the policy of our pages lets forms lead to this site only, and browsers apply it to every redirect
    that follows a form, also to those by which a provider hands on to another.
    """
    provider = _provider(request, backend)
    address = do_auth(provider, user=request.user)["Location"]  # type: ignore[arg-type]
    context = {"address": address, "title": provider.get_title()}
    return render(request, "accounts/to_provider.html", context)


@never_cache
@require_GET
def complete(request: HttpRequest, backend: str) -> HttpResponse:
    provider = _provider(request, backend)
    if "state" in request.GET:
        # Another sign-in that waits for its person must not be gone on with in place of this one.
        provider.strategy.session_pop(PARTIAL_TOKEN_SESSION_NAME)
    elif "partial_token" in request.GET and not _waits(provider, request.GET["partial_token"]):
        raise AuthSessionError(provider, code="session_context_missing", stage="callback")
    response: HttpResponse = do_complete(provider, _sign_in, user=request.user, request=request)  # type: ignore[arg-type]
    if request.user.is_authenticated:
        provider.strategy.session_pop("next")
    return response


def _provider(request: Any, name: str) -> OpenIdProvider:
    """The backend, also as `request.backend`. Raises Http404 for one that is not offered."""
    if all(name != offer.name for offer in providers()):
        raise Http404
    request.social_strategy = strategy = load_strategy(request)
    request.backend = strategy.get_backend(name, redirect_uri=reverse("social:complete", args=[name]))
    backend: OpenIdProvider = request.backend
    return backend


def _waits(provider: OpenIdProvider, token: str) -> bool:
    """Whether a sign-in of this browser waits under this token. Social-core would send others away without a word."""
    strategy = provider.strategy
    return token == strategy.session_get(PARTIAL_TOKEN_SESSION_NAME) and bool(strategy.partial_load(token))


def _sign_in(backend: Any, user: Any, social_user: Any) -> None:
    """A session like everybody's, which ends when the account is disabled."""
    login(backend.strategy.request, user, settings.AUTHENTICATION_BACKENDS[0])
