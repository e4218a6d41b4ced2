"""Somebody comes with a provider, and the address has an account here already."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import redis
from django.core.mail import EmailMessage
from django.test import Client
from social_django.models import UserSocialAuth

from platform_app.models import User
from sessions_ext import keys
from tests.accounts.at_provider import (
    DONE,
    FINISH,
    LINK,
    LINK_BY_MAIL,
    SIGN_IN,
    Visitor,
    asks_for_the_mail,
    connected,
    knows,
    password,
)
from tests.factories import PASSWORD


def test_nobody_is_let_in_by_the_address_alone(ann: Visitor, proved: User):
    assert ann.signs_in().headers["Location"] == LINK
    assert "You have an account already" in ann.is_told
    assert not ann.is_signed_in
    assert connected(proved) == []
    assert User.objects.count() == 1


def test_the_role_page_does_not_make_a_second_account(ann: Visitor, proved: User):
    ann.signs_in()
    assert ann.finishes().headers["Location"] == LINK
    assert User.objects.count() == 1


def test_the_password_connects_and_signs_in(ann: Visitor, proved: User):
    ann.signs_in(next="/scenarios/")
    assert password(ann).headers["Location"] == "/scenarios/"
    assert ann.client.session["_auth_user_id"] == str(proved.pk)
    assert connected(proved) == [("oidc", "ann")]


def test_the_next_time_the_provider_opens_the_account(ann: Visitor, proved: User):
    ann.signs_in()
    password(ann)
    again = Visitor(ann.provider)
    again.signs_in()
    assert again.client.session["_auth_user_id"] == str(proved.pk)


def test_a_wrong_password_connects_nothing_and_may_be_tried_again(ann: Visitor, proved: User):
    ann.signs_in()
    assert password(ann, "not the password").status_code == 400
    assert "not the password of your account" in ann.answer.text
    assert connected(proved) == []
    assert password(ann).status_code == 302


def test_ten_guesses_a_minute(ann: Visitor, proved: User, stopped_clock: Callable[[float], None]):
    ann.signs_in()
    for number in range(10):
        password(ann, f"guess {number}")
    assert password(ann).status_code == 429
    stopped_clock(60)
    assert password(ann).status_code == 302


def test_the_password_of_an_account_whose_address_was_never_proved_is_not_asked_for(
    ann: Visitor, unproved: User
):
    ann.signs_in()
    page = ann.client.get(LINK).text
    assert 'type="password"' not in page
    assert "Nobody has confirmed this address" in page
    assert password(ann).status_code == 403
    assert connected(unproved) == []


def test_another_browser_cannot_go_on(
    ann: Visitor, proved: User, redis_server: redis.Redis, redis_key_prefix: str
):
    ann.signs_in()
    records = [redis_server.get(key) for key in redis_server.scan_iter(match=f"{redis_key_prefix}oauth:t*")]
    (token,) = [json.loads(record) for record in records if b"{" not in record]
    assert redis_server.exists(keys.oauth("partial", token))
    thief = Visitor(ann.provider)
    thief.begins()
    for going_on in (
        lambda: thief.client.post(LINK, {"password": PASSWORD}),
        lambda: thief.client.post(LINK_BY_MAIL),
        lambda: thief.client.get(DONE, {"partial_token": token}),
        lambda: thief.client.post(DONE, {"partial_token": token}),
    ):
        assert going_on().status_code in (302, 405)
        assert not thief.is_signed_in
    assert connected(proved) == []
    assert password(ann).status_code == 302


@pytest.mark.parametrize("records", ["partial", "transaction"])
@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"5",
        b'"x"',
        b"\x80\x04",
        b"null",
        b'{"backend": "oidc", "next_step": 9, "data": {"kwargs": {}}}',
        b'{"backend": "oidc", "next_step": 9, "data": {"kwargs": {"address": 5}}}',
    ],
)
def test_garbage_in_redis_sends_back_to_the_start(
    ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str, records: str, garbage: bytes
):
    ann.signs_in()
    for key in redis_server.scan_iter(match=f"{redis_key_prefix}oauth:{records}:*"):
        redis_server.set(key, garbage, ex=60)
    ann.answer = ann.client.get(FINISH)
    assert "no sign-in to go on with" in ann.is_told


def test_what_waits_is_what_the_next_page_needs_and_no_more(
    ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str
):
    ann.signs_in()
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}oauth:partial:*")
    waiting = json.loads(redis_server.get(key) or b"")["data"]
    assert waiting["request_data"] == {}
    assert waiting["kwargs"] == {
        "address": "ann@example.org",
        "name": "Ann Example",
        "uid": "ann",
        "id_key": "sub",
        "is_new": True,
        "new_association": True,
        "response": {},
        "details": {},
    }


def test_who_has_signed_in_otherwise_meanwhile_does_not_go_on(
    ann: Visitor, proved: User, other_student: User
):
    ann.signs_in()
    ann.client.post(SIGN_IN, {"email": other_student.email, "password": PASSWORD})
    assert password(ann).headers["Location"] == "/account/"
    assert connected(proved) == connected(other_student) == []


def test_a_disabled_account_is_refused_by_address_and_by_identity(ann: Visitor, proved: User):
    User.objects.filter(pk=proved.pk).update(is_active=False)
    assert ann.signs_in().headers["Location"] == SIGN_IN
    by_address = ann.is_told
    UserSocialAuth.objects.create(user=proved, provider="oidc", uid="ann", id_key="sub")
    ann.signs_in()
    by_identity = ann.is_told
    for page in (by_address, by_identity):
        assert "This account is disabled." in page
    assert not ann.is_signed_in


def test_an_account_that_is_disabled_meanwhile_is_refused_with_the_password_and_with_the_link(
    ann: Visitor, proved: User, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    User.objects.filter(pk=proved.pk).update(is_active=False)
    assert password(ann).headers["Location"] == SIGN_IN
    assert Client().post(link).status_code == 404
    assert connected(proved) == []


def test_a_second_sign_in_takes_the_place_of_one_that_was_left(
    ann: Visitor, proved: User, redis_server: redis.Redis, redis_key_prefix: str
):
    knows(ann.provider, "new@example.org", sub="new")
    ann.signs_in()
    assert ann.signs_in("new").headers["Location"] == FINISH
    assert len(list(redis_server.scan_iter(match=f"{redis_key_prefix}oauth:partial:*"))) == 1
    ann.finishes()
    assert User.objects.get(pk=ann.client.session["_auth_user_id"]).email == "new@example.org"
    assert connected(proved) == []
