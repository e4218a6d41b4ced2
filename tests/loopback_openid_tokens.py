"""What an OpenID provider on the loopback signs: its keys and its ID tokens, good ones and bad ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Json = dict[str, Any]


class Left(Enum):
    OUT = "absent"

    def __str__(self) -> str:
        return self.value


ABSENT = Left.OUT
"""As the value of a claim: the claim is left out."""


@cache
def _rsa(number: int) -> rsa.RSAPrivateKey:
    """Making one takes a tenth of a second, so the servers of a test run share them."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@cache
def _ec(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Signer:
    """`algorithm`: RS256 or ES256; "none" and "HS256" (with the public key as the secret) are the classic forgeries."""

    algorithm: str = "RS256"
    generation: int = 0
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def kid(self) -> str:
        return f"{self.run}-{self.generation}"

    def rotate(self) -> None:
        self.generation += 1

    def jwks(self) -> Json:
        common = {"use": "sig", "kid": self.kid}
        if self.algorithm == "ES256":
            public = ECAlgorithm.to_jwk(_ec(self.generation).public_key(), as_dict=True)
            return {"keys": [{**public, **common, "alg": "ES256"}]}
        public = RSAAlgorithm.to_jwk(_rsa(self.generation).public_key(), as_dict=True)
        return {"keys": [{**public, **common, "alg": "RS256"}]}

    def sign(self, claims: Json, kid: str | None) -> str:
        headers = {"kid": self.kid if kid is None else kid}
        match self.algorithm:
            case "none":
                return jwt.encode(claims, "", algorithm="none", headers=headers)
            case "HS256":
                return self._sign_with_public_key(claims, headers)
            case "ES256":
                return jwt.encode(claims, _ec(self.generation), algorithm="ES256", headers=headers)
        return jwt.encode(claims, _rsa(self.generation), algorithm="RS256", headers=headers)

    def _sign_with_public_key(self, claims: Json, headers: Json) -> str:
        """By hand: PyJWT refuses to make what it would have to refuse."""
        public = _rsa(self.generation).public_key()
        secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed = f"{_part({'typ': 'JWT', 'alg': 'HS256', **headers})}.{_part(claims)}"
        return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def id_token_claims(*, issuer: str, client_id: str, sub: str, nonce: str | None, access_token: str) -> Json:
    now = int(time.time())
    digest = hashlib.sha256(access_token.encode()).digest()
    claims = {
        "iss": issuer,
        "sub": sub,
        "aud": client_id,
        "iat": now,
        "exp": now + 300,
        "at_hash": _base64(digest[:16]),
    }
    return claims if nonce is None else {**claims, "nonce": nonce}


def changed(claims: Json, changes: Json) -> Json:
    return {name: value for name, value in {**claims, **changes}.items() if value is not ABSENT}


def s256(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode()).digest())


def _part(value: Json) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
