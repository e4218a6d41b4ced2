"""Without Redis nobody signs in with a provider, and everybody is told so at once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import Settings

from platform_app.models import User
from tests.loopback_openid import LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Visitor, path_of

NOWHERE = "redis://127.0.0.1:1/0"


def test_a_sign_in_that_cannot_begin_is_a_503(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings
) -> None:
    settings.REDIS_URL = NOWHERE
    response = visitor.begin()
    assert response.status_code == 503
    assert response["Retry-After"]


def test_a_sign_in_that_is_under_way_is_a_503_and_goes_on_afterwards(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    alive, settings.REDIS_URL = settings.REDIS_URL, NOWHERE
    assert visitor.come_back(callback).status_code == 503
    assert not User.objects.exists()
    settings.REDIS_URL = alive
    visitor.come_back(callback)
    assert visitor.user_id


def test_a_server_that_goes_away_in_the_midst_is_a_503(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the provider has been asked for the token."""
    callback = openid_provider.approve(visitor.to_provider())
    exchange = openid_provider.exchange

    def exchange_and_lose(*given: object) -> object:
        settings.REDIS_URL = NOWHERE
        return exchange(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(openid_provider, "exchange", exchange_and_lose)
    assert visitor.client.get(path_of(callback)).status_code == 503
    assert not User.objects.exists()


def test_the_sign_in_page_does_not_need_it(settings: Settings, visitor: Visitor) -> None:
    settings.REDIS_URL = NOWHERE
    assert visitor.client.get(reverse("accounts:sign_in")).status_code == 200
