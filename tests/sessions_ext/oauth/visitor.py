"""A browser that signs in with a provider, one step at a time."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client, RequestFactory
from django.urls import reverse

from platform_app.models import User

SIGN_IN_PAGE = "/account/sign-in/"


class Visitor:
    def __init__(self, user: User | None = None) -> None:
        # In threads the signal of an exception would reach the client of another one.
        self.client = Client(raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)

    def begin(self, provider: str = "oidc", **form: str) -> Any:
        return self.client.post(reverse("social:begin", args=[provider]), form)

    def to_provider(self, provider: str = "oidc", **form: str) -> str:
        """Begins; where the page leads that goes on to the provider."""
        page = self.begin(provider, **form)
        assert page.status_code == 200, page
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
        assert found
        return unescape(found[1])

    def come_back(self, callback_url: str) -> Any:
        """The provider sends the browser back."""
        return self.client.get(path_of(callback_url))

    @property
    def user_id(self) -> str | None:
        """Who is signed in."""
        found: str | None = (
            self.client.session.get("_auth_user_id") if "sessionid" in self.client.cookies else None
        )
        return found

    def assert_refused(self, response: Any, saying: str = "") -> None:
        """A redirect to the sign-in page with a sentence of ours, and nobody is signed in."""
        assert (response.status_code, response["Location"]) == (302, SIGN_IN_PAGE)
        assert self.user_id is None
        *_, message = self.messages()
        assert saying in message

    def messages(self) -> list[str]:
        """Those that the next page will show."""
        request = RequestFactory().get("/")
        request.COOKIES = {name: morsel.value for name, morsel in self.client.cookies.items()}
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        return [message.message for message in get_messages(request)]


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def asked_in(authorize_url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(authorize_url).query))


def changed(url: str, **parameters: str | None) -> str:
    """The same address with other parameters; None leaves one out."""
    given = {**asked_in(url), **parameters}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{url.partition('?')[0]}?{query}"


class Keys:
    """What lies in Redis, by kind."""

    def __init__(self, server: redis.Redis, prefix: str) -> None:
        self.server, self.prefix = server, prefix

    def names(self, pattern: str) -> list[str]:
        return sorted(
            key.decode() for key in self.server.scan_iter(match=f"{self.prefix}{pattern}", count=1000)
        )

    def of_sign_ins(self) -> list[str]:
        """All that is not public."""
        public = ("discovery", "jwks")
        return [
            name
            for name in self.names("oauth:*")
            if not name.removeprefix(f"{self.prefix}oauth:").startswith(public)
        ]

    def longest_life(self) -> int:
        """In seconds; a key without an expiry counts as -1, which fails."""
        lives = [self.server.ttl(name) for name in self.names("oauth:*")]
        return -1 if -1 in lives else max(lives, default=0)
