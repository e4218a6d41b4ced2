"""The Operations page as a browser has it: its forms are filled in and sent, with all that they hide."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client

PAGE = "/admin/cache/operations/"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def submit(browser: Client, page: HttpResponse, action: str, **typed: str) -> HttpResponse:
    """Sends the form of this page that leads to `action`, behind the page's own address."""
    for found, inside in _FORM.findall(page.text):
        if found == PAGE + action:
            hidden = {name: unescape(value) for name, value in _HIDDEN.findall(inside)}
            return browser.post(found, hidden | typed, follow=True)
    raise AssertionError(f"There is no form for {action!r} on the page.")


def said(page: HttpResponse) -> list[str]:
    """The messages on top of the page, as text."""
    found = re.findall(r'<li class="(?:success|error|warning|info)">(.*?)</li>', page.text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in found]
