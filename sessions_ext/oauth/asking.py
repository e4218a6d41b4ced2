"""How a backend asks its provider: within bounds, and what the provider publishes is asked for seldom.

Whatever a provider answers, or does not, is one of social-core's errors.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

# Not that of functools: until Python 3.12 it makes all threads wait for one another.
from django.utils.functional import cached_property
from social_core.backends.base import BaseAuth
from social_core.exceptions import AuthConfigurationError, AuthProviderError, AuthResponseError, ErrorStage
from social_core.utils import http_error, redact_request_error

from sessions_ext.oauth.fetching import TooMuch, fetch
from sessions_ext.oauth.published import Json, Published

logger = logging.getLogger(__name__)

_NOT_OWN = (
    "%s was refused: its issuer is %.200r and must be %r, its endpoints must be addresses in ASCII, with https where the "
    "issuer has it, and token_endpoint_auth_methods_supported a list of names"
)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")


class AsksProvider(BaseAuth[Any]):
    _keys: list[Json]
    oidc_endpoint: Callable[[], str]
    jwks_uri: Callable[[], str]

    def request(
        self, url: str, *, method: str = "GET", stage: ErrorStage = "user_info", **given: Any
    ) -> requests.Response:
        """An answer with the status 200, or one of social-core's errors without an address in it."""
        given.pop("timeout", None)
        try:
            response = fetch(method, url, headers=dict(given.pop("headers", None) or {}), **given)
        except TooMuch as error:
            raise AuthResponseError(self, code="malformed_response", stage=stage) from error
        except requests.RequestException as error:
            redact_request_error(error, request_url=url)
            raise AuthProviderError(self, code=_code_of(error), stage=stage) from error
        if response.status_code == 200:
            return response
        try:
            raise http_error(self, requests.HTTPError(response=response), stage=stage)
        except RecursionError as error:
            raise AuthProviderError(self, stage=stage) from error

    def get_json(self, url: str, *args: Any, stage: ErrorStage = "user_info", **given: Any) -> Json:
        response = self.request(url, *args, stage=stage, **given)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        try:
            value = response.json() if media_type.endswith(("/json", "+json")) else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise AuthResponseError(self, code="malformed_response", stage=stage)
        return value

    def oidc_config(self) -> Json:
        """The discovery document, which must come from the issuer that is configured (OpenID Connect Discovery, 4.3)."""
        return self._discovery

    @cached_property
    def _discovery(self) -> Json:
        url = f"{self.oidc_endpoint().rstrip('/')}/.well-known/openid-configuration"

        def fetched() -> Json:
            document = self.get_json(url, stage="begin")
            if not self._is_own(document):
                logger.warning(_NOT_OWN, url, document.get("issuer"), self.oidc_endpoint())
                raise AuthResponseError(self, code="invalid_claim", claim="issuer", stage="begin")
            return document

        return Published("discovery", url, fetched).current(self._is_own)

    def _is_own(self, document: Json) -> bool:
        """Its issuer is ours, and where the issuer speaks TLS all do: one of them is sent our secret. What social-core looks
        into without a doubt is what it should be."""
        schemes = {"https"} if self.oidc_endpoint().startswith("https://") else {"https", "http"}
        addresses = [document[name] for name in _ENDPOINTS if name in document]
        return (
            document.get("issuer") == self.oidc_endpoint()
            and all(_scheme(address) in schemes for address in addresses)
            and _is_list_of_texts(document.get("token_endpoint_auth_methods_supported", []))
        )

    def signing_keys(self, kid: str | None) -> list[Json]:
        """The provider's keys, asked for anew if this one is not among them."""
        url = self.jwks_uri()
        published = Published("jwks", url, lambda: self._fetched_keys(url))

        def has_key(jwks: Json) -> bool:
            return _has_keys(jwks) and any(key.get("kid") == kid for key in jwks["keys"])

        jwks = published.current(_has_keys)
        if kid is not None and not has_key(jwks):
            jwks = published.renewed(has_key)
        if not _has_keys(jwks):
            raise AuthResponseError(self, code="invalid_signature", stage="token_validation")
        keys: list[Json] = jwks["keys"]
        return keys

    def _fetched_keys(self, url: str) -> Json:
        jwks = self.get_json(url, stage="token_validation")
        if not _has_keys(jwks):
            raise AuthResponseError(self, code="malformed_response", stage="token_validation")
        return jwks

    def get_key_and_secret(self) -> tuple[str, str]:
        key, secret = self.setting("KEY"), self.setting("SECRET")
        if not key or not secret:
            raise AuthConfigurationError(self, code="missing_setting", parameter="SECRET")
        return key, secret


def _has_keys(jwks: Json) -> bool:
    keys = jwks.get("keys")
    return isinstance(keys, list) and all(isinstance(key, dict) for key in keys)


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _scheme(address: Any) -> str:
    """Empty for what is no address (RFC 3986 has ASCII only)."""
    if not (isinstance(address, str) and address.isascii()):
        return ""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _code_of(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "tls_error"
    return "timeout" if isinstance(error, requests.Timeout) else "connection_failed"
