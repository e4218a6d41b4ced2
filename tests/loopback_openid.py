"""An OpenID provider on the loopback for tests: code flow with PKCE, and every way to misbehave that a test needs.

    def test_it(openid_provider):
        openid_provider.people["ann"] = Person("ann", "ann@example.org", name="Ann")
        callback_url = openid_provider.approve(authorize_url, "ann")

A browser gets a page with one button a person and one to cancel. `requests` counts what each endpoint was asked.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, unquote, urlencode

import pytest
from pytest_django import Settings

from tests.loopback import LoopbackServer
from tests.loopback_openid_roles import Answer, Misbehaviour, Person
from tests.loopback_openid_tokens import ABSENT, Json, Signer, changed, id_token_claims, s256

__all__ = ["ABSENT", "Answer", "LoopbackOpenID", "Person"]

CLIENT_ID = "loopback-client"
CLIENT_SECRET = "loopback-client-secret"


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None


class LoopbackOpenID(LoopbackServer):
    def __init__(self) -> None:
        self.client_id, self.client_secret = CLIENT_ID, CLIENT_SECRET
        self.people = {"ann": Person("ann", "ann@example.org", name="Ann Example")}
        self.signer = Signer()
        self.wrong = Misbehaviour()
        self.requests: Counter[str] = Counter()
        self.asked: list[Json] = []
        """the parameters of each authorization request"""
        self._grants: dict[str, Grant] = {}
        self._tokens: dict[str, Person] = {}
        self._lock = threading.Lock()
        super().__init__(_Handler)

    @property
    def issuer(self) -> str:
        return self.root

    def rotate_keys(self) -> None:
        self.signer.rotate()

    def approve(self, authorize_url: str, sub: str = "ann") -> str:
        """What the browser is sent back with when this person agrees."""
        return self.returned(dict(parse_qsl(authorize_url.partition("?")[2])), sub)

    def cancel(self, authorize_url: str) -> str:
        return self.returned(dict(parse_qsl(authorize_url.partition("?")[2])), None)

    def returned(self, asked: Json, sub: str | None) -> str:
        """The callback, for what was asked and the person who agreed; None is one who did not."""
        if sub is None:
            outcome: Json = {"error": "access_denied", "error_description": "<b>No.</b>"}
        else:
            outcome = {"code": self.grant(asked, sub)}
        iss = self.issuer if self.wrong.callback_iss is None else self.wrong.callback_iss
        query = changed({**outcome, "state": asked.get("state", "")}, {"iss": iss})
        return f"{asked['redirect_uri']}?{urlencode(query)}"

    def grant(self, asked: Json, sub: str) -> str:
        """A fresh code. With another `client_id` in `asked` it is one that belongs to another client."""
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(
            self.people[sub],
            asked["client_id"],
            asked["redirect_uri"],
            asked.get("code_challenge", "") if asked.get("code_challenge_method") == "S256" else "",
            asked.get("nonce"),
        )
        return code

    def discovery(self) -> Json:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return changed(document, self.wrong.discovery)

    def page(self, asked: Json) -> str:
        """One button a person, "Continue as …", and one to cancel."""
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
        )
        buttons = "".join(
            f'<button name="sub" value="{escape(sub)}">Continue as {escape(person.name or person.email)}</button>'
            for sub, person in self.people.items()
        )
        return (
            '<!doctype html><html lang="en"><title>Loopback provider</title><h1>Loopback provider</h1>'
            f'<form method="post" action="/authorize">{hidden}{buttons}'
            '<button name="cancel" value="1">Cancel</button></form></html>'
        )

    def exchange(self, form: Json, basic: tuple[str, str] | None) -> tuple[int, Json]:
        """The token endpoint: strict, so that a client that does something wrong gets nothing."""
        client = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        if client != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client"}
        with self._lock:
            grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant", "error_description": "unknown or used code"}
        if grant.client_id != client[0] or grant.redirect_uri != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "not this client's"}
        if not grant.challenge or s256(form.get("code_verifier", "")) != grant.challenge:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        return 200, self._tokens_for(grant)

    def _tokens_for(self, grant: Grant) -> Json:
        access_token = secrets.token_urlsafe(24)
        self._tokens[access_token] = grant.person
        claims = id_token_claims(
            issuer=self.issuer,
            client_id=grant.client_id,
            sub=grant.person.sub,
            nonce=grant.nonce,
            access_token=access_token,
        )
        claims = changed({**claims, **grant.person.claims()}, self.wrong.id_token)
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "refresh_token": secrets.token_urlsafe(24),
            "id_token": self.signer.sign(claims, self.wrong.kid),
        }

    def tokens(self) -> list[str]:
        """All access tokens that were given out."""
        return list(self._tokens)

    def person_of(self, authorization: str) -> Person | None:
        return self._tokens.get(authorization.removeprefix("Bearer "))

    def instead(self, endpoint: str) -> Answer | None:
        """Counts the request; what is to be said instead of the right answer, after its delay."""
        with self._lock:
            self.requests[endpoint] += 1
        answer = self.wrong.answers.get(endpoint)
        if answer is not None and answer.delay_seconds:
            self._stopped.wait(answer.delay_seconds)
        return answer


_ENDPOINTS = {
    "/.well-known/openid-configuration": "discovery",
    "/authorize": "authorize",
    "/token": "token",
    "/jwks": "jwks",
    "/userinfo": "userinfo",
}


class _Handler(BaseHTTPRequestHandler):
    owner: LoopbackOpenID
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self._answer(_ENDPOINTS.get(path, ""), dict(parse_qsl(query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self._answer(_ENDPOINTS.get(self.path.partition("?")[0], ""), dict(parse_qsl(body)))

    def _answer(self, endpoint: str, given: Json) -> None:
        if (instead := self.owner.instead(endpoint)) is not None:
            return self._send(instead.status, instead.body, instead.content_type, instead.location)
        match endpoint, self.command:
            case "discovery", "GET":
                return self._send_json(200, self.owner.discovery())
            case "jwks", "GET":
                return self._send_json(200, self.owner.signer.jwks())
            case "authorize", "GET":
                self.owner.asked.append(given)
                return self._send(200, self.owner.page(given).encode(), "text/html; charset=utf-8")
            case "authorize", "POST":
                sub = None if given.pop("cancel", "") else given.pop("sub")
                return self._send(302, b"", "text/plain", self.owner.returned(given, sub))
            case "token", "POST":
                return self._send_json(*self.owner.exchange(given, self._basic()))
            case "userinfo", "GET":
                person = self.owner.person_of(self.headers.get("Authorization", ""))
                return self._send_json(200, person.claims()) if person else self._send_json(401, {})
        return self._send(404, b"{}", "application/json")

    def _basic(self) -> tuple[str, str] | None:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        name, _, password = base64.b64decode(encoded).decode().partition(":")
        return unquote(name), unquote(password)

    def _send_json(self, status: int, value: Json) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: bytes, content_type: str, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def openid_provider(settings: Settings) -> Iterator[LoopbackOpenID]:
    """The provider that the button "Loopback login" leads to."""
    with LoopbackOpenID() as server:
        settings.SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = server.issuer
        settings.SOCIAL_AUTH_OIDC_KEY = server.client_id
        settings.SOCIAL_AUTH_OIDC_SECRET = server.client_secret
        settings.SOCIAL_AUTH_OIDC_TITLE = "Loopback login"
        yield server
