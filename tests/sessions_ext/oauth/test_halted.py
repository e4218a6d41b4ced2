"""A sign-in that waits for its person, who has to choose a role for instance: nobody else goes on with it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import Settings
from social_core.exceptions import AuthSessionError
from social_django.models import Partial
from social_django.utils import load_strategy

from platform_app.models import User
from tests.loopback_openid import LoopbackOpenID, Person
from tests.sessions_ext.oauth.conftest import PIPELINE
from tests.sessions_ext.oauth.visitor import SIGN_IN_PAGE, Keys, Visitor

CREATE = PIPELINE.index("social_core.pipeline.user.create_user")


@pytest.fixture(autouse=True)
def pipeline_that_asks(plain_pipeline: None, settings: Settings) -> None:
    steps = [f"{__package__}.steps.ask", f"{__package__}.steps.remember"]
    settings.SOCIAL_AUTH_PIPELINE = [*PIPELINE[:CREATE], *steps, *PIPELINE[CREATE:]]


def halt(visitor: Visitor, openid_provider: LoopbackOpenID, sub: str = "ann", **form: str) -> str:
    """The token under which the sign-in waits."""
    response = visitor.come_back(openid_provider.approve(visitor.to_provider(**form), sub))
    address, _, token = response["Location"].partition("?partial_token=")
    assert address == "/ask/"
    assert visitor.user_id is None
    return str(token)


def choose(visitor: Visitor, role: str) -> None:
    """As a page of ours does on the server, with the choice of a form."""
    strategy_of(visitor).session_set("role", role)


def strategy_of(visitor: Visitor) -> Any:
    request = RequestFactory().get("/ask/")
    request.COOKIES = {name: morsel.value for name, morsel in visitor.client.cookies.items()}
    request.user, request.session = AnonymousUser(), {}  # type: ignore[assignment]
    return load_strategy(request)


def go_on(visitor: Visitor, token: str | None = None) -> Any:
    given = {} if token is None else {"partial_token": token}
    return visitor.client.get(reverse("social:complete", args=["oidc"]), given)


@pytest.mark.parametrize("names_it", [True, False])
def test_its_person_goes_on_and_arrives(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, names_it: bool
) -> None:
    library = reverse("scenarios:library")
    token = halt(visitor, openid_provider, next=library)
    choose(visitor, "student")
    assert go_on(visitor, token if names_it else None)["Location"] == library
    assert User.objects.get().email == "student.ann@example.org"
    assert visitor.user_id
    assert keys.of_sign_ins() == []


def test_while_it_waits_there_is_no_row_no_session_and_no_token_of_the_provider(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    halt(visitor, openid_provider)
    (waiting,) = keys.names("oauth:partial:*")
    data = json.loads(keys.server.get(waiting))["data"]
    assert "ann@example.org" in str(data)
    assert not any(token in str(data) for token in openid_provider.tokens())
    assert keys.names("session*") == []
    assert 590 < keys.longest_life() <= 600
    assert not Partial.objects.exists()
    assert not User.objects.exists()


def test_who_has_not_chosen_is_asked_again(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    token = halt(visitor, openid_provider)
    again = go_on(visitor, token)["Location"]
    assert again.startswith("/ask/")
    assert token not in again
    assert len(keys.names("oauth:partial:*")) == 1


def test_another_browser_cannot_go_on_with_it(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    token = halt(visitor, openid_provider)
    choose(visitor, "student")
    other = Visitor()
    other.to_provider()
    choose(other, "professor")
    other.assert_refused(go_on(other, token))
    assert not User.objects.exists()
    go_on(visitor, token)
    assert User.objects.get().email == "student.ann@example.org"


def test_another_browser_cannot_go_on_with_it_by_a_callback_either(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    """Neither with the state of the other as well, nor with one of its own."""
    token = halt(visitor, openid_provider)
    choose(visitor, "student")
    bob = Visitor()
    openid_provider.people["bob"] = Person("bob", "bob@example.org")
    theirs = openid_provider.approve(Visitor().to_provider())
    for callback in (theirs, openid_provider.approve(bob.to_provider(), "bob")):
        assert bob.come_back(f"{callback}&partial_token={token}")["Location"] == SIGN_IN_PAGE
        assert bob.user_id is None
    assert not User.objects.exists()
    go_on(visitor, token)
    assert User.objects.get().email == "student.ann@example.org"


def test_who_signed_in_meanwhile_cannot_go_on_with_it(
    openid_provider: LoopbackOpenID, visitor: Visitor, student: User
) -> None:
    token = halt(visitor, openid_provider)
    choose(visitor, "student")
    visitor.client.force_login(student)
    go_on(visitor, token)
    assert not student.social_auth.exists()


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "t" * 5000, "\0", "*"])
def test_a_token_of_nothing_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor, token: str) -> None:
    visitor.to_provider()
    visitor.assert_refused(go_on(visitor, token))


def test_a_new_sign_in_does_not_go_on_with_the_one_that_waits(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    """Social-core would: whoever comes back gets what waits in this browser, whoever he is."""
    openid_provider.people["bob"] = Person("bob", "bob@example.org")
    halt(visitor, openid_provider, "ann")
    token = halt(visitor, openid_provider, "bob")
    choose(visitor, "student")
    go_on(visitor, token)
    assert User.objects.get().email == "student.bob@example.org"


def test_it_waits_for_ten_minutes(openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys) -> None:
    token = halt(visitor, openid_provider)
    choose(visitor, "student")
    (waiting,) = keys.names("oauth:partial:*")
    keys.server.pexpire(waiting, 0)
    visitor.assert_refused(go_on(visitor, token), saying="too long")
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_six_who_go_on_at_once_one_does(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    token = halt(visitor, openid_provider)
    choose(visitor, "student")
    tabs = [Visitor() for _ in range(6)]
    for tab in tabs:
        tab.client.cookies["oauth"] = visitor.client.cookies["oauth"].value

    def step(tab: Visitor) -> int:
        try:
            return int(go_on(tab, token).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(step, tabs)) == [302] * 6
    assert sum(tab.user_id is not None for tab in tabs) == User.objects.count() == 1


def test_who_looked_at_it_before_another_went_on_does_not_go_on(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    token = halt(visitor, openid_provider)
    strategy = strategy_of(visitor)
    first, second = strategy.partial_load(token), strategy.partial_load(token)
    backend = strategy.get_backend("oidc")
    choose(visitor, "student")
    assert backend.continue_pipeline(first) == User.objects.get()
    choose(visitor, "student")
    with pytest.raises(AuthSessionError):
        backend.continue_pipeline(second)


@pytest.mark.parametrize(
    "planted",
    [b"", b"null", b"[]", b"\xff", b"{}", b'{"backend": "oidc", "next_step": "x", "data": {}}', b"[" * 10**5],
)
def test_garbage_in_its_place_is_nothing_that_waits(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, planted: bytes
) -> None:
    token = halt(visitor, openid_provider)
    (waiting,) = keys.names("oauth:partial:*")
    keys.server.set(waiting, planted, ex=60)
    visitor.assert_refused(go_on(visitor, token))
