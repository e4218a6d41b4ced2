"""The link in the mail that connects a sign-in with an account, and what an address is worth that was never proved."""

from __future__ import annotations

import re
from collections.abc import Callable

import redis
from django.core.mail import EmailMessage
from django.test import Client
from rest_framework.test import APIClient
from social_django.models import UserSocialAuth

from caching import keys as names
from platform_app.accounts import confirmations
from platform_app.models import User
from sessions_ext import keys
from tests.accounts.at_provider import (
    LINK_BY_MAIL,
    SIGN_IN,
    Visitor,
    asks_for_the_mail,
    connected,
)
from tests.accounts.mails import link_in
from tests.factories import PASSWORD


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


def test_the_link_does_not_move_an_identity_that_another_account_has_meanwhile(
    ann: Visitor, proved: User, other_student: User, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    UserSocialAuth.objects.create(user=other_student, provider="oidc", uid="ann", id_key="sub")
    ann.answer = ann.client.post(link)
    assert ann.answer.headers["Location"] == SIGN_IN
    assert "is connected with another account here" in ann.is_told
    assert connected(proved) == []
    assert connected(other_student) == [("oidc", "ann")]


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
        assert ann.client.post(LINK_BY_MAIL).status_code == 200
    assert ann.client.post(LINK_BY_MAIL).status_code == 429
    assert len(mails) == 5


def test_the_mail_leaves_from_the_worker(
    ann: Visitor, proved: User, mailoutbox: list[EmailMessage], work_off_queue
):
    ann.signs_in()
    ann.client.post(LINK_BY_MAIL)
    assert mailoutbox == []
    work_off_queue()
    assert re.search(r"/account/link/confirm/\S+/", str(mailoutbox[0].body))
