"""What people call the providers that they can sign in with here."""

from __future__ import annotations

from sessions_ext.oauth.backends import providers as offered

__all__ = ["label_of", "offered"]


def label_of(name: str) -> str:
    """Also of one that is not offered any more, which accounts may still be connected with."""
    titles = {offer.name: offer.title for offer in offered()}
    return titles.get(name) or name.capitalize()
