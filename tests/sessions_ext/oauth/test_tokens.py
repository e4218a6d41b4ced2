"""Codes and ID tokens that are not for us, not for now, or not signed by the provider open nothing."""

from __future__ import annotations

import time

import pytest

from platform_app.models import User
from sessions_ext.oauth import backends
from tests.loopback_openid import ABSENT, LoopbackOpenID, Person
from tests.sessions_ext.oauth.visitor import Keys, Visitor, asked_in, changed


def refuse(openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys) -> None:
    visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))
    assert openid_provider.requests["token"] == 1
    assert not User.objects.exists()
    assert keys.of_sign_ins() == keys.names("session*") == []


@pytest.mark.parametrize("code", [None, "", "x", "\0", "c" * 10_000])
def test_a_code_that_is_none_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, code: str | None
) -> None:
    callback = openid_provider.approve(visitor.to_provider())
    visitor.assert_refused(visitor.come_back(changed(callback, code=code)))


def test_the_code_of_another_client_is_refused(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    authorize_url = visitor.to_provider()
    code = openid_provider.grant({**asked_in(authorize_url), "client_id": "another"}, "ann")
    callback = changed(openid_provider.approve(authorize_url), code=code)
    visitor.assert_refused(visitor.come_back(callback))


def test_a_code_that_was_made_for_another_sign_in_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    """Somebody slips his own code into another's callback: PKCE, and behind it the nonce, tell them apart."""
    stolen = asked_in(openid_provider.approve(Visitor().to_provider()))["code"]
    callback = openid_provider.approve(visitor.to_provider())
    visitor.assert_refused(visitor.come_back(changed(callback, code=stolen)))


@pytest.mark.parametrize("challenge", ["", "plain", "x" * 43])
def test_a_code_with_another_challenge_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, challenge: str
) -> None:
    """Absent, by the method `plain`, and of another verifier: the provider wants the verifier of what was asked."""
    authorize_url = visitor.to_provider()
    asked = asked_in(authorize_url)
    assert asked["code_challenge_method"] == "S256"
    if challenge == "plain":
        asked["code_challenge_method"] = "plain"
    else:
        asked["code_challenge"] = challenge
    code = openid_provider.grant(asked, "ann")
    visitor.assert_refused(visitor.come_back(changed(openid_provider.approve(authorize_url), code=code)))


def test_pkce_is_used_although_the_provider_does_not_announce_it(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.wrong.discovery["code_challenge_methods_supported"] = ABSENT
    assert asked_in(visitor.to_provider())["code_challenge_method"] == "S256"


@pytest.mark.parametrize("nonce", [ABSENT, "", "another", None, 7, ["x"], {}], ids=str)
def test_a_token_with_another_nonce_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, nonce: object
) -> None:
    openid_provider.wrong.id_token["nonce"] = nonce
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_forged_signature_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, algorithm: str
) -> None:
    openid_provider.signer.algorithm = algorithm
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize(
    "audience", [["loopback-client", "another"], ["another"], "another", [], [7], ABSENT, 7, {}], ids=str
)
def test_a_token_for_others_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, audience: object
) -> None:
    openid_provider.wrong.id_token["aud"] = audience
    refuse(openid_provider, visitor, keys)


def test_a_token_for_us_and_others_that_was_issued_to_another_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    openid_provider.wrong.id_token |= {"aud": ["loopback-client", "another"], "azp": "another"}
    refuse(openid_provider, visitor, keys)


def test_a_token_for_us_and_others_that_was_issued_to_us_is_good(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.wrong.id_token |= {"aud": ["loopback-client", "another"], "azp": "loopback-client"}
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert visitor.user_id


@pytest.mark.parametrize("issuer", ["https://evil.example", "", ABSENT, 7, ["x"]], ids=str)
def test_a_token_of_another_issuer_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, issuer: object
) -> None:
    openid_provider.wrong.id_token["iss"] = issuer
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize("sub", ["", ABSENT, None, 7, {}], ids=str)
def test_a_token_about_nobody_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, sub: object
) -> None:
    openid_provider.wrong.id_token["sub"] = sub
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize("seconds", [-660, 660])
def test_a_token_of_eleven_minutes_before_or_after_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, seconds: int
) -> None:
    openid_provider.wrong.id_token["iat"] = int(time.time()) + seconds
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize("claim", ["iat", "exp", "nbf"])
@pytest.mark.parametrize("value", ["tomorrow", "1", None, [], {}, float("nan"), float("inf")], ids=str)
def test_a_token_whose_times_are_none_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, claim: str, value: object
) -> None:
    openid_provider.wrong.id_token[claim] = value
    refuse(openid_provider, visitor, keys)


@pytest.mark.parametrize("claim", ["iat", "exp"])
def test_a_token_without_a_time_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, claim: str
) -> None:
    openid_provider.wrong.id_token[claim] = ABSENT
    refuse(openid_provider, visitor, keys)


def test_a_token_that_goes_with_another_access_token_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    openid_provider.wrong.id_token["at_hash"] = "x" * 22
    refuse(openid_provider, visitor, keys)


def test_clocks_may_differ_by_some_seconds(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    openid_provider.wrong.id_token["iat"] = int(time.time()) + 20
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert visitor.user_id


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        (True, True),
        (False, False),
        ("true", False),
        (1, False),
        (ABSENT, False),
        (None, False),
        ([True], False),
    ],
    ids=str,
)
def test_an_address_is_verified_by_true_and_nothing_like_it(
    openid_provider: LoopbackOpenID,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    said: object,
    verified: bool,
) -> None:
    seen = details_seen(monkeypatch)
    openid_provider.people["ann"] = Person("ann", "ann@example.org", email_verified=said)
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert [(details["email"], details["email_verified"]) for details in seen] == [
        ("ann@example.org", verified)
    ]


def test_whoever_names_the_address_has_to_vouch_for_it(
    openid_provider: LoopbackOpenID, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ID token vouches for one address, userinfo names another."""
    seen = details_seen(monkeypatch)
    openid_provider.people["ann"] = Person("ann", "other@example.org", email_verified=ABSENT)
    openid_provider.wrong.id_token |= {"email": "ann@example.org", "email_verified": True}
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert [(details["email"], details["email_verified"]) for details in seen] == [
        ("other@example.org", False)
    ]


def test_what_is_said_about_another_person_is_refused(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    openid_provider.wrong.id_token["sub"] = "bob"
    refuse(openid_provider, visitor, keys)


def test_names_that_are_no_texts_are_left_out(
    openid_provider: LoopbackOpenID, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = details_seen(monkeypatch)
    openid_provider.people["ann"] = Person("ann", "ann@example.org", name={"a": 1})  # type: ignore[arg-type]
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert seen[0]["fullname"] == ""


def details_seen(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the pipeline is told of each person."""
    seen: list[dict[str, object]] = []
    original = backends.OpenIdProvider.get_user_details

    def watched(self: backends.OpenIdProvider, response: dict[str, object]) -> dict[str, object]:
        details = original(self, response)
        seen.append(details)
        return details

    monkeypatch.setattr(backends.OpenIdProvider, "get_user_details", watched)
    return seen
