"""`manage.py check` says what is wrong with the providers before anybody clicks their buttons."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from sessions_ext.checks import check_clients, check_endpoint


@pytest.fixture(autouse=True)
def a_provider(settings: Settings) -> None:
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = "https://login.example.org/realms/main"
    settings.SOCIAL_AUTH_OIDC_KEY = "client"
    settings.SOCIAL_AUTH_OIDC_SECRET = "secret"


def ids() -> list[str | None]:
    return [message.id for message in [*check_clients(), *check_endpoint()]]


def test_a_whole_provider_is_in_order() -> None:
    assert ids() == []


def test_none_is_in_order(settings: Settings) -> None:
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = settings.SOCIAL_AUTH_OIDC_KEY = (
        settings.SOCIAL_AUTH_OIDC_SECRET
    ) = ""
    assert ids() == []


@pytest.mark.parametrize("name", ["OIDC_KEY", "OIDC_SECRET", "GOOGLE_KEY", "GOOGLE_SECRET"])
def test_a_client_without_its_secret_is_an_error(settings: Settings, name: str) -> None:
    given = getattr(settings, f"SOCIAL_AUTH_{name}")
    setattr(settings, f"SOCIAL_AUTH_{name}", "" if given else "given")
    (error,) = check_clients()
    assert error.id == "sessions_ext.E101"
    assert f"{name.partition('_')[0]}_CLIENT_ID" in error.msg


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "login.example.org",
        "http://login.example.org",
        "http://127.0.0.1.example.org",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "https://[",
        "https://login.example.org/?realm=main",
        "https://user:password@login.example.org",
        "https://login.example.org/.well-known/openid-configuration",
    ],
)
def test_an_endpoint_that_is_none_is_an_error(settings: Settings, endpoint: str) -> None:
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = endpoint
    assert ids() == ["sessions_ext.E102"]


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080", "http://[::1]:8080/realm", "http://localhost"])
def test_a_provider_on_this_machine_needs_no_tls(settings: Settings, endpoint: str) -> None:
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = endpoint
    assert ids() == []


def test_while_debugging_no_provider_needs_tls(settings: Settings) -> None:
    settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = "http://keycloak:8080/realms/main"
    settings.DEBUG = True
    assert ids() == []
