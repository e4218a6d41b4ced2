"""The way in, as it should go."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings
from social_django.models import Association, Nonce, Partial, UserSocialAuth

from platform_app.models import User
from sessions_ext.oauth.backends import Offer, providers
from tests.factories import PASSWORD
from tests.loopback_openid import LoopbackOpenID, Person
from tests.sessions_ext.oauth.visitor import Keys, Visitor, asked_in


def sign_in(visitor: Visitor, provider: LoopbackOpenID, sub: str = "ann", **form: str) -> Any:
    return visitor.come_back(provider.approve(visitor.to_provider(**form), sub))


def test_a_person_signs_in_and_is_the_same_the_next_time(openid_provider: LoopbackOpenID) -> None:
    ids = set()
    for _ in range(2):
        visitor = Visitor()
        response = sign_in(visitor, openid_provider)
        assert (response.status_code, response["Location"]) == (302, reverse("home"))
        ids.add(visitor.user_id)
    user = User.objects.get()
    assert ids == {str(user.pk)}
    assert user.email == "ann@example.org"


def test_what_is_asked_is_pkce_s256_with_state_and_nonce(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    first, second = asked_in(visitor.to_provider()), asked_in(visitor.to_provider())
    assert first["code_challenge_method"] == "S256"
    assert first["response_type"] == "code"
    assert first["scope"] == "openid profile email"
    assert first["redirect_uri"] == "http://testserver/account/with/oidc/done/"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 32
        assert first[name] != second[name]


def test_a_client_may_have_any_name(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings
) -> None:
    openid_provider.client_id = settings.SOCIAL_AUTH_OIDC_KEY = "https://learn.example.org/?a=1&b=%2B+#c"
    assert asked_in(visitor.to_provider())["client_id"] == openid_provider.client_id


def test_nothing_stays_in_redis_but_what_the_provider_publishes(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    sign_in(visitor, openid_provider, next=reverse("scenarios:library"))
    assert visitor.user_id
    assert keys.of_sign_ins() == []
    assert 0 < keys.longest_life() <= 600


def test_no_token_is_kept(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    sign_in(visitor, openid_provider)
    connected = UserSocialAuth.objects.get()
    assert (connected.provider, connected.uid, connected.extra_data) == ("oidc", "ann", {})


def test_the_session_is_one_like_everybodys_and_ends_with_the_account(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    sign_in(visitor, openid_provider)
    assert visitor.client.session["_auth_user_backend"] == "django.contrib.auth.backends.ModelBackend"
    assert visitor.client.get(reverse("accounts:account")).status_code == 200
    User.objects.update(is_active=False)
    assert visitor.client.get(reverse("accounts:account")).status_code == 302


def test_a_disabled_account_is_not_signed_in(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    sign_in(visitor, openid_provider)
    User.objects.update(is_active=False)
    again = Visitor()
    assert sign_in(again, openid_provider).status_code == 302
    assert again.user_id is None


def test_each_tab_goes_where_its_own_sign_in_was_to_lead(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    library, account = reverse("scenarios:library"), reverse("accounts:account")
    first = visitor.to_provider(next=library)
    visitor.to_provider(next=account)
    assert visitor.come_back(openid_provider.approve(first))["Location"] == library


def test_a_sign_in_does_not_go_where_an_earlier_one_was_to_lead(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    visitor.to_provider(next=reverse("scenarios:library"))
    assert sign_in(visitor, openid_provider)["Location"] == reverse("home")


def test_somebody_who_is_signed_in_connects_the_provider(
    openid_provider: LoopbackOpenID, student: User
) -> None:
    visitor = Visitor(student)
    sign_in(visitor, openid_provider, password=PASSWORD)
    assert UserSocialAuth.objects.get().user == student
    assert visitor.user_id == str(student.pk)


def test_google_is_asked_at_its_own_address_with_its_own_client(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings
) -> None:
    settings.SOCIAL_AUTH_GOOGLE_OIDC_ENDPOINT = openid_provider.issuer
    settings.SOCIAL_AUTH_GOOGLE_KEY = openid_provider.client_id
    settings.SOCIAL_AUTH_GOOGLE_SECRET = openid_provider.client_secret
    visitor.come_back(openid_provider.approve(visitor.to_provider("google")))
    assert visitor.user_id
    assert UserSocialAuth.objects.get().provider == "google"


def test_the_buttons_are_those_of_the_configured_providers(
    openid_provider: LoopbackOpenID, settings: Settings
) -> None:
    assert providers() == [Offer("oidc", "Loopback login")]
    settings.SOCIAL_AUTH_GOOGLE_KEY = "a client"
    assert [offer.title for offer in providers()] == ["Loopback login", "Google"]


@pytest.mark.parametrize("name", ["oidc", "google", "facebook"])
def test_what_is_not_configured_does_not_exist(visitor: Visitor, name: str) -> None:
    assert providers() == []
    assert visitor.begin(name).status_code == 404
    assert visitor.client.get(reverse("social:complete", args=[name])).status_code == 404


def test_the_page_on_the_way_asks_for_nothing_that_our_policy_forbids(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    page = visitor.begin()
    assert "Continue to Loopback login".lower() in page.content.decode().lower()
    assert "form-action 'self'" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]


def test_the_tables_of_social_auth_stay_empty(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    openid_provider.people["bob"] = Person("bob", "bob@example.org")
    sign_in(visitor, openid_provider, "bob")
    assert [model.objects.count() for model in (Nonce, Association, Partial)] == [0, 0, 0]
