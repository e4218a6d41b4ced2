"""OpenID Connect as social-core has it, with what it lacks: one record a sign-in that is used once, the issuer of the
answer (RFC 9207), PKCE always, bounded answers of the provider, keys in Redis. No token outlives the sign-in.
"""

from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpResponse
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import (
    AuthInputError,
    AuthResponseError,
    AuthSessionError,
    SocialAuthBaseException,
)
from social_core.utils import constant_time_compare, url_add_parameters

from sessions_ext.oauth.asking import AsksProvider
from sessions_ext.oauth.published import Json

LONGEST_STATE = 128
ALGORITHM_OF_KIND = {"RSA": "RS256", "EC": "ES256"}


class OpenIdProvider(AsksProvider, OpenIdConnectAuth[HttpResponse]):
    """Any provider. Its `endpoint` is its issuer, to the letter."""

    name = "oidc"
    title = "OpenID Connect"
    JWT_ALGORITHMS = [*ALGORITHM_OF_KIND.values()]
    JWT_LEEWAY = 30.0  # seconds by which clocks may differ
    DEFAULT_USE_PKCE = True
    USE_NONCE = False  # social-core's, in tables; ours is in `auth_params`

    @classmethod
    def get_title(cls, strategy: Any = None) -> str:
        return setting_of(cls, "TITLE") or cls.title or cls.name

    # --- Off to the provider ---

    def get_or_create_state(self) -> str:
        state: str = self.state_token()
        self._oauth2_transaction = {"state": state, "next": self.strategy.session_pop("next")}
        return state

    def create_code_verifier(self, state: str | None = None) -> str:
        verifier: str = self.strategy.random_string(64)
        self._transaction["code_verifier"] = verifier
        return verifier

    def auth_params(self, state: str | None = None) -> Json:
        nonce = self.strategy.random_string(64)
        self._transaction["nonce"] = nonce
        return {**super().auth_params(state), "nonce": nonce}

    def auth_url(self) -> str:
        """As social-core's, but nothing in the address is unquoted: a client id may hold any sign."""
        state = self.get_or_create_state()
        asked = {**self.auth_params(state), **self.get_scope_argument(), **self.auth_extra_arguments()}
        url = url_add_parameters(self.authorization_url(), asked)
        self.strategy.session_set(self.transaction_key(state), self._transaction)
        return url

    # --- Back from the provider ---

    def auth_complete(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse_repeated_parameters()
        self.validate_state()
        self._refuse_other_issuer()
        if not self.data.get("code") and not self.data.get("error"):
            raise AuthInputError(self, parameter="code", code="missing_parameter", stage="callback")
        return super().auth_complete(*args, **kwargs)

    def validate_state(self) -> str:
        """Takes the record of this sign-in out of Redis: of several callbacks one gets it, whatever comes of it."""
        state = self.get_request_state()
        if not isinstance(state, str) or not 0 < len(state) <= LONGEST_STATE:
            raise AuthInputError(self, parameter="state", code="missing_parameter", stage="callback")
        if self._oauth2_transaction is None:
            taken = self.strategy.session_pop(self.transaction_key(state))
            if not isinstance(taken, dict):
                raise AuthSessionError(self, code="session_context_missing", stage="callback")
            self._oauth2_transaction = taken
            self._restore_destination(taken.get("next"))
        return state

    def _restore_destination(self, destination: Any) -> None:
        """Each tab goes where its own sign-in was to lead."""
        if destination:
            self.strategy.session_set("next", destination)
        else:
            self.strategy.session_pop("next")

    def _refuse_repeated_parameters(self) -> None:
        """RFC 6749, 3.1: which one counts is a question that two programs answer differently."""
        given = self.strategy.request_get()
        for name in ("state", "code", "iss", "error"):
            if len(given.getlist(name)) > 1:
                raise AuthInputError(self, parameter=name, code="invalid_parameter", stage="callback")

    def _refuse_other_issuer(self) -> None:
        """RFC 9207: an answer of another provider must not be taken for this one's."""
        issuer = self.data.get("iss")
        announced = self.oidc_config().get("authorization_response_iss_parameter_supported")
        if issuer != self.oidc_endpoint() and (issuer is not None or announced):
            raise AuthResponseError(self, code="invalid_claim", claim="iss", stage="callback")

    # --- Tokens ---

    def find_valid_key(self, id_token: str) -> Json | None:
        header = jwt.get_unverified_header(id_token)
        self._keys = self.signing_keys(header.get("kid"))
        key: Json | None = super().find_valid_key(id_token)
        return key if key is not None and key["alg"] == header.get("alg") else None

    def get_jwks_keys(self) -> list[Json]:
        return [
            {**key, "alg": ALGORITHM_OF_KIND[key["kty"]]}
            for key in self._keys
            if key.get("kty") in ALGORITHM_OF_KIND and key.get("use", "sig") == "sig"
        ]

    def validate_and_return_id_token(self, id_token: str, access_token: str) -> Json:
        """The claims. Whatever a provider may have put into them, it is accepted or refused."""
        try:
            claims: Json = super().validate_and_return_id_token(id_token, access_token)
        except SocialAuthBaseException:
            raise
        except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise AuthResponseError(self, code="malformed_response", stage="token_validation") from error
        return claims

    def validate_claims(self, id_token: Json) -> None:
        self.validate_temporal_claims(id_token)
        nonce, expected = id_token.get("nonce"), self._transaction.get("nonce")
        if not (
            isinstance(nonce, str) and isinstance(expected, str) and constant_time_compare(nonce, expected)
        ):
            raise AuthResponseError(self, code="nonce_mismatch", stage="token_validation")

    @property
    def _transaction(self) -> Json:
        if self._oauth2_transaction is None:
            raise AuthSessionError(self, code="session_context_missing")
        return self._oauth2_transaction

    # --- Who it is ---

    def do_auth(self, access_token: str, *args: Any, response: Any = None, **kwargs: Any) -> Any:
        """The tokens end here: the pipeline, and what it may keep while it waits, get claims only."""
        told = self.user_data(access_token) or {}
        claims = dict(self.id_token or {})
        if "email" in told:  # whoever names the address has to vouch for it
            claims.pop("email_verified", None)
        kwargs.update(response={**claims, **told}, backend=self)
        return self.strategy.authenticate(*args, **kwargs)

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> Json | None:
        if not self.oidc_config().get("userinfo_endpoint"):
            return None
        told = super().user_data(access_token)
        if told is None or told.get("sub") is None:
            raise AuthResponseError(self, code="missing_claim", claim="sub", stage="user_info")
        return told

    def get_user_details(self, response: Json) -> Json:
        """Texts, "" where there are none; and whether the provider vouches for the address, by nothing but `true`."""
        details = super().get_user_details(response)
        texts = {name: value if isinstance(value, str) else "" for name, value in details.items()}
        return {**texts, "email_verified": response.get("email_verified") is True}

    def extra_data(self, *_: Any, **__: Any) -> Json:
        """Nothing: after the sign-in we ask the provider for nothing, so there is no token to steal."""
        return {}

    def continue_pipeline(self, partial: Any) -> Any:
        """Of several who go on with a halted sign-in at once, one does."""
        if not self.strategy.storage.partial.destroy(partial.token):
            raise AuthSessionError(self, code="session_context_missing", stage="pipeline")
        return super().continue_pipeline(partial)


class OpenIdConnect(OpenIdProvider):
    """The provider of the organisation, such as a university's."""


class Google(OpenIdProvider):
    name = "google"
    title = "Google"
    OIDC_ENDPOINT = "https://accounts.google.com"

    def id_token_issuer(self) -> Any:
        """Google's tokens may leave the scheme out (OpenID Connect Core, 15.6.2)."""
        issuer = super().id_token_issuer()
        return [issuer, "accounts.google.com"] if issuer == self.OIDC_ENDPOINT else issuer


@dataclass(frozen=True)
class Offer:
    """`title` is what the button says."""

    name: str
    title: str


def providers() -> list[Offer]:
    """Those that this installation has a client id for, in the order of their buttons."""
    return [
        Offer(backend.name, backend.get_title())
        for backend in (OpenIdConnect, Google)
        if setting_of(backend, "KEY")
    ]


def setting_of(backend: type[OpenIdProvider], name: str) -> str:
    return str(getattr(settings, f"SOCIAL_AUTH_{backend.name.upper()}_{name}", ""))
