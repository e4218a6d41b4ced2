"""Somebody new comes with a provider: chooses a role, and has an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings
from social_django.models import UserSocialAuth

from platform_app.accounts import actions, providers
from platform_app.models import Role, User
from platform_app.throttling import Limit
from tests.accounts.at_provider import BEGIN, DONE, FINISH, SIGN_IN, Visitor, knows
from tests.accounts.mails import link_in


def test_the_button_stands_on_both_pages_for_a_configured_provider(ann: Visitor):
    for page in (SIGN_IN, "/account/sign-up/"):
        assert "Continue with Loopback login" in ann.client.get(page).text


def test_there_is_no_button_without_a_client_id(visitor: Client, settings: Settings):
    settings.SOCIAL_AUTH_OIDC_KEY = ""
    assert "Continue with" not in visitor.get(SIGN_IN).text
    assert providers.offered() == []


def test_google_is_called_google(visitor: Client, settings: Settings):
    settings.SOCIAL_AUTH_GOOGLE_KEY = "id"
    assert "Continue with Google" in visitor.get(SIGN_IN).text


def test_a_newcomer_chooses_a_role_before_anything_is_made(ann: Visitor):
    assert ann.signs_in().headers["Location"] == FINISH
    page = ann.client.get(FINISH).text
    assert "ann@example.org" in page
    assert 'value="Ann Example"' in page
    assert not User.objects.exists()
    assert not ann.is_signed_in


def test_a_newcomer_is_signed_in_after_the_choice(ann: Visitor):
    user = ann.signs_up()
    assert ann.answer.headers["Location"] == "/"
    assert (user.email, user.name, user.role) == ("ann@example.org", "Ann Example", Role.STUDENT)
    assert user.email_verified_at is not None
    assert not user.has_usable_password()


def test_the_second_time_no_question_is_asked(ann: Visitor):
    user = ann.signs_up()
    again = Visitor(ann.provider)
    assert again.signs_in().headers["Location"] == "/"
    assert again.client.session["_auth_user_id"] == str(user.pk)


def test_the_account_follows_the_identity_and_not_the_address(ann: Visitor):
    user = ann.signs_up()
    knows(ann.provider, "ann.married@example.org")
    again = Visitor(ann.provider)
    again.signs_in()
    assert again.client.session["_auth_user_id"] == str(user.pk)
    assert User.objects.get().email == "ann@example.org"


def test_no_token_of_the_provider_is_kept(ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str):
    ann.signs_in()
    stored = b"".join(
        redis_server.dump(key) or b"" for key in redis_server.scan_iter(match=f"{redis_key_prefix}oauth:*")
    )
    assert b"access_token" not in stored
    ann.finishes()
    assert UserSocialAuth.objects.get().extra_data == {"email": "ann@example.org"}


def test_the_name_can_be_changed(ann: Visitor):
    ann.signs_in()
    ann.finishes(name="Ann of the Hill")
    assert User.objects.get().name == "Ann of the Hill"


@pytest.mark.parametrize("name", ["", "   ", "N" * 121, "Ann\x00"])
def test_a_name_is_needed(ann: Visitor, name: str):
    ann.signs_in()
    assert ann.finishes(name=name).status_code == 400
    assert 'id="id_name_error"' in ann.answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"role": "admin"},
        {"role": "professor[]"},
        {"role[]": "professor"},
        {"role": ""},
        {"role": "STUDENT"},
        {"role": "student\x00"},
        {},
    ],
)
def test_no_other_role_can_be_chosen(ann: Visitor, form: dict[str, str]):
    ann.signs_in()
    answer = ann.client.post(FINISH, {"name": "Ann", **form})
    assert answer.status_code == 400
    assert "Choose student or professor." in answer.text
    assert not User.objects.exists()
    assert ann.finishes().status_code == 302


def test_the_form_says_nothing_of_what_was_proved(ann: Visitor):
    ann.signs_in()
    ann.finishes(email="boss@example.org", address="boss@example.org", uid="other", is_staff="on", user="1")
    user = User.objects.get()
    assert (user.email, user.is_staff) == ("ann@example.org", False)
    assert UserSocialAuth.objects.get().uid == "ann"


def test_a_role_in_the_callback_or_in_the_address_for_going_on_counts_for_nothing(ann: Visitor):
    callback = ann.provider.approve(ann.begins(role="admin"))
    ann.comes_back(f"{callback}&role=admin&chosen=admin")
    for method in (ann.client.get, ann.client.post):
        method(DONE, {"role": "professor", "name": "Ann", "chosen": "1"})
    assert not User.objects.exists()


def test_the_form_needs_its_csrf_token(ann: Visitor):
    ann.signs_in()
    ann.client.handler.enforce_csrf_checks = True
    assert ann.finishes().status_code == 403
    assert not User.objects.exists()


def test_begin_needs_its_csrf_token_and_a_post(ann: Visitor):
    assert ann.client.get(BEGIN).status_code == 405
    ann.client.handler.enforce_csrf_checks = True
    assert ann.client.post(BEGIN).status_code == 403


def test_a_visitor_has_no_session_before_the_account_is_made(ann: Visitor):
    ann.signs_in()
    ann.client.get(FINISH)
    assert "sessionid" not in ann.client.cookies
    ann.finishes()
    assert "sessionid" in ann.client.cookies


def test_an_id_chosen_by_an_attacker_is_never_used(ann: Visitor):
    ann.client.cookies["sessionid"] = "a" * 32
    ann.signs_up()
    assert ann.client.cookies["sessionid"].value != "a" * 32


def test_sending_the_form_twice_makes_one_account(ann: Visitor):
    ann.signs_up()
    ann.finishes(role="professor")
    assert User.objects.get().role == Role.STUDENT
    assert "no sign-in to go on with" in ann.is_told


def test_who_is_refused_for_a_minute_finishes_afterwards(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch, stopped_clock: Callable[[float], None]
):
    monkeypatch.setattr(actions, "SIGN_UP_FROM_ADDRESS", Limit("crowded", attempts=1))
    actions.SIGN_UP_FROM_ADDRESS.count_attempt("127.0.0.1")
    ann.signs_in()
    assert ann.finishes().status_code == 429
    assert not User.objects.exists()
    stopped_clock(60)
    assert ann.finishes().status_code == 302
    assert ann.is_signed_in


def test_of_two_browsers_with_the_same_choice_one_makes_the_account(ann: Visitor):
    other = Visitor(ann.provider)
    ann.signs_in()
    other.signs_in()
    ann.finishes()
    other.finishes()
    assert "has an account already" in other.is_told
    assert not other.is_signed_in
    other.signs_in()
    assert other.is_signed_in
    assert User.objects.count() == UserSocialAuth.objects.count() == 1


def test_an_account_without_a_password_can_get_one_by_mail(ann: Visitor, mails: list[EmailMessage]):
    user = ann.signs_up()
    page = ann.client.get("/account/").text
    assert "has no password" in page
    assert ann.client.get("/account/password/").headers["Location"] == "/account/password/reset/"
    ann.client.post("/account/password/reset/", {"email": user.email})
    elsewhere = Client()
    form = elsewhere.get(link_in(mails[0]), follow=True)
    elsewhere.post(form.redirect_chain[-1][0], {"new_password": "a quite new password"})
    user.refresh_from_db()
    assert user.check_password("a quite new password")
    assert UserSocialAuth.objects.filter(user=user).exists()
