"""The cache of the platform, in Redis: results of database queries that are never stale, answers of an AI, logs of events.

It knows no model of the platform. README.md says what it promises, how, and what it costs.
"""

from caching.ai.service import ai_cache_service
from caching.errors import (
    AIAnswerUnusable,
    AIError,
    AIMisconfigured,
    AIRequestRejected,
    AIUnavailable,
    CacheUnavailable,
    CachingError,
    Uncacheable,
)
from caching.near.scopes import fresh
from caching.queries.decorators import (
    cache_db_query,
    cache_dynamic_query,
    cache_static_query,
    cache_user_query,
)
from caching.queries.service import db_cache_service

__all__ = [
    "AIAnswerUnusable",
    "AIError",
    "AIMisconfigured",
    "AIRequestRejected",
    "AIUnavailable",
    "CacheUnavailable",
    "CachingError",
    "Uncacheable",
    "ai_cache_service",
    "cache_db_query",
    "cache_dynamic_query",
    "cache_static_query",
    "cache_user_query",
    "db_cache_service",
    "fresh",
]
