"""A sign-in with a provider that does not succeed: a sentence, a way on, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from django.test import Client
from pytest_django import Settings
from social_django.models import Association, Code, Nonce, Partial, UserSocialAuth

from platform_app.models import User
from tests.accounts.at_provider import BEGIN, DONE, FINISH, LINK, SIGN_IN, Visitor, knows
from tests.factories import UserFactory
from tests.loopback_openid import Answer

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example",
    "javascript:alert(1)//evil",
    "JavaScript:evil()",
    " //evil.example",
    "\t//evil.example",
    "http:///evil.example",
    "https:evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "data:text/html,evil",
]


def redis_keys(server: redis.Redis, prefix: str) -> set[str]:
    """What a sign-in may leave in Redis, apart from counters of attempts."""
    found = {key.decode().removeprefix(prefix) for key in server.scan_iter(match=f"{prefix}*", count=1000)}
    public = ("oauth:discovery:", "oauth:jwks:")
    return {key for key in found if key.startswith(("oauth:", "session")) and not key.startswith(public)}


def rows() -> int:
    return sum(model.objects.count() for model in (Association, Code, Nonce, Partial, UserSocialAuth))


def test_who_cancels_is_back_at_the_sign_in(ann: Visitor):
    ann.comes_back(ann.provider.cancel(ann.begins()))
    assert ann.answer.headers["Location"] == SIGN_IN
    assert "You cancelled the sign-in at Loopback login." in ann.is_told
    assert not ann.is_signed_in


def test_who_cancels_still_gets_to_where_one_wanted_to_go(ann: Visitor):
    ann.comes_back(ann.provider.cancel(ann.begins(next="/account/")))
    assert ann.answer.headers["Location"] == f"{SIGN_IN}?next=%2Faccount%2F"


def test_what_the_provider_writes_into_the_address_is_not_shown(ann: Visitor):
    callback = ann.provider.cancel(ann.begins())
    ann.comes_back(callback.replace("access_denied", "<script>evil</script>"))
    assert "evil" not in ann.is_told
    assert "b>No" not in ann.is_told


def test_a_cancelled_sign_in_leaves_nothing(ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str):
    ann.comes_back(ann.provider.cancel(ann.begins(next="/account/")))
    assert rows() == 0
    assert redis_keys(redis_server, redis_key_prefix) == set()


def test_a_refused_sign_in_leaves_nothing(ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str):
    knows(ann.provider, "ann@example.org", email_verified=False)
    ann.signs_in()
    assert rows() == 0
    assert redis_keys(redis_server, redis_key_prefix) == set()


def test_an_abandoned_sign_in_leaves_only_what_ends_by_itself(
    ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str
):
    ann.begins()
    ann.signs_in()
    assert ann.answer.headers["Location"] == FINISH
    assert rows() == 0
    for key in redis_server.scan_iter(match=f"{redis_key_prefix}oauth:*"):
        assert 0 < redis_server.ttl(key) <= 600


def test_a_finished_sign_in_leaves_the_account_and_a_session(
    ann: Visitor, redis_server: redis.Redis, redis_key_prefix: str
):
    ann.signs_up()
    assert (rows(), UserSocialAuth.objects.count()) == (1, 1)
    assert not [key for key in redis_keys(redis_server, redis_key_prefix) if key.startswith("oauth:")]
    assert all(key.startswith("_auth") for key in set(ann.client.session.keys()))


def test_one_can_try_again_at_once(ann: Visitor):
    ann.comes_back(ann.provider.cancel(ann.begins()))
    assert ann.signs_up().email == "ann@example.org"


def test_the_same_callback_again_signs_nobody_in(ann: Visitor):
    UserFactory.create(email="someone@example.org")
    callback = ann.provider.approve(ann.begins())
    ann.comes_back(callback)
    ann.finishes()
    thief = Visitor(ann.provider)
    for browser in (thief, thief, Visitor(ann.provider)):
        browser.comes_back(callback)
        assert browser.answer.headers["Location"] == SIGN_IN
        assert "began in another browser" in browser.is_told
        assert not browser.is_signed_in


def test_the_callback_in_another_browser_signs_nobody_in(ann: Visitor):
    callback = ann.provider.approve(ann.begins())
    thief = Visitor(ann.provider)
    thief.comes_back(callback)
    assert "began in another browser" in thief.is_told
    assert not thief.is_signed_in
    assert ann.comes_back(callback).headers["Location"] == FINISH


def test_a_callback_while_signed_in_says_so_on_the_account_page(
    ann: Visitor, student: User, client_for: Callable[[User], Client]
):
    callback = ann.provider.approve(ann.begins())
    signed_in = Visitor(ann.provider, client_for(student))
    assert signed_in.comes_back(callback).headers["Location"] == "/account/"
    assert "began in another browser" in signed_in.is_told
    assert not UserSocialAuth.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=x",
        "?state=x",
        "?code=x&state=x",
        "?error=server_error",
        "?error=%00",
        f"?state={'x' * 9000}",
        "?partial_token=x",
    ],
)
def test_a_callback_out_of_the_blue_is_a_sentence(ann: Visitor, query: str):
    ann.comes_back(f"{DONE}{query}")
    assert ann.answer.headers["Location"].startswith(SIGN_IN)
    assert ann.client.get(SIGN_IN).status_code == 200


def test_a_provider_that_nobody_knows_is_not_found(visitor: Client):
    assert visitor.post("/account/with/nobody/").status_code == 404
    assert visitor.get("/account/with/nobody/done/").status_code == 404


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(503, b"<html>down</html>", "text/html"),
        Answer(200, b"<html>no JSON</html>", "text/html"),
        Answer(200, b"[]"),
        Answer(200, b"null"),
        Answer(200, b"{}"),
        Answer(400, b'{"error": "invalid_client"}'),
        Answer(429),
    ],
)
@pytest.mark.parametrize("endpoint", ["token", "userinfo"])
def test_a_provider_that_fails_is_a_sentence(ann: Visitor, endpoint: str, answer: Answer):
    callback = ann.provider.approve(ann.begins())
    ann.provider.wrong.answers[endpoint] = answer
    ann.comes_back(callback)
    assert ann.answer.status_code == 302
    assert ann.answer.headers["Location"] == SIGN_IN
    assert "Loopback login" in ann.is_told
    assert not ann.is_signed_in
    assert not User.objects.exists()


@pytest.mark.parametrize("name", [None, 5, ["Ann"], {"a": "b"}, "A\x00nn", "x" * 5000, "", "\ud83d"])
def test_a_strange_name_is_for_the_person_to_mend(ann: Visitor, name: object):
    knows(ann.provider, "ann@example.org", name=name)
    assert ann.signs_in().headers["Location"] == FINISH
    assert ann.client.get(FINISH).status_code == 200
    assert ann.finishes(name="Ann").status_code == 302


@pytest.mark.parametrize("sub", ["x" * 256, "a\x00b", "a\nb", "a\u2028b", "\ud83d", ""])
def test_a_strange_identity_is_refused_with_a_sentence(ann: Visitor, sub: str):
    knows(ann.provider, "ann@example.org", sub=sub)
    assert ann.signs_in(sub).headers["Location"] == SIGN_IN
    assert "Loopback login" in ann.is_told
    assert not ann.is_signed_in
    assert not User.objects.exists()


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_sent_to_a_strange_site_from_the_button(ann: Visitor, wanted: str):
    assert "evil" not in ann.client.get(SIGN_IN, {"next": wanted}).text
    ann.signs_in(next=wanted)
    assert ann.finishes().headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_sent_to_a_strange_site_by_a_callback_or_a_form(ann: Visitor, wanted: str):
    ann.signs_up()
    again = Visitor(ann.provider)
    callback = ann.provider.approve(again.begins())
    again.client.get(callback, {"next": wanted})
    answer = again.client.get(f"{callback}&next={wanted}")
    assert "evil" not in answer.headers["Location"].partition("?")[0]
    ann.client.logout()
    knows(ann.provider, "new@example.org", sub="new")
    ann.signs_in("new")
    assert ann.finishes(next=wanted).headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ["/account/", "/scenarios/?q=fish&page=2", "http://testserver/progress/"])
def test_a_page_of_ours_is_where_one_lands(ann: Visitor, wanted: str):
    ann.signs_in(next=wanted)
    assert ann.finishes().headers["Location"] == wanted


def test_where_an_abandoned_sign_in_wanted_to_go_is_forgotten(ann: Visitor):
    ann.begins(next="/progress/")
    ann.signs_in(next="")
    assert ann.finishes().headers["Location"] == "/"


def test_refusals_are_sentences_also_with_debug(ann: Visitor, settings: Settings):
    settings.DEBUG = True
    ann.comes_back(ann.provider.cancel(ann.begins()))
    assert "You cancelled" in ann.is_told


def test_pages_that_go_on_ask_a_stranger_to_begin(visitor: Client):
    for path in (FINISH, LINK):
        assert visitor.get(path).headers["Location"] == SIGN_IN
        assert visitor.post(path, {"role": "student", "name": "x", "password": "x"}).status_code == 302
    assert visitor.get("/account/link/mail/").status_code == 405
    assert visitor.get(BEGIN).status_code == 405
    assert not User.objects.exists()


def test_beginning_is_limited_for_one_address(ann: Visitor, stopped_clock):
    answers = {ann.client.post("/account/with/oidc/").status_code for _ in range(120)}
    assert answers == {200}
    refused = ann.client.post("/account/with/oidc/")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
