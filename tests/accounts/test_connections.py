"""The account page lists the sign-ins that are connected; one connects and disconnects them there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from social_django.models import UserSocialAuth

from platform_app.models import Role, User
from tests.accounts.at_provider import BEGIN, SIGN_IN, Visitor, knows
from tests.accounts.mails import link_in
from tests.devices import is_in, signed_in
from tests.factories import PASSWORD

ACCOUNT = "/account/"


@pytest.fixture
def stina(ann: Visitor, student: User, client_for: Callable[[User], Client]) -> Visitor:
    """The student, signed in with her password; at the provider she is ann@example.org."""
    return Visitor(ann.provider, client_for(student))


def connection(user: User, uid: str = "ann") -> UserSocialAuth:
    return UserSocialAuth.objects.create(user=user, provider="oidc", uid=uid, id_key="sub")


def connects(visitor: Visitor, word: str = PASSWORD):
    return visitor.signs_in(next=ACCOUNT, password=word)


def disconnects(visitor: Visitor, row: UserSocialAuth):
    path = f"/account/with/{row.provider}/disconnect/{row.pk}/"
    visitor.answer = visitor.client.post(path, {"next": ACCOUNT})
    return visitor.answer


def test_a_provider_is_connected_from_the_account_page(stina: Visitor, student: User):
    assert "Connect Loopback login" in stina.client.get(ACCOUNT).text
    assert connects(stina).headers["Location"] == ACCOUNT
    page = stina.is_told
    assert "Loopback login is connected with your account." in page
    assert "ann@example.org" in page
    assert "Disconnect Loopback login" in page
    assert UserSocialAuth.objects.get().user == student


def test_whoever_sits_at_an_open_screen_connects_nothing(stina: Visitor, student: User, stopped_clock):
    for word in ("", "not the password", "x" * 5000):
        stina.answer = stina.client.post(BEGIN, {"next": ACCOUNT, "password": word})
        assert stina.answer.headers["Location"] == ACCOUNT
    assert "Enter your present password" in stina.is_told
    guesses = [stina.client.post(BEGIN, {"password": f"guess {number}"}).status_code for number in range(8)]
    assert guesses == [302] * 7 + [429]
    stopped_clock(60)
    connects(stina)
    assert UserSocialAuth.objects.get().user == student


def test_who_has_no_password_connects_another_sign_in_without(ann: Visitor, settings: Settings):
    ann.signs_up()
    settings.SOCIAL_AUTH_GOOGLE_KEY = "id"
    page = ann.client.get(ACCOUNT).text
    assert "Connect Google" in page
    assert 'type="password"' not in page
    assert ann.begins()


def test_the_owner_gets_a_mail_about_what_was_connected(
    stina: Visitor, student: User, mails: list[EmailMessage]
):
    connects(stina)
    (mail,) = mails
    assert mail.to == [student.email]
    assert "Loopback login was connected with your account" in mail.subject
    assert "ann@example.org" in mail.body
    assert link_in(mail) == ACCOUNT
    connects(stina)
    assert len(mails) == 1


def test_what_a_new_password_does_not_end_is_said(stina: Visitor, student: User):
    form = {"old_password": PASSWORD, "new_password": "a quite new password"}
    stina.answer = stina.client.post("/account/password/", form)
    assert "still opens your account" not in stina.is_told
    connection(student)
    back = {"old_password": "a quite new password", "new_password": "yet another password"}
    stina.answer = stina.client.post("/account/password/", back)
    assert "Signing in with Loopback login still opens your account" in stina.is_told


def test_what_a_reset_does_not_end_is_said(ann: Visitor, mails: list[EmailMessage]):
    user = ann.signs_up()
    ann.client.logout()
    ann.client.post("/account/password/reset/", {"email": user.email})
    form = ann.client.get(link_in(mails[0]), follow=True).redirect_chain[-1][0]
    ann.answer = ann.client.post(form, {"new_password": "a quite new password"})
    assert "Signing in with Loopback login still opens your account" in ann.is_told


def test_a_reset_that_ends_them_says_nothing_of_them(
    visitor: Client, student: User, mails: list[EmailMessage]
):
    connection(student)  # and nobody had proved the address
    visitor.post("/account/password/reset/", {"email": student.email})
    form = visitor.get(link_in(mails[0]), follow=True).redirect_chain[-1][0]
    page = visitor.post(form, {"new_password": "a quite new password"}, follow=True).text
    assert "Please sign in with it." in page
    assert "still opens" not in page


def test_another_address_at_the_provider_proves_nothing_of_the_account(stina: Visitor, student: User):
    connects(stina)
    student.refresh_from_db()
    assert (student.email, student.email_verified_at) == ("student@example.org", None)


def test_the_same_address_proves_it(stina: Visitor, student: User):
    knows(stina.provider, "Student@example.org")
    connects(stina)
    student.refresh_from_db()
    assert student.email_verified_at is not None


def test_a_sign_in_that_was_begun_by_nobody_is_not_connected_silently(ann: Visitor, student: User):
    callback = ann.provider.approve(ann.begins())
    ann.client.post(SIGN_IN, {"email": student.email, "password": PASSWORD})
    assert ann.comes_back(callback).headers["Location"] == ACCOUNT
    assert "began in another browser" in ann.is_told
    assert not UserSocialAuth.objects.exists()


def test_the_identity_of_somebody_else_is_never_moved(stina: Visitor, student: User, other_student: User):
    connection(other_student)
    connects(stina)
    assert "is connected with another account here" in stina.is_told
    assert UserSocialAuth.objects.get().user == other_student


def test_signing_in_again_while_signed_in_changes_nothing(ann: Visitor):
    user = ann.signs_up()
    assert ann.signs_in(next=ACCOUNT).headers["Location"] == ACCOUNT
    assert UserSocialAuth.objects.get().user == user


def test_a_provider_is_disconnected(stina: Visitor, student: User):
    assert disconnects(stina, connection(student)).headers["Location"].endswith(ACCOUNT)
    assert "Loopback login is not connected any more." in stina.is_told
    assert not UserSocialAuth.objects.exists()
    stina.client.logout()
    stina.signs_in()
    assert not stina.is_signed_in


def test_the_only_way_in_is_not_disconnected(ann: Visitor):
    ann.signs_up()
    disconnects(ann, UserSocialAuth.objects.get())
    assert ann.answer.headers["Location"] == ACCOUNT
    assert "This is the only way into your account." in ann.is_told
    assert UserSocialAuth.objects.exists()


def test_of_two_ways_in_one_is_disconnected(ann: Visitor):
    user = ann.signs_up()
    other = connection(user, "ann's other")
    disconnects(ann, other)
    assert UserSocialAuth.objects.get().uid == "ann"
    disconnects(ann, UserSocialAuth.objects.get())
    assert UserSocialAuth.objects.count() == 1


def test_a_provider_that_is_not_configured_any_more_is_no_way_in(ann: Visitor, settings: Settings):
    user = ann.signs_up()
    UserSocialAuth.objects.create(user=user, provider="google", uid="ann")
    disconnects(ann, UserSocialAuth.objects.get(provider="oidc"))
    assert UserSocialAuth.objects.count() == 2


def test_nobody_disconnects_for_somebody_else(stina: Visitor, other_student: User):
    row = connection(other_student)
    disconnects(stina, row)
    assert UserSocialAuth.objects.filter(pk=row.pk).exists()


def test_disconnecting_needs_a_post_with_its_token_from_somebody_signed_in(stina: Visitor, student: User):
    path = f"/account/with/oidc/disconnect/{connection(student).pk}/"
    assert Client().post(path).status_code == 302
    assert stina.client.get(path).status_code == 405
    stina.client.handler.enforce_csrf_checks = True
    assert stina.client.post(path).status_code == 403
    assert UserSocialAuth.objects.exists()


def test_after_disconnecting_one_is_not_sent_to_a_strange_site(stina: Visitor, student: User):
    path = f"/account/with/oidc/disconnect/{connection(student).pk}/"
    assert "evil" not in stina.client.post(path, {"next": "//evil.example"}).headers["Location"]


def test_without_providers_the_account_page_says_nothing_of_them(
    client_for: Callable[[User], Client], student: User
):
    page = client_for(student).get(ACCOUNT).text
    assert "Connected sign-ins" not in page
    assert "has no password" not in page


def test_the_account_with_the_address_keeps_its_proof(stina: Visitor, student: User):
    proved = timezone.now()
    User.objects.filter(pk=student.pk).update(email_verified_at=proved)
    knows(stina.provider, "student@example.org")
    connects(stina)
    student.refresh_from_db()
    assert student.email_verified_at == proved


def test_an_administrator_sees_and_ends_connections_and_makes_none(
    admin_user: User, student: User, client_for: Callable[[User], Client]
):
    site, row = client_for(admin_user), connection(student)
    connections = "/admin/social_django/usersocialauth/"
    assert "student@example.org" not in site.get(f"{connections}?q=nobody").text
    assert "Stina Student" in site.get(connections).text
    assert site.get(f"{connections}add/").status_code == 403
    assert site.post(f"{connections}{row.pk}/change/", {"user": admin_user.pk}).status_code == 403
    site.post(f"{connections}{row.pk}/delete/", {"post": "yes"})
    assert not UserSocialAuth.objects.exists()
    assert site.get("/admin/social_django/nonce/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_whoever_becomes_a_professor_by_connecting_stays_signed_in(
    stina: Visitor, student: User, settings: Settings
):
    settings.PROFESSOR_DOMAINS = ["example.org"]
    student.professor_requested_at = timezone.now()
    student.save()
    elsewhere = signed_in(student)
    knows(stina.provider, student.email)
    connects(stina)
    student.refresh_from_db()
    assert student.role == Role.PROFESSOR
    assert stina.is_signed_in
    assert not is_in(elsewhere)
