from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from platform_app.accounts import actions
from platform_app.models import User
from tests.accounts.at_provider import Visitor
from tests.devices import CHROME, signed_in
from tests.factories import UserFactory
from tests.loopback_openid import LoopbackOpenID
from tests.stopped_clock import stopped_clock

__all__ = ["stopped_clock"]  # a fixture


@pytest.fixture
def visitor(db: None) -> Client:
    """Somebody who is not signed in."""
    return Client()


@pytest.fixture
def ann(db: None, openid_provider: LoopbackOpenID) -> Visitor:
    """Somebody with an account at the provider, ann@example.org, and a browser."""
    return Visitor(openid_provider)


@pytest.fixture
def proved(db: None) -> User:
    """Has an account whose address was proved at some time."""
    return UserFactory.create(email="ann@example.org", name="Ann Here", email_verified_at=timezone.now())


@pytest.fixture
def unproved(db: None) -> User:
    """Somebody typed Ann's address here, perhaps Ann."""
    return UserFactory.create(email="ann@example.org", name="Ann Perhaps")


@pytest.fixture
def api(db: None) -> APIClient:
    """A program without a token."""
    return APIClient()


@pytest.fixture
def api_with_token() -> Callable[[User], tuple[APIClient, str]]:
    """`api_with_token(user)`: a program with a real token, and the token."""

    def make(user: User) -> tuple[APIClient, str]:
        token = actions.issue_token(user).secret
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client, token

    return make


@pytest.fixture
def mails(settings: Settings, mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    """The mails sent; the worker's part is done in the request."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    return mailoutbox


@pytest.fixture
def laptop(student: User) -> Client:
    return signed_in(student)


@pytest.fixture
def library(student: User) -> Client:
    """A computer where the student forgot to sign out."""
    return signed_in(student, CHROME, "2001:db8:1:2::9")
