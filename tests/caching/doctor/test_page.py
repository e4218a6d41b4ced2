"""The doctor's page in the admin: for those who may see the cache, worst first, and nothing secret on it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from caching.doctor import SettingsCheck, fail, register, registry
from platform_app.models import User

URL = "/admin/cache/doctor/"
ClientFor = Callable[[User], Client]


@pytest.fixture
def site(client_for: ClientFor, admin_user: User) -> Client:
    return client_for(admin_user)


def test_findings_are_grouped_with_what_to_do(site: Client, settings: Settings) -> None:
    settings.CACHES = {
        "default": settings.CACHES["default"],
        "other": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://x"},
    }
    page = site.get(URL)
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", page.text)
    places = [
        text.index(heading) for heading in ("Mend these first", "Worth setting right", "<details", "In order")
    ]
    assert places == sorted(places)
    for said in ("unpickles what it finds in Redis", "What can happen", "What to do", "must be mended"):
        assert said in text


def test_it_is_one_of_the_pages_of_the_cache(site: Client) -> None:
    assert f'<a href="{URL}" aria-current="page">Doctor</a>' in re.sub(r"\s+", " ", site.get(URL).text)


def test_it_runs_no_inline_script_and_no_inline_style(site: Client) -> None:
    page = re.sub(r"<script src=.*?</script>", "", site.get(URL).text)
    assert " style=" not in page
    assert "<style" not in page


def test_what_a_finding_says_is_text(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_checks", dict(registry._checks))
    verdict = fail("<script>alert(1)</script>.", consequence="<b>x</b>.", advice="<i>y</i>.")
    register(SettingsCheck("x.y", "<u>z</u>", lambda: verdict))
    page = site.get(URL).text
    for planted in ("<script>alert", "<b>x", "<i>y", "<u>z"):
        assert planted not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_permission_is_enough_and_staff_alone_is_not(client_for: ClientFor, professor: User) -> None:
    professor.is_staff = True
    professor.save()
    assert client_for(professor).get(URL).status_code == 403
    professor.user_permissions.add(Permission.objects.get(codename="view_cache"))
    assert client_for(User.objects.get(pk=professor.pk)).get(URL).status_code == 200


def test_strangers_are_sent_to_sign_in(client_for: ClientFor, student: User) -> None:
    for client in (Client(), client_for(student)):
        response = client.get(URL)
        assert response.status_code == 302
        assert "Doctor" not in response.text


def test_it_is_only_read(site: Client) -> None:
    assert site.post(URL).status_code == 405
