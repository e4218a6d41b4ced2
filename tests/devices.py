"""People who sign in on real browsers, as far as the platform can tell, and what it keeps of them."""

from __future__ import annotations

from django.test import Client

from platform_app.models import User
from sessions_ext.keys import digest_of
from tests.factories import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


def signed_in(user: User, browser: str = FIREFOX, address: str = "203.0.113.77") -> Client:
    client = Client(headers={"user-agent": browser}, REMOTE_ADDR=address)
    client.post("/account/sign-in/", {"email": user.email, "password": PASSWORD})
    return client


def key_of(client: Client) -> str:
    """What opens the session."""
    return client.cookies["sessionid"].value


def digest(client: Client) -> str:
    """What stands for it."""
    return digest_of(key_of(client))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
