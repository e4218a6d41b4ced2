"""What stands in a mail."""

from __future__ import annotations

import re

from django.core.mail import EmailMessage


def link_in(mail: EmailMessage) -> str:
    """The path of the link of this platform."""
    found = re.search(r"http://testserver(/\S+)", str(mail.body))
    assert found
    return found[1]
