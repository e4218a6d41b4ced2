"""One request to a provider, within bounds: how long it may take, and how much may come."""

import time
from typing import Any

import requests

TIMEOUT_SECONDS = 5
"""to connect, and for each piece of the answer"""
MOST_SECONDS = 10
MOST_BYTES = 2**20


class TooMuch(requests.RequestException):
    """More came than anything of OpenID Connect has."""


def fetch(method: str, url: str, *, headers: dict[str, Any], **given: Any) -> requests.Response:
    """The answer, read to its end. Raises requests.RequestException. A redirect is an answer: secrets follow none."""
    until = time.monotonic() + MOST_SECONDS
    headers = {"Accept": "application/json", **headers, "Accept-Encoding": "identity"}
    body = bytearray()
    with requests.request(
        method, url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True, **given
    ) as response:
        for piece in response.iter_content(16 * 2**10):
            body += piece
            if len(body) > MOST_BYTES:
                raise TooMuch("the answer is too long")
            if time.monotonic() > until:
                raise requests.Timeout("the answer does not end")
    response._content = bytes(body)
    return response
