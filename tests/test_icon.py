"""The platform's icon in the tab of a browser: on its pages, in the admin, and where browsers look for one by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client
from pytest_django import Settings

from platform_app.models import User

LINK = f'<link rel="icon" href="{static("platform/icon.svg")}" type="image/svg+xml">'


def test_browsers_that_ask_by_themselves_are_led_to_it(settings: Settings) -> None:
    """There is no Redis for a session, and pytest refuses this test the database."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        name: cache | {"LOCATION": settings.REDIS_URL} for name, cache in settings.CACHES.items()
    }
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 43
    asked = browser.get("/favicon.ico")
    assert (asked.status_code, asked["Location"]) == (301, static("platform/icon.svg"))
    assert "max-age" in asked["Cache-Control"]
    assert not asked.cookies
    assert finders.find("platform/icon.svg")


@pytest.mark.parametrize("address", ["/", "/account/sign-in/", "/api/docs/"])
def test_pages_name_it(db: None, address: str) -> None:
    assert LINK in Client().get(address).content.decode()


@pytest.mark.parametrize("address", ["/admin/", "/admin/cache/", "/admin/platform_app/user/add/"])
def test_pages_of_the_admin_name_it(
    client_for: Callable[[User], Client], admin_user: User, address: str
) -> None:
    assert client_for(admin_user).get(address).content.decode().count(LINK) == 1
