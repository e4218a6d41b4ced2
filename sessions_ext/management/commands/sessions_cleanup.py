"""Removes what expired sessions have left behind. In Redis they end by themselves; in the database somebody has to do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from sessions_ext import keeping
from sessions_ext.agents import copies

# Each removes one kind of leftovers and gives their number.
KINDS: dict[str, Callable[[], int]] = {
    "copies of expired sessions": keeping.forget_expired,
    "copies of expired agent sessions": copies.delete_expired,
}


class Command(BaseCommand):
    help = "Deletes the database's copies of sessions that have expired, and says how many of each kind there were."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, clean in KINDS.items():
            self.stdout.write(f"{clean()} {kind}")
