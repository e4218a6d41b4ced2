"""Without Redis nobody goes on with a sign-in, everybody is told so at once, and nothing was lost afterwards."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings
from social_django.models import UserSocialAuth

from platform_app.models import User
from tests.accounts.at_provider import FINISH, LINK, LINK_BY_MAIL, Visitor, asks_for_the_mail
from tests.factories import PASSWORD

NOWHERE = "redis://127.0.0.1:1/0"


def test_the_choice_of_a_role_is_a_503_and_made_afterwards(ann: Visitor, settings: Settings):
    ann.signs_in()
    alive, settings.REDIS_URL = settings.REDIS_URL, NOWHERE
    assert ann.client.get(FINISH).status_code == 503
    assert ann.finishes().status_code == 503
    assert not User.objects.exists()
    settings.REDIS_URL = alive
    assert ann.finishes().status_code == 302
    assert ann.is_signed_in


def test_connecting_is_a_503_and_done_afterwards(
    ann: Visitor, proved: User, settings: Settings, mails: list[EmailMessage]
):
    ann.signs_in()
    link = asks_for_the_mail(ann, mails)
    alive, settings.REDIS_URL = settings.REDIS_URL, NOWHERE
    assert ann.client.get(LINK).status_code == 503
    assert ann.client.post(LINK, {"password": PASSWORD}).status_code == 503
    assert ann.client.post(LINK_BY_MAIL).status_code == 503
    assert Client().get(link).status_code == 503
    assert Client().post(link).status_code == 503
    assert not UserSocialAuth.objects.exists()
    settings.REDIS_URL = alive
    assert Client().post(link).status_code == 302
    assert UserSocialAuth.objects.get().user == proved
