"""Values of Django's own cache as bytes, without pickle: what JSON knows, bytes, dates, and whole responses.

For `CACHES["default"]["OPTIONS"]["SERIALIZER"]`. `cache_page` stores responses: they come back as a plain `HttpResponse`
with the same status, headers, cookies and content. What is read can at worst be `Undecodable`; objects are refused.
"""

from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec
from django.http import HttpResponse
from django_redis.serializers.base import BaseSerializer

from caching import stats
from caching.codec import Undecodable
from caching.stats import Outcome

# django-redis stores whole numbers as their digits, and takes what looks like digits for one.
FORMAT = b"\x01"
_RESPONSE = 1


class Response(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    status: int
    reason: str
    headers: list[tuple[str, str]]
    cookies: list[str]
    content: bytes


class Serializer(BaseSerializer):  # type: ignore[misc]  # django-redis has no types
    def dumps(self, value: Any) -> bytes:
        """Raises TypeError for an object that cannot be stored."""
        return FORMAT + _encoder.encode(value)

    def loads(self, value: bytes) -> Any:
        try:
            return _decoder.decode(value[1:] if value[:1] == FORMAT else b"")
        except (ValueError, RecursionError, CookieError) as error:
            stats.record("django_cache", Outcome.UNDECODABLE)
            raise Undecodable(str(error)) from error


def _dump(value: Any) -> str | msgspec.msgpack.Ext:
    if isinstance(value, str):  # the rendered text of a fragment
        return str.__str__(value)
    if not isinstance(value, HttpResponse):
        raise TypeError(f"The cache cannot store a {type(value).__name__}: its values are not pickled.")
    response = Response(
        status=value.status_code,
        reason=value.reason_phrase,
        headers=list(value.items()),
        cookies=[cookie.OutputString() for cookie in value.cookies.values()],
        content=value.content,
    )
    return msgspec.msgpack.Ext(_RESPONSE, msgspec.msgpack.encode(response))


def _load(code: int, data: memoryview) -> HttpResponse:
    if code != _RESPONSE:
        raise ValueError("unknown kind of value")
    stored = _response_decoder.decode(data)
    response = HttpResponse(
        stored.content, status=stored.status, reason=stored.reason, headers=dict(stored.headers)
    )
    for cookie in stored.cookies:
        response.cookies.update(SimpleCookie(cookie))
    return response


_encoder = msgspec.msgpack.Encoder(enc_hook=_dump)
_decoder = msgspec.msgpack.Decoder(ext_hook=_load)
_response_decoder = msgspec.msgpack.Decoder(Response)
