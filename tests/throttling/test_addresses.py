"""Who counts as one where nobody has signed in: nobody chooses that for himself, and nothing sent is an error."""

from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from development.running import WEB
from platform_app.throttling import address_of

PROXY = "10.0.0.5"


def address(forwarded: str | None = None, *, peer: str = PROXY) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


def test_without_proxies_the_connection_counts_whatever_is_forwarded():
    forged = {address(f"203.0.113.{number}, 198.51.100.{number}") for number in range(100)}
    assert forged == {PROXY}


def test_behind_a_proxy_its_entry_counts_and_not_what_stands_left_of_it(settings: Settings):
    settings.TRUSTED_PROXIES = 1
    seen = {address(f"203.0.113.{number}, 127.0.0.1,198.51.100.7") for number in range(100)}
    assert seen == {"198.51.100.7"}


def test_behind_two_proxies_the_outer_ones_entry_counts(settings: Settings):
    settings.TRUSTED_PROXIES = 2
    assert address("203.0.113.1, 198.51.100.7, 10.0.0.9") == "198.51.100.7"


@pytest.mark.parametrize(
    ("entry", "subject"),
    [
        ("198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7\t", "198.51.100.7"),
        ("198.51.100.7:51234", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[::FFFF:c633:6407]:443", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:0DB8:0001:0002::1", "2001:db8:1:2::"),
        ("[2001:db8:1:2::99]", "2001:db8:1:2::"),
        ("[2001:db8:1:2::99]:443", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
    ],
)
def test_an_address_has_one_spelling_and_a_64_network_is_one_subject(
    settings: Settings, entry: str, subject: str
):
    settings.TRUSTED_PROXIES = 1
    assert address(f"203.0.113.9, {entry}") == subject
    assert address(peer=entry.strip()) == subject


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        ",",
        "198.51.100.7,",
        "unknown",
        "_hidden",
        "999.1.1.1",
        "1.2.3",
        "010.1.1.1",
        "198.51.100.7:",
        "198.51.100.7:x",
        "[2001:db8::1",
        "[]",
        "[]:80",
        "[198.51.100",
        ":::",
        "for=198.51.100.7",
        "\x00",
        "١٩٨.٥١.١٠٠.٧",
        "\udc80",
        "1" * 100_000,
        "1." * 50_000,
        "a," * 50_000,
        "' OR 1=1 --",
    ],
)
def test_what_is_no_address_counts_for_the_connection_it_came_from(settings: Settings, header: str | None):
    settings.TRUSTED_PROXIES = 1
    assert address(header) == PROXY


@pytest.mark.parametrize("proxies", [2, 3, 1000])
def test_a_request_that_passed_too_few_proxies_counts_for_its_connection(settings: Settings, proxies: int):
    settings.TRUSTED_PROXIES = proxies
    assert address("198.51.100.7") == PROXY


def test_a_negative_number_of_proxies_is_none(settings: Settings):
    settings.TRUSTED_PROXIES = -1
    assert address("203.0.113.1, 198.51.100.7") == PROXY


@pytest.mark.parametrize("peer", ["", "unix:", None])
def test_a_connection_without_an_address_is_one_subject_and_no_error(peer: str | None):
    request = RequestFactory().get("/")
    request.META.pop("REMOTE_ADDR") if peer is None else request.META.update(REMOTE_ADDR=peer)
    assert address_of(request) == ""


@pytest.mark.parametrize(("proxies", "refused"), [(0, 90), (1, 90), (2, 0)])
def test_a_hundred_sign_ins_with_forged_headers_are_those_of_one_address(
    db: None, settings: Settings, proxies: int, refused: int
):
    """Two proxies are believed though there is one: then, and only then, what is forged counts."""
    settings.TRUSTED_PROXIES = proxies
    client, answers = Client(), []
    for number in range(100):
        credentials = {"email": f"{number}@example.org", "password": "guess"}
        headers = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        answers.append(client.post("/api/auth/token/", credentials, headers=headers).status_code)
    assert answers.count(429) == refused


def test_the_server_leaves_the_address_of_the_connection_alone():
    """Left to its defaults, uvicorn lets whoever connects from this machine choose his address."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert "--no-proxy-headers" in WEB
    assert "uvicorn config.asgi:application --no-proxy-headers" in readme
