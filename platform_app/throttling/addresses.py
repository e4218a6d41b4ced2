"""Which network address a request came from, for counting: one subject for each customer of a provider.

Anybody may send `X-Forwarded-For`, and proxies add to its right. So only the entry is believed that the outermost of our
own proxies has written: TRUSTED_PROXIES says how many there are. Whatever is no address there is not an error but a
request that did not come through them all, and counts for where its connection came from.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# What one household or server gets (RFC 6177): whoever has one has 2^64 addresses to try from.
SUBJECT_BITS = 64
_PORT = re.compile(r"^\[(.*)\](?::\d{1,5})?$|^([\d.]+):\d{1,5}$")


def address_of(request: HttpRequest | Request) -> str:
    """The client's IPv4 address, or the /64 network of its IPv6 address. "" behind a socket that has none."""
    return _forwarded(request) or _subject(str(request.META.get("REMOTE_ADDR") or ""))


def _forwarded(request: HttpRequest | Request) -> str:
    proxies: int = settings.TRUSTED_PROXIES
    entries = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    return _subject(entries[-proxies]) if 1 <= proxies <= len(entries) else ""


def _subject(text: str) -> str:
    """What is counted as one, in one spelling; "" for what is no address."""
    address = _PORT.sub(r"\1\2", text.strip())
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    return _network(found) if isinstance(found, IPv6Address) else str(found)


def _network(address: IPv6Address) -> str:
    mapped: IPv4Address | None = address.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((address, SUBJECT_BITS), strict=False).network_address)
