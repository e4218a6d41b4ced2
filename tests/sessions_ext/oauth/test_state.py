"""A sign-in is completed once, soon, and by the browser in which it began, at the provider at which it began."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.cookies import Morsel

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django import Settings
from social_django.models import Association, Nonce, Partial, UserSocialAuth

from platform_app.models import User
from tests.factories import PASSWORD
from tests.loopback_openid import LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Keys, Visitor, asked_in, changed


@pytest.fixture
def google_too(openid_provider: LoopbackOpenID, settings: Settings) -> None:
    settings.SOCIAL_AUTH_GOOGLE_OIDC_ENDPOINT = openid_provider.issuer
    settings.SOCIAL_AUTH_GOOGLE_KEY = openid_provider.client_id
    settings.SOCIAL_AUTH_GOOGLE_SECRET = openid_provider.client_secret


@pytest.mark.parametrize(
    "state", [None, "", "x", "ä" * 32, "a\0b", "\ud800".encode(errors="replace").decode(), "*", "s" * 10_000]
)
def test_without_a_state_of_ours_it_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, state: str | None
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    visitor.assert_refused(visitor.come_back(changed(callback, state=state)))
    assert openid_provider.requests["token"] == 0


def test_a_changed_state_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    state = asked_in(callback)["state"]
    visitor.assert_refused(visitor.come_back(changed(callback, state=state.swapcase())))


def test_a_parameter_that_comes_twice_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    visitor.assert_refused(visitor.come_back(f"{callback}&state={asked_in(callback)['state']}"))


def test_the_callback_of_somebody_elses_browser_is_refused_and_uses_nothing_up(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    other = Visitor()
    other.to_provider()
    other.assert_refused(other.come_back(callback), saying="another browser")
    visitor.come_back(callback)
    assert visitor.user_id


def test_a_browser_without_the_cookie_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    visitor.client.cookies.clear()
    visitor.assert_refused(visitor.come_back(callback))


def test_a_callback_serves_once(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    assert visitor.come_back(callback).status_code == 302
    visitor.client.logout()
    visitor.assert_refused(visitor.come_back(callback))
    assert openid_provider.requests["token"] == 1


def test_a_state_does_not_serve_again_after_a_refusal(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    authorize_url = visitor.to_provider()
    visitor.assert_refused(visitor.come_back(openid_provider.cancel(authorize_url)), saying="cancelled")
    visitor.assert_refused(
        visitor.come_back(openid_provider.approve(authorize_url)), saying="another browser"
    )


@pytest.mark.django_db(transaction=True)
def test_of_six_parallel_callbacks_exactly_one_succeeds(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    tabs = [Visitor() for _ in range(6)]
    for tab in tabs:
        tab.client.cookies["oauth"] = visitor.client.cookies["oauth"].value

    def come_back(tab: Visitor) -> int:
        try:
            return int(tab.come_back(callback).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(come_back, tabs)) == [302] * 6
    assert sum(tab.user_id is not None for tab in tabs) == 1
    assert openid_provider.requests["token"] == 1
    assert User.objects.count() == UserSocialAuth.objects.count() == 1


def test_after_ten_minutes_it_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    (record,) = keys.of_sign_ins()
    assert 590 < keys.server.ttl(record) <= 600
    keys.server.pexpire(record, 0)
    visitor.assert_refused(visitor.come_back(callback), saying="too long")


@pytest.mark.usefixtures("google_too")
def test_the_state_of_another_provider_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider("google"))
    visitor.assert_refused(visitor.come_back(callback.replace("/google/", "/oidc/")))
    assert openid_provider.requests["token"] == 0


@pytest.mark.usefixtures("google_too")
def test_several_tabs_sign_in_side_by_side(openid_provider: LoopbackOpenID, student: User) -> None:
    visitor = Visitor(student)
    first, second = (visitor.to_provider(name, password=PASSWORD) for name in ("google", "oidc"))
    visitor.come_back(openid_provider.approve(first))
    visitor.come_back(openid_provider.approve(second))
    assert UserSocialAuth.objects.filter(user=student).count() == 2


def test_who_signed_in_meanwhile_gets_nothing_connected(
    openid_provider: LoopbackOpenID, visitor: Visitor, student: User
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    visitor.client.force_login(student)
    assert visitor.come_back(callback).status_code == 302
    assert not UserSocialAuth.objects.exists()


def test_what_somebody_began_to_connect_another_person_cannot_complete(
    openid_provider: LoopbackOpenID, student: User, other_student: User
) -> None:
    visitor = Visitor(student)
    callback = openid_provider.approve(visitor.to_provider(password=PASSWORD))
    visitor.client.force_login(other_student)
    visitor.come_back(callback)
    assert not UserSocialAuth.objects.exists()


def test_a_sign_in_does_not_begin_by_a_link(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    assert visitor.client.get(reverse("social:begin", args=["oidc"])).status_code == 405
    assert openid_provider.requests.total() == 0


def test_a_sign_in_begins_by_no_form_but_ours(openid_provider: LoopbackOpenID) -> None:
    visitor = Visitor()
    visitor.client.handler.enforce_csrf_checks = True
    assert visitor.begin().status_code == 403
    assert openid_provider.requests.total() == 0


def test_a_callback_is_no_form(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    assert (
        visitor.client.post(reverse("social:complete", args=["oidc"]), asked_in(callback)).status_code == 405
    )


def test_fifty_who_give_up_leave_no_row_no_session_and_nothing_for_longer_than_ten_minutes(
    openid_provider: LoopbackOpenID, keys: Keys
) -> None:
    for _ in range(50):
        visitor = Visitor()
        visitor.to_provider()
        assert "sessionid" not in visitor.client.cookies
    assert [model.objects.count() for model in (Nonce, Association, Partial, User)] == [0, 0, 0, 0]
    assert keys.names("session*") == []
    assert len(keys.of_sign_ins()) == 50
    assert 0 < keys.longest_life() <= 600


def test_a_refusal_leaves_nothing(openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys) -> None:
    visitor.assert_refused(visitor.come_back(openid_provider.cancel(visitor.to_provider())))
    assert keys.of_sign_ins() == keys.names("session*") == []
    assert not User.objects.exists()


def test_the_cookie_is_short_lived_and_for_servers_only(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    visitor.begin()
    cookie = visitor.client.cookies["oauth"]
    assert attributes(cookie) == {
        "httponly": True,
        "samesite": "Lax",
        "max-age": 600,
        "path": "/",
        "secure": "",
    }


def test_over_tls_the_cookie_is_bound_to_this_very_host(
    openid_provider: LoopbackOpenID, visitor: Visitor, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    visitor.begin()
    cookie = visitor.client.cookies["__Host-oauth"]
    assert attributes(cookie) == {
        "httponly": True,
        "samesite": "Lax",
        "max-age": 600,
        "path": "/",
        "secure": True,
    }
    assert cookie["domain"] == ""


def test_neither_cookie_nor_state_can_be_read_in_redis(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    state = asked_in(visitor.to_provider())["state"]
    cookie = visitor.client.cookies["oauth"].value
    (record,) = keys.of_sign_ins()
    assert state not in record
    assert cookie not in record
    assert cookie not in keys.server.get(record).decode()


@pytest.mark.parametrize("cookie", ["", "short", "a" * 44, "a" * 42 + "\n", "../" * 14 + "a"])
def test_a_cookie_that_is_not_ours_is_replaced(
    openid_provider: LoopbackOpenID, visitor: Visitor, cookie: str
) -> None:
    visitor.client.cookies["oauth"] = cookie
    visitor.begin()
    assert len(visitor.client.cookies["oauth"].value) == 43


@pytest.mark.parametrize(
    "planted", [b"", b"null", b"[]", b'"x"', b"{}", b"\xff", b"\x80\x04cos\nsystem\n.", b"[" * 10**5]
)
def test_garbage_in_redis_is_an_unknown_sign_in(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, planted: bytes
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    (record,) = keys.of_sign_ins()
    keys.server.set(record, planted, ex=60)
    visitor.assert_refused(visitor.come_back(callback))


def test_a_stranger_type_in_redis_is_an_unknown_sign_in(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    (record,) = keys.of_sign_ins()
    keys.server.delete(record)
    keys.server.rpush(record, json.dumps({"state": "x"}))
    keys.server.expire(record, 60)
    visitor.assert_refused(visitor.come_back(callback))


def attributes(cookie: Morsel[str]) -> dict[str, object]:
    return {name: cookie[name] for name in ("httponly", "samesite", "max-age", "path", "secure")}
