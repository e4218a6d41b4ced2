"""Somebody comes with a provider, and the address has an account here already."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
import redis
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from social_django.models import UserSocialAuth

from caching import keys as names
from platform_app.accounts import confirmations
from platform_app.models import User
from sessions_ext import keys
from tests.accounts.at_provider import DONE, LINK, SIGN_IN, Visitor, knows
from tests.accounts.test_passwords import link_in
from tests.factories import PASSWORD, UserFactory

MAIL = "/account/link/mail/"


@pytest.fixture
def proved(db: None) -> User:
    """Has an account whose address was proved at some time."""
    return UserFactory.create(email="ann@example.org", name="Ann Here", email_verified_at=timezone.now())


@pytest.fixture
def unproved(db: None) -> User:
    """Somebody typed Ann's address here, perhaps Ann."""
    return UserFactory.create(email="ann@example.org", name="Ann Perhaps")


def connected(user: User) -> list[tuple[str, str]]:
    return list(UserSocialAuth.objects.filter(user=user).values_list("provider", "uid"))


def password(ann: Visitor, word: str = PASSWORD):
    ann.answer = ann.client.post(LINK, {"password": word})
    return ann.answer


def asks_for_the_mail(ann: Visitor, mails: list[EmailMessage]) -> str:
    ann.answer = ann.client.post(MAIL)
    assert ann.answer.status_code == 200
    return link_in(mails[-1])


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


def test_the_link_in_the_mail_connects(ann: Visitor, proved: User, mails: list[EmailMessage]):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    assert mails[0].to == ["ann@example.org"]
    assert "Loopback login" in str(mails[0].body)
    elsewhere = Client()
    assert "Connect Loopback login?" in elsewhere.get(link).text
    assert elsewhere.post(link).headers["Location"] == SIGN_IN
    assert connected(proved) == [("oidc", "ann")]
    assert "_auth_user_id" not in elsewhere.session
    ann.signs_in()
    assert ann.client.session["_auth_user_id"] == str(proved.pk)


def test_a_program_that_opens_every_link_connects_nothing(
    ann: Visitor, proved: User, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    for _ in range(3):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    assert connected(proved) == []
    assert Client().post(link).status_code == 302


def test_the_button_behind_the_link_needs_its_csrf_token(
    ann: Visitor, proved: User, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert connected(proved) == []


def test_the_link_works_once(ann: Visitor, proved: User, mails: list[EmailMessage]):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    Client().post(link)
    UserSocialAuth.objects.all().delete()
    for answer in (Client().get(link), Client().post(link)):
        assert answer.status_code == 404
        assert "does not work any more" in answer.text
    assert connected(proved) == []


def test_the_link_ends_after_an_hour(
    ann: Visitor, proved: User, mails: list[EmailMessage], redis_server: redis.Redis, redis_key_prefix: str
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}oauth:link:*")
    assert 3590 < redis_server.ttl(key) <= 3600
    redis_server.delete(key)
    assert Client().post(link).status_code == 404
    assert connected(proved) == []


def test_a_link_that_was_changed_is_refused(ann: Visitor, proved: User, mails: list[EmailMessage]):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    handle, _, signature = link.strip("/").rpartition("/")[2].partition(":")
    for wrong in (
        handle,
        f"{handle}:{signature[:-1]}x",
        f"x{handle[1:]}:{signature}",
        "x",
        "%00",
        "x" * 5000,
    ):
        assert Client().post(f"/account/link/confirm/{wrong}/").status_code == 404
    assert connected(proved) == []


def test_garbage_under_the_key_is_no_link(redis_server: redis.Redis, redis_key_prefix: str, visitor: Client):
    handle = "h" * 43
    redis_server.lpush(keys.oauth("link", "list"), "x")
    assert visitor.get(f"/account/link/confirm/{confirmations.signed('list')}/").status_code == 404
    for garbage in (b"{", b"[]", b'{"user_id": "x"}', b"\x80\x04", b"null"):
        redis_server.set(keys.oauth("link", handle), garbage, ex=60)
        assert visitor.get(f"/account/link/confirm/{confirmations.signed(handle)}/").status_code == 404


def test_the_link_is_for_this_identity_and_this_account(
    ann: Visitor, proved: User, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    User.objects.filter(pk=proved.pk).update(email="ann.new@example.org")
    assert Client().post(link).status_code == 404
    assert not UserSocialAuth.objects.exists()


def test_the_name_of_the_key_and_the_job_tell_nobody_the_link(
    ann: Visitor, proved: User, mails: list[EmailMessage], redis_server: redis.Redis, redis_key_prefix: str
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    handle = confirmations.handle_in(link.strip("/").rpartition("/")[2])
    (key,) = redis_server.scan_iter(match=f"{redis_key_prefix}oauth:link:*")
    assert key.decode().endswith(names.digest(handle.encode()))
    assert Client().get(f"/account/link/confirm/{handle}/").status_code == 404


def test_the_link_takes_an_unproved_account_away_from_whoever_made_it(
    ann: Visitor,
    unproved: User,
    mails: list[EmailMessage],
    client_for: Callable[[User], Client],
    api_with_token: Callable[[User], tuple[APIClient, str]],
):
    stranger, (program, _) = client_for(unproved), api_with_token(unproved)
    UserSocialAuth.objects.create(user=unproved, provider="oidc", uid="stranger")
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    assert "removes the account's password" in str(mails[0].body)
    assert "removes the account's old password" in Client().get(link).text.replace("&#x27;", "'")
    Client().post(link)
    unproved.refresh_from_db()
    assert not unproved.has_usable_password()
    assert unproved.email_verified_at is not None
    assert connected(unproved) == [("oidc", "ann")]
    assert stranger.get("/account/").status_code == 302
    assert program.get("/api/me/").status_code == 401


def test_the_link_leaves_the_password_of_a_proved_account(
    ann: Visitor, proved: User, mails: list[EmailMessage]
):
    ann.signs_in()
    Client().post(asks_for_the_mail(ann, mails))
    proved.refresh_from_db()
    assert proved.check_password(PASSWORD)


def test_resetting_the_password_proves_the_address_and_ends_what_strangers_connected(
    ann: Visitor, unproved: User, mails: list[EmailMessage]
):
    UserSocialAuth.objects.create(user=unproved, provider="oidc", uid="stranger")
    browser = Client()
    browser.post("/account/password/reset/", {"email": unproved.email})
    form = browser.get(link_in(mails[0]), follow=True)
    browser.post(form.redirect_chain[-1][0], {"new_password": "a quite new password"})
    unproved.refresh_from_db()
    assert unproved.email_verified_at is not None
    assert connected(unproved) == []


def test_changing_the_password_proves_nothing(client_for: Callable[[User], Client], unproved: User):
    form = {"old_password": PASSWORD, "new_password": "a quite new password"}
    client_for(unproved).post("/account/password/", form)
    unproved.refresh_from_db()
    assert unproved.check_password("a quite new password")
    assert unproved.email_verified_at is None


def test_five_mails_a_quarter_of_an_hour(
    ann: Visitor, proved: User, mails: list[EmailMessage], stopped_clock: Callable[[float], None]
):
    ann.signs_in()
    for _ in range(5):
        assert ann.client.post(MAIL).status_code == 200
    assert ann.client.post(MAIL).status_code == 429
    assert len(mails) == 5


def test_the_mail_leaves_from_the_worker(
    ann: Visitor, proved: User, mailoutbox: list[EmailMessage], work_off_queue
):
    ann.signs_in()
    ann.client.post(MAIL)
    assert mailoutbox == []
    work_off_queue()
    assert re.search(r"/account/link/confirm/\S+/", str(mailoutbox[0].body))


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
        lambda: thief.client.post(MAIL),
        lambda: thief.client.get(DONE, {"partial_token": token}),
        lambda: thief.client.post(DONE, {"partial_token": token}),
    ):
        assert going_on().status_code in (302, 405)
        assert not thief.is_signed_in
    assert connected(proved) == []
    assert password(ann).status_code == 302


def test_garbage_in_redis_sends_back_to_the_start(
    ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str
):
    for garbage in (b"", b"{", b"5", b'"x"', b"\x80\x04", b"null", b'{"data": {"kwargs": {}}}'):
        ann.signs_in()
        for key in redis_server.scan_iter(match=f"{redis_key_prefix}oauth:[pt]*"):
            redis_server.set(key, garbage, ex=60)
        ann.answer = ann.client.get("/account/finish/")
        assert "no sign-in to go on with" in ann.is_told


def test_who_has_signed_in_otherwise_meanwhile_does_not_go_on(
    ann: Visitor, proved: User, other_student: User
):
    ann.signs_in()
    ann.client.post(SIGN_IN, {"email": other_student.email, "password": PASSWORD})
    assert password(ann).headers["Location"] == "/account/"
    assert connected(proved) == connected(other_student) == []


def test_a_disabled_account_is_refused_by_address_and_by_identity(ann: Visitor, proved: User):
    User.objects.filter(pk=proved.pk).update(is_active=False)
    ann.signs_in()
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


def test_a_second_sign_in_takes_the_place_of_one_that_was_left(ann: Visitor, proved: User):
    knows(ann.provider, "new@example.org", sub="new")
    ann.signs_in()
    assert ann.signs_in("new").headers["Location"] == "/account/finish/"
    ann.finishes()
    assert User.objects.get(pk=ann.client.session["_auth_user_id"]).email == "new@example.org"
    assert connected(proved) == []
