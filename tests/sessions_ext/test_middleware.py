"""Requests whose session ends while they are answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from platform_app.models import User
from sessions_ext import keeping, keys
from sessions_ext.engine import SessionStore
from sessions_ext.middleware import SessionMiddleware

pytestmark = pytest.mark.django_db


@pytest.fixture
def session_key(client_for: Callable[[User], Client], student: User) -> str:
    return client_for(student).cookies["sessionid"].value


def answer(session_key: str, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    request = RequestFactory().get("/")
    request.COOKIES["sessionid"] = session_key
    return SessionMiddleware(view)(request)


def not_seen_for_long(redis_server: redis.Redis, session_key: str) -> None:
    redis_server.hincrby(keys.session(keys.digest_of(session_key)), "@seen", -1000)


def test_one_that_only_reads_is_answered_and_leaves_the_cookie_alone(
    redis_server: redis.Redis, session_key: str
):
    not_seen_for_long(redis_server, session_key)

    def view(request: HttpRequest) -> HttpResponse:
        assert request.session["_auth_user_id"]
        keeping.end(keys.digest_of(session_key))
        return HttpResponse("read")

    response = answer(session_key, view)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" in response["Vary"]


def test_one_that_has_something_to_save_is_refused(session_key: str):
    def view(request: HttpRequest) -> HttpResponse:
        request.session["a"] = 1
        keeping.end(keys.digest_of(session_key))
        return HttpResponse("written")

    with pytest.raises(SessionInterrupted):
        answer(session_key, view)
    assert dict(SessionStore(session_key)) == {}


def signing_out_elsewhere(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """A middleware: the session is changed, and ended by a request beside this one."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        request.session["a"] = 1
        keeping.end(request.session.digest)
        return response

    return respond


def test_the_page_of_a_refused_one_says_what_happened(
    client_for: Callable[[User], Client], student: User, settings
):
    client = client_for(student)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.{signing_out_elsewhere.__name__}"]
    response = client.get("/account/")
    assert response.status_code == 400
    assert "signed out while this was under way" in response.content.decode()
