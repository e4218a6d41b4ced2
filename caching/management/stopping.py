"""Ctrl+C ends a command with one sentence: what was done until then, and that nothing is half done."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

STOPPED = 130
"""The exit code that shells give a program which SIGINT has ended."""


class StoppableCommand(BaseCommand):
    def so_far(self) -> str:
        """What was done; asked when somebody stops it, which may be before it has begun."""
        return "Nothing was changed."

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {self.so_far()}", returncode=STOPPED) from None
