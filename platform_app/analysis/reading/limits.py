"""How much a case study may ask of the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingLimits:
    """The first three bound the document, the others the child process that reads it."""

    max_bytes: int = 20 * 2**20
    max_pages: int = 200
    max_characters: int = 400_000
    memory_bytes: int = 512 * 2**20
    cpu_seconds: int = 10
    wall_seconds: float = 20
    max_expanded_bytes: int = 100 * 2**20
    """What the parts of a DOCX may come to together once they are unpacked."""

    @property
    def max_reply_bytes(self) -> int:
        """What the child may write: a character is up to four bytes of UTF-8, or six as a JSON escape."""
        return 6 * self.max_characters + 64 * 2**10
