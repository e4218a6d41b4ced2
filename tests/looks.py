"""A page that a test looks at again and again."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.test import Client

from tests.second_views import view


class Look(NamedTuple):
    client: Client
    url: str

    def __call__(self) -> Any:
        return self.client.get(self.url)

    def statements(self) -> list[str]:
        """What it asks the database, but for who is there."""
        return view(self.client, self.url)
