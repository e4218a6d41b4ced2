"""A provider that fails, hangs, floods or talks nonsense is an error of its own, said in words, and soon over."""

from __future__ import annotations

import gzip
import json
import select
import socket
import time
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
import requests

from platform_app.models import User
from sessions_ext.oauth import fetching
from tests.loopback_openid import Answer, LoopbackOpenID
from tests.sessions_ext.oauth.visitor import Keys, Visitor

FAULTS = {
    "500": Answer(status=500, body=b"<h1>Traceback</h1>", content_type="text/html"),
    "503 in JSON": Answer(status=503, body=b'{"error": "server_error", "error_description": "<script>"}'),
    "429": Answer(status=429),
    "400 nested without end": Answer(status=400, body=b"[" * 100_000),
    "404": Answer(status=404, body=b""),
    "redirect": Answer(status=302),
    "201": Answer(status=201),
    "10 MB": Answer(body=b'{"a": "' + b"x" * 10 * 2**20 + b'"}'),
    "HTML": Answer(body=b"<html>Please pay for this network</html>", content_type="text/html"),
    "JSON called HTML": Answer(content_type="text/html"),
    "garbage": Answer(body=b"\xff\xfe\0{"),
    "nothing": Answer(body=b""),
    "a list": Answer(body=b"[]"),
    "null": Answer(body=b"null"),
    "no members": Answer(body=b"{}"),
    "nested without end": Answer(body=b"[" * 500_000),
    "packed": Answer(body=gzip.compress(b"{}")),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("endpoint", ["discovery", "token", "jwks", "userinfo"])
def test_what_fails_is_a_refusal_in_words_and_leaves_nothing(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys, endpoint: str, fault: str
) -> None:
    openid_provider.wrong.answers[endpoint] = FAULTS[fault]
    if endpoint == "discovery":
        response = visitor.begin()
    else:
        response = visitor.come_back(openid_provider.approve(visitor.to_provider()))
    visitor.assert_refused(response, saying="lease")
    assert not any("<" in message for message in visitor.messages())
    assert not User.objects.exists()
    assert keys.of_sign_ins() == keys.names("session*") == []


@pytest.mark.parametrize(
    ("fault", "padding"),
    [({}, 2**20), ({"content_type": "text/html"}, 0), ({"status": 201}, 0), ({"status": 302}, 0)],
    ids=["too long", "HTML", "201", "302"],
)
@pytest.mark.parametrize("endpoint", ["discovery", "jwks"])
def test_a_right_answer_is_refused_if_it_is_too_long_not_called_json_or_not_a_200(
    openid_provider: LoopbackOpenID, visitor: Visitor, endpoint: str, fault: dict[str, Any], padding: int
) -> None:
    right = openid_provider.discovery() if endpoint == "discovery" else openid_provider.signer.jwks()
    body = json.dumps(right).encode()
    openid_provider.wrong.answers[endpoint] = Answer(body=body + b" " * padding, **fault)
    if endpoint == "discovery":
        visitor.assert_refused(visitor.begin())
    else:
        visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))
    openid_provider.wrong.answers[endpoint] = Answer(
        body=body, content_type="application/jwk-set+json; charset=x"
    )
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert visitor.user_id


@pytest.mark.parametrize("endpoint", ["discovery", "token", "jwks", "userinfo"])
def test_a_provider_that_is_silent_is_given_up(
    openid_provider: LoopbackOpenID, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_SECONDS", 0.2)
    openid_provider.wrong.answers[endpoint] = Answer(delay_seconds=60)
    began = time.monotonic()
    if endpoint == "discovery":
        response = visitor.begin()
    else:
        response = visitor.come_back(openid_provider.approve(visitor.to_provider()))
    visitor.assert_refused(response, saying="does not answer")
    assert time.monotonic() - began < 5


def test_a_provider_that_never_ends_is_given_up(
    openid_provider: LoopbackOpenID, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1)
    visitor.assert_refused(visitor.begin(), saying="does not answer")


def drips(connected: socket.socket) -> None:
    """One letter of a header after the other, each well in time."""
    with connected, suppress(OSError):
        connected.recv(2**16)
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Long: ")
        while not select.select([connected], [], [], 0.05)[0]:
            connected.sendall(b"a")


def test_a_provider_whose_headers_never_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider = Thread(target=lambda: drips(listening.accept()[0]), daemon=True)
        provider.start()
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            fetching.fetch("GET", f"http://127.0.0.1:{listening.getsockname()[1]}/", headers={})
        assert 0.5 <= time.monotonic() - began < 5
        provider.join(5)
        assert not provider.is_alive(), "the connection was left open"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_sent_on_to_where_a_provider_points(
    openid_provider: LoopbackOpenID, visitor: Visitor, status: int
) -> None:
    """The token endpoint is sent our secret."""
    openid_provider.wrong.answers["token"] = Answer(
        status=status, location=f"{openid_provider.issuer}/elsewhere"
    )
    visitor.assert_refused(visitor.come_back(openid_provider.approve(visitor.to_provider())))
    assert openid_provider.requests[""] == 0


def test_a_provider_that_is_gone_is_said_so(
    openid_provider: LoopbackOpenID, visitor: Visitor, keys: Keys
) -> None:
    authorize_url = visitor.to_provider()
    callback = openid_provider.approve(authorize_url)
    openid_provider.__exit__()
    visitor.assert_refused(visitor.come_back(callback), saying="does not answer")


def test_the_fault_is_over_when_it_is_over(openid_provider: LoopbackOpenID, visitor: Visitor) -> None:
    openid_provider.wrong.answers["discovery"] = FAULTS["500"]
    visitor.begin()
    openid_provider.wrong.answers.clear()
    visitor.come_back(openid_provider.approve(visitor.to_provider()))
    assert visitor.user_id


def test_a_wrong_secret_is_said_to_be_the_operators_business(
    openid_provider: LoopbackOpenID, visitor: Visitor
) -> None:
    openid_provider.client_secret = "another"
    response = visitor.come_back(openid_provider.approve(visitor.to_provider()))
    visitor.assert_refused(response, saying="administrator")


def test_logs_name_no_secret(
    openid_provider: LoopbackOpenID, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    openid_provider.wrong.answers["token"] = FAULTS["503 in JSON"]
    callback = openid_provider.approve(visitor.to_provider())
    visitor.come_back(callback)
    assert "was refused: unavailable" in caplog.text
    for secret in (openid_provider.client_secret, "code=", "state=", "<script>", openid_provider.issuer):
        assert secret not in caplog.text
