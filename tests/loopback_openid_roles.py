"""Who has an account at the OpenID provider on the loopback, and how the provider misbehaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.loopback_openid_tokens import Json, changed


@dataclass(frozen=True)
class Person:
    sub: str
    email: str
    email_verified: Any = True
    """ABSENT leaves the claim out."""
    name: str = ""

    def claims(self) -> Json:
        claims = {"sub": self.sub, "email": self.email, "name": self.name}
        return changed(claims, {"email_verified": self.email_verified})


@dataclass(frozen=True)
class Answer:
    """What an endpoint says instead of its own answer."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    location: str = ""
    delay_seconds: float = 0


@dataclass
class Misbehaviour:
    """`None` where there is a right value: the right one is used."""

    callback_iss: Any = None
    """in the callback; ABSENT leaves it out, as providers did before RFC 9207"""
    kid: str | None = None
    id_token: Json = field(default_factory=dict)
    """claims of the ID token that are other than they should be, or ABSENT"""
    discovery: Json = field(default_factory=dict)
    """the same for discovery: "issuer", "authorization_response_iss_parameter_supported" …"""
    answers: dict[str, Answer] = field(default_factory=dict)
    """by endpoint: "discovery", "authorize", "token", "jwks", "userinfo" """
