"""Who answers must be who was asked (RFC 9207; OpenID Connect Discovery, 4.3)."""

from __future__ import annotations

import pytest
from pytest_django import Settings
from social_django.utils import load_strategy

from sessions_ext.oauth.backends import OpenIdConnect
from tests.loopback_openid import ABSENT, LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Keys, Visitor, changed


@pytest.mark.parametrize("iss", ["https://evil.example", "", "{issuer}/", "HTTP{issuer}", "{issuer}\0"])
def test_the_answer_of_another_issuer_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, iss: str
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    other = iss.format(issuer=openid_provider.issuer).replace("HTTPhttp", "HTTP")
    visitor.assert_refused(visitor.come_back(changed(callback, iss=other)), saying="could not be accepted")
    assert openid_provider.requests["token"] == 0


@pytest.mark.parametrize("announced", [False, ABSENT])
def test_also_where_it_is_not_announced(
    openid_provider: LoopbackOpenID, visitor: Visitor, announced: object
) -> None:
    openid_provider.wrong.discovery["authorization_response_iss_parameter_supported"] = announced
    openid_provider.wrong.callback_iss = "https://evil.example"
    visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))


def test_an_answer_without_issuer_is_refused_where_one_is_announced(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.wrong.callback_iss = ABSENT
    visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))
    assert openid_provider.requests["token"] == 0


@pytest.mark.parametrize("announced", [False, ABSENT])
def test_an_answer_without_issuer_is_good_where_none_is_announced(
    openid_provider: LoopbackOpenID, visitor: Visitor, announced: object
) -> None:
    openid_provider.wrong.discovery["authorization_response_iss_parameter_supported"] = announced
    openid_provider.wrong.callback_iss = ABSENT
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert visitor.user_id


def test_also_the_answer_of_one_who_cancelled_has_to_name_its_issuer(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.wrong.callback_iss = "https://evil.example"
    refused = visitor.come_back(openid_provider.cancel(visitor.to_provider()))
    visitor.assert_refused(refused, saying="could not be accepted")


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"issuer": ABSENT},
        {"issuer": ["http://127.0.0.1"]},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "ftp://127.0.0.1/jwks"},
        {"token_endpoint": "http://[::1"},
        {"token_endpoint": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://127.0.0.1/\ud800"},
        {"token_endpoint": "http://\u2100.example/"},
        {"token_endpoint_auth_methods_supported": 5},
        {"token_endpoint_auth_methods_supported": True},
        {"token_endpoint_auth_methods_supported": None},
        {"token_endpoint_auth_methods_supported": "client_secret_post"},
        {"token_endpoint_auth_methods_supported": [["client_secret_post"]]},
    ],
    ids=str,
)
def test_discovery_that_is_not_the_configured_providers_is_refused_and_not_kept(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, wrong: dict[str, object]
) -> None:
    openid_provider.wrong.discovery = wrong
    visitor.assert_refused(visitor.begin())
    assert keys.names("oauth:*") == []
    openid_provider.wrong.discovery = {}
    assert visitor.to_provider()


def test_the_operator_is_told_what_the_provider_calls_itself(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """One stroke too many is the usual mistake."""
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = f"{openid_provider.issuer}/"
    visitor.assert_refused(visitor.begin())
    assert f"its issuer is '{openid_provider.issuer}' and must be '{openid_provider.issuer}/'" in caplog.text


def test_an_endpoint_without_tls_is_refused_where_the_issuer_has_it(settings: Settings) -> None:
    provider = OpenIdConnect(load_strategy())
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = issuer = "https://login.example.org"
    document = {"issuer": issuer, "token_endpoint": f"{issuer}/token"}
    assert provider._is_own(document)
    assert not provider._is_own({**document, "token_endpoint": "http://login.example.org/token"})


def test_discovery_that_somebody_planted_in_redis_is_not_believed(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    visitor.to_provider()
    (document,) = keys.names("oauth:discovery:*")
    keys.server.set(document, b'{"issuer": "https://evil.example"}', ex=60)
    assert visitor.to_provider().startswith(f"{openid_provider.issuer}/authorize?")
