"""Sessions lie in Redis under `session:<id>`, as JSON, with an expiry; what is planted there can log out and no more."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from caching.errors import CacheUnavailable
from platform_app.models import User
from sessions_ext.engine import SessionStore
from tests.test_health import dead_redis as dead_redis
from tests.test_worker import Bomb


@pytest.fixture
def signed_in(client_for: Callable[[User], Client], student: User) -> Client:
    return client_for(student)


@pytest.fixture
def key(signed_in: Client, redis_key_prefix: str) -> str:
    return f"{redis_key_prefix}session:{signed_in.cookies['sessionid'].value}"


def test_the_key_is_where_an_operator_looks_for_it(redis_server: redis.Redis, key: str):
    assert redis_server.type(key) == b"string"


def test_it_expires_with_the_cookie(redis_server: redis.Redis, key: str, settings):
    assert 0 < redis_server.ttl(key) <= settings.SESSION_COOKIE_AGE


def test_it_is_json_without_password_or_address(redis_server: redis.Redis, key: str, student: User):
    stored = redis_server.get(key)
    assert json.loads(stored)["_auth_user_id"] == str(student.pk)
    assert student.email.encode() not in stored
    assert student.password.encode() not in stored


def test_it_is_gone_after_sign_out(signed_in: Client, redis_server: redis.Redis, key: str):
    signed_in.post("/account/sign-out/")
    assert not redis_server.exists(key)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"\xff\xfe\x00",
        b"null",
        b"123",
        b'"text"',
        b"[1, 2]",
        b"{",
        b"[" * 100_000,
        pickle.dumps({"_auth_user_id": "1"}),
    ],
)
def test_garbage_logs_out(signed_in: Client, redis_server: redis.Redis, key: str, garbage: bytes):
    redis_server.set(key, garbage, ex=60)
    assert signed_in.get("/account/").status_code == 302
    assert signed_in.get("/account/sign-in/").status_code == 200


def test_a_pickle_is_not_executed(signed_in: Client, redis_server: redis.Redis, key: str, tmp_path: Path):
    redis_server.set(key, pickle.dumps(Bomb(tmp_path / "crater")), ex=60)
    assert signed_in.get("/account/").status_code == 302
    assert not (tmp_path / "crater").exists()


def test_another_type_of_key_logs_out(signed_in: Client, redis_server: redis.Redis, key: str):
    redis_server.delete(key)
    redis_server.lpush(key, "x")
    assert signed_in.get("/account/").status_code == 302


def test_who_was_logged_out_by_garbage_can_sign_in_again(
    signed_in: Client, redis_server: redis.Redis, key: str, student: User
):
    redis_server.set(key, b"garbage", ex=60)
    signed_in.get("/account/")
    signed_in.force_login(student)
    assert signed_in.get("/account/").status_code == 200


def test_redis_out_of_reach_is_no_empty_session(dead_redis: None):
    with pytest.raises(CacheUnavailable):
        SessionStore("a" * 32).load()


def test_the_async_side_reads_the_same(redis_key_prefix: str):
    session = SessionStore()
    session["step"] = 3
    async_to_sync(session.asave)()
    assert async_to_sync(SessionStore(session.session_key).aload)() == {"step": 3}
    assert async_to_sync(SessionStore("b" * 32).aload)() == {}


def test_a_logged_out_session_is_not_resurrected_by_a_late_save(
    signed_in: Client, redis_server: redis.Redis, key: str
):
    late = SessionStore(signed_in.cookies["sessionid"].value)
    late["step"] = 1
    signed_in.post("/account/sign-out/")
    with pytest.raises(UpdateError):
        late.save()
    assert not redis_server.exists(key)
