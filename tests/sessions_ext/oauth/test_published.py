"""Discovery and keys are asked for seldom: by one at a time, and again only for a key that is new."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from platform_app.models import User
from tests.loopback_openid import Answer, LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Keys, Visitor


def sign_in(openid_provider: LoopbackOpenID) -> Visitor:
    visitor = Visitor()
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    return visitor


def test_twenty_sign_ins_ask_once(openid_provider: LoopbackOpenID) -> None:
    assert all(sign_in(openid_provider).user_id for _ in range(20))
    assert (openid_provider.requests["discovery"], openid_provider.requests["jwks"]) == (1, 1)


def test_both_are_kept_for_ten_minutes(openid_provider: LoopbackOpenID, keys: Keys) -> None:
    sign_in(openid_provider)
    assert len(keys.names("oauth:discovery:*")) == len(keys.names("oauth:jwks:*")) == 1
    assert 590 < keys.longest_life() <= 600


def test_of_ten_who_begin_at_once_one_asks(openid_provider: LoopbackOpenID) -> None:
    body = json.dumps(openid_provider.discovery()).encode()
    openid_provider.wrong.answers["discovery"] = Answer(body=body, delay_seconds=0.5)

    def begin(_: int) -> int:
        try:
            return int(Visitor().begin().status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(begin, range(10))) == {200}
    assert openid_provider.requests["discovery"] == 1


def test_new_keys_are_noticed(openid_provider: LoopbackOpenID) -> None:
    sign_in(openid_provider)
    openid_provider.rotate_keys()
    assert sign_in(openid_provider).user_id
    assert openid_provider.requests["jwks"] == 2


def test_made_up_keys_cause_one_question_a_minute(openid_provider: LoopbackOpenID, keys: Keys) -> None:
    sign_in(openid_provider)
    openid_provider.wrong.kid = "made up"
    for number in range(5):
        openid_provider.wrong.kid = f"made up {number}"
        assert sign_in(openid_provider).user_id is None
    assert openid_provider.requests["jwks"] == 2
    (guard,) = keys.names("oauth:jwks_renewed:*")
    assert 50 < keys.server.ttl(guard) <= 60
    keys.server.delete(guard)
    sign_in(openid_provider)
    assert openid_provider.requests["jwks"] == 3


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_made_up_keys_at_once_causes_one_question(openid_provider: LoopbackOpenID) -> None:
    sign_in(openid_provider)
    openid_provider.wrong.kid = "made up"

    def come(_: int) -> str | None:
        try:
            return sign_in(openid_provider).user_id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(come, range(16))) == {None}
    assert openid_provider.requests["jwks"] == 2
    assert User.objects.count() == 1


def test_a_good_key_serves_on_while_made_up_ones_come(openid_provider: LoopbackOpenID) -> None:
    sign_in(openid_provider)
    openid_provider.wrong.kid = "made up"
    sign_in(openid_provider)
    openid_provider.wrong.kid = None
    assert sign_in(openid_provider).user_id


def test_a_provider_may_sign_with_elliptic_curves(openid_provider: LoopbackOpenID) -> None:
    openid_provider.signer.algorithm = "ES256"
    assert sign_in(openid_provider).user_id


@pytest.mark.parametrize(
    "body",
    [
        b'{"keys": []}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}',
        b'{"keys": [{"kty": "RSA"}]}',
        b'{"keys": [{"kty": "RSA", "n": "!", "e": "!"}]}',
        b'{"keys": [{"kty": ["RSA"]}]}',
        b'{"keys": [7]}',
        b'{"keys": {}}',
        b'{"keys": null}',
        b"{}",
        b"[]",
    ],
)
def test_keys_that_are_none_are_refused(openid_provider: LoopbackOpenID, body: bytes) -> None:
    openid_provider.wrong.answers["jwks"] = Answer(body=body)
    visitor = Visitor()
    visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))


def test_a_broken_key_beside_the_good_one_does_no_harm(openid_provider: LoopbackOpenID, keys: Keys) -> None:
    good = openid_provider.signer.jwks()["keys"]
    openid_provider.signer.jwks = lambda: {"keys": [{"kty": "RSA", "kid": "broken"}, *good]}  # type: ignore[method-assign]
    assert sign_in(openid_provider).user_id


@pytest.mark.parametrize("planted", [b"", b"[]", b'{"keys": 7}', b"\xff", b'{"keys": [[]]}'])
def test_garbage_in_redis_is_fetched_anew(
    openid_provider: LoopbackOpenID, keys: Keys, planted: bytes
) -> None:
    sign_in(openid_provider)
    for name in keys.names("oauth:*"):
        keys.server.set(name, planted, ex=60)
    assert sign_in(openid_provider).user_id
