"""What is counted, and for whom. The names of the counts are those of the fields in Redis and of the columns."""

from enum import StrEnum
from typing import NamedTuple

import msgspec


class Outcome(StrEnum):
    """How a request to the AI door ended; each has one."""

    FRESH = "fresh"
    """the provider was asked, and its answer kept"""
    UNKEPT = "unkept"
    """the provider was asked, and its answer not kept: it ended badly, or nobody wanted it kept"""
    FAILED = "failed"
    """the provider was asked, and gave no answer"""

    NEAR = "near"
    """found in this process"""
    HIT = "hit"
    """found in Redis"""
    JOINED = "joined"
    """took the answer that another caller was about to get"""
    STALE = "stale"
    """the provider failed, and an expired answer took its place"""


ASKED = (Outcome.FRESH, Outcome.UNKEPT, Outcome.FAILED)
"""What is paid for, by what the provider counted."""
SPARED = (Outcome.NEAR, Outcome.HIT, Outcome.JOINED, Outcome.STALE)
"""What was answered without; it has saved what the answer took when it was fresh."""


class Account(NamedTuple):
    """`scenario` is "" for what belongs to none."""

    operation: str
    model: str
    scenario: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Cached input tokens are part of the input tokens: those that the provider's own cache made cheap."""

    fresh_requests: int = 0
    unkept_requests: int = 0
    failed_requests: int = 0
    near_requests: int = 0
    hit_requests: int = 0
    joined_requests: int = 0
    stale_requests: int = 0
    spent_input_tokens: int = 0
    spent_cached_input_tokens: int = 0
    spent_output_tokens: int = 0
    spent_pictures: int = 0
    saved_input_tokens: int = 0
    saved_cached_input_tokens: int = 0
    saved_output_tokens: int = 0
    saved_pictures: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in COUNTS})

    def largest(self, other: "Counts") -> "Counts":
        """Of two states of one sheet, which only grows, the newer one."""
        return Counts(**{name: max(getattr(self, name), getattr(other, name)) for name in COUNTS})

    @property
    def spared_requests(self) -> int:
        return self.near_requests + self.hit_requests + self.joined_requests + self.stale_requests

    @property
    def requests(self) -> int:
        return self.spared_requests + self.fresh_requests + self.unkept_requests + self.failed_requests


COUNTS = Counts.__struct_fields__
