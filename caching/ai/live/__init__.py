"""One question to a provider at a time, in all processes, and everybody who asks it meanwhile sees the answer come.

Whoever asks first leads: a thread of his process asks the provider and tells the others, through a Redis stream, what it
says. A leader that dies is replaced when his lease ends; his followers go on without a repeated or missing character, or
are told that the answer begins anew.

    board     the flights of this process     driver    leads or follows       stream   what is said, in Redis
    readers   who is told, sync and async     telling   what is new to them    records  the forms of it
"""

from caching.ai.live.board import achunks, aresult, chunks, drain, result
from caching.ai.live.driver import Plan, Publish, Source
from caching.ai.live.records import RESTART, BrokenOff, Ended, Restart, UpstreamError

__all__ = [
    "RESTART",
    "BrokenOff",
    "Ended",
    "Plan",
    "Publish",
    "Restart",
    "Source",
    "UpstreamError",
    "achunks",
    "aresult",
    "chunks",
    "drain",
    "result",
]
