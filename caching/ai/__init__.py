"""Answers of an AI, each asked for once: `from caching.ai import ai`."""

from caching.ai.answers import Answer, AnswerStream, AsyncAnswerStream, StructuredAnswer
from caching.ai.door import ai
from caching.ai.dropin import AsyncCachedOpenAI, CachedOpenAI
from caching.ai.live import RESTART, Restart
from caching.ai.policies import AnswerPolicy
from caching.ai.provider import Provider
from caching.ai.usage import Usage

__all__ = [
    "RESTART",
    "Answer",
    "AnswerPolicy",
    "AnswerStream",
    "AsyncAnswerStream",
    "AsyncCachedOpenAI",
    "CachedOpenAI",
    "Provider",
    "Restart",
    "StructuredAnswer",
    "Usage",
    "ai",
]
