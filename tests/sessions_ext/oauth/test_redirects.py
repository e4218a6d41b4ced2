"""A sign-in leads to pages of ours only."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.loopback_openid import LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Visitor, changed

STRANGE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "https://evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    "LOGIN_URL",
    "http://[",
]


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_address_at_the_beginning_leads_home(
    openid_provider: LoopbackOpenID, visitor: Visitor, strange: str
) -> None:
    response = visitor.come_back(openid_provider.approve(visitor.to_provider(next=strange)))
    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == reverse("home")
    assert visitor.user_id


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_address_in_the_callback_leads_home(
    openid_provider: LoopbackOpenID, visitor: Visitor, strange: str
) -> None:
    callback = changed(openid_provider.approve(visitor.to_provider()), next=strange)
    response = visitor.come_back(callback)
    assert response.status_code == 302
    assert response["Location"].partition("?")[0] == reverse("home")


def test_the_page_on_the_way_takes_no_address_apart(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.wrong.discovery["authorization_endpoint"] = (
        f'{openid_provider.issuer}/authorize?a="><script>alert(1)</script>'
    )
    page = visitor.begin().content.decode()
    assert "<script>alert" not in page
