"""Which address at a provider means which account: the same letters, and nothing that looks like them."""

from __future__ import annotations

import pytest

from platform_app.accounts.addresses import UnusableAddress, account_of, normalised
from platform_app.models import User
from tests.accounts.at_provider import LINK, Visitor, knows
from tests.factories import UserFactory
from tests.loopback_openid import ABSENT


def test_the_address_is_compared_and_kept_in_lower_case(ann: Visitor):
    UserFactory.create(email="ann@example.org")
    knows(ann.provider, "Ann@Example.ORG")
    assert ann.signs_in().headers["Location"] == LINK
    knows(ann.provider, "NEW@Example.org", sub="new")
    assert ann.signs_up(sub="new").email == "new@example.org"


LOOK_ALIKES = [
    ("strasse@example.org", "straße@example.org"),
    ("admin@example.org", "admın@example.org"),
    ("admin@example.org", "ADMİN@example.org"),
    ("kim@example.org", "\u212aim@example.org"),
    ("sam@example.org", "ſam@example.org"),
    ("anna@example.org", "ａnna@example.org"),
    ("anna@example.org", "аnna@example.org"),
    ("anna@example.org", "anna@ｅxample.org"),
    ("anna@strasse.example", "anna@straße.example"),
    ("anna@example.org", "anna@example。org"),
    ("anna@example.org", "an\u200bna@example.org"),
]


@pytest.mark.parametrize(("local", "said"), LOOK_ALIKES)
def test_an_address_that_looks_like_another_opens_and_makes_nothing(ann: Visitor, local: str, said: str):
    UserFactory.create(email=local)
    knows(ann.provider, said)
    ann.signs_in()
    assert "cannot be used here" in ann.is_told
    assert not ann.is_signed_in
    assert User.objects.count() == 1


@pytest.mark.parametrize("local", [local.replace("a", "ａ", 1) for local, _ in LOOK_ALIKES if "a" in local])
def test_an_account_with_such_an_address_is_not_opened_by_the_plain_one(db: None, local: str):
    UserFactory.create(email=local)
    assert account_of(local.replace("ａ", "a")) is None


@pytest.mark.parametrize("email", ["admın@example.org", "ſam@example.org"])
def test_what_a_database_may_take_for_the_same_is_another_account(db: None, email: str):
    UserFactory.create(email=email)
    assert account_of(normalised(email.upper())) is None


def test_an_international_domain_is_the_same_in_both_spellings(db: None):
    account = UserFactory.create(email="ann@bücher.example")
    assert account_of(normalised("Ann@xn--bcher-kva.example")) == account
    assert account_of("ann@bucher.example") is None


@pytest.mark.parametrize("spelling", ["ann@bücher.example", "ann@xn--bcher-kva.example"])
def test_of_two_accounts_in_both_spellings_the_one_that_was_said_is_meant(db: None, spelling: str):
    for email in ("ann@bücher.example", "ann@xn--bcher-kva.example"):
        UserFactory.create(email=email)
    account = account_of(spelling)
    assert account
    assert account.email == spelling


@pytest.mark.parametrize("domain", ["xn--", "xn--a", "xn--99999999", "xn--ls8h", "xn---"])
def test_a_domain_that_only_looks_international_is_no_account(db: None, domain: str):
    assert account_of(f"ann@{domain}.example") is None


@pytest.mark.parametrize(
    "said", [None, "", "ann", "ann@", "@example.org", 5, ["ann@example.org"], {}, "a" * 250 + "@x.org"]
)
def test_what_is_no_address_is_refused(said: object):
    with pytest.raises(UnusableAddress):
        normalised(said)


@pytest.mark.parametrize("claim", [False, "true", "True", 1, None, ABSENT, [True], {}])
def test_an_address_that_the_provider_has_not_proved_is_refused(ann: Visitor, claim: object):
    account = UserFactory.create(email="ann@example.org")
    knows(ann.provider, "ann@example.org", email_verified=claim)
    ann.signs_in()
    assert not ann.is_signed_in
    assert "has not confirmed your e-mail address" in ann.is_told
    assert list(User.objects.all()) == [account]


def test_a_connected_identity_needs_no_address(ann: Visitor):
    ann.signs_up()
    knows(ann.provider, "straße@example.org", email_verified=False)
    again = Visitor(ann.provider)
    again.signs_in()
    assert again.is_signed_in
