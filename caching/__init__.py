"""The cache of the platform: answers of an AI and logs of events in Redis. It knows no model of the platform."""

from caching.errors import (
    AIAnswerUnusable,
    AIError,
    AIMisconfigured,
    AIRequestRejected,
    AIUnavailable,
    CacheUnavailable,
    CachingError,
)

__all__ = [
    "AIAnswerUnusable",
    "AIError",
    "AIMisconfigured",
    "AIRequestRejected",
    "AIUnavailable",
    "CacheUnavailable",
    "CachingError",
]
