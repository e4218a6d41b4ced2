"""What a student can say to the platform instead of to a person: a word alone on the message."""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    BEGIN = "begin"
    HELP = "help"
    HINT = "hint"


def command_in(text: str) -> Command | None:
    """The command that this text is. "help me, Ingrid" is no command, it is something said."""
    word = text.strip().casefold()
    return Command(word) if word in set(Command) else None
