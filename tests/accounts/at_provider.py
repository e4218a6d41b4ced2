"""What a person does with a browser and the provider of tests/loopback_openid.py."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client
from social_django.models import UserSocialAuth

from platform_app.models import User
from tests.accounts.mails import link_in
from tests.factories import PASSWORD
from tests.loopback_openid import LoopbackOpenID, Person

BEGIN = "/account/with/oidc/"
DONE = "/account/with/oidc/done/"
SIGN_IN = "/account/sign-in/"
FINISH = "/account/finish/"
LINK = "/account/link/"
LINK_BY_MAIL = "/account/link/mail/"


class Visitor:
    """`answer` is the last response of the platform."""

    def __init__(self, provider: LoopbackOpenID, client: Client | None = None) -> None:
        self.provider = provider
        self.client = client or Client()
        self.answer: Any = None

    def begins(self, **form: str) -> str:
        """The address at the provider that the button leads to."""
        self.answer = self.client.post(BEGIN, form)
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', self.answer.text)
        assert found, self.answer.text
        return unescape(found[1])

    def comes_back(self, callback: str) -> Any:
        self.answer = self.client.get(callback)
        return self.answer

    def signs_in(self, sub: str = "ann", **form: str) -> Any:
        return self.comes_back(self.provider.approve(self.begins(**form), sub))

    def finishes(self, role: str = "student", name: str = "Ann Example", **more: str) -> Any:
        self.answer = self.client.post(FINISH, {"role": role, "name": name, **more})
        return self.answer

    def signs_up(self, role: str = "student", sub: str = "ann") -> User:
        self.signs_in(sub)
        self.finishes(role)
        assert self.is_signed_in, self.answer.content[:500]
        return User.objects.get(pk=self.client.session["_auth_user_id"])

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/account/").status_code == 200

    @property
    def is_told(self) -> str:
        """The text of the page that the last answer leads to."""
        page = self.answer
        while page.status_code == 302:
            page = self.client.get(page.headers["Location"])
        return str(page.text)


def knows(provider: LoopbackOpenID, email: str, *, sub: str = "ann", **more: Any) -> None:
    """The provider has this person under this address."""
    provider.people[sub] = Person(sub, email, **{"name": "Ann Example", **more})


def connected(user: User) -> list[tuple[str, str]]:
    return list(UserSocialAuth.objects.filter(user=user).values_list("provider", "uid"))


def password(visitor: Visitor, word: str = PASSWORD) -> Any:
    visitor.answer = visitor.client.post(LINK, {"password": word})
    return visitor.answer


def asks_for_the_mail(visitor: Visitor, mails: list[EmailMessage]) -> str:
    """The link in it."""
    visitor.answer = visitor.client.post(LINK_BY_MAIL)
    assert visitor.answer.status_code == 200
    return link_in(mails[-1])
