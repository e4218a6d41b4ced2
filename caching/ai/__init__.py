"""Answers of an AI, each asked for once: `from caching.ai import ai`. From above to below, each knows only lower ones:

door      the typed door                   dropin     the SDK's clients       service    by hand
chats     questions for a text or value    pictures   for a picture           embeddings for vectors
asking    what is kept, else a flight      semantic   other questions that mean the same
booking   what each request was            kept       answers in Redis        vectors    the same
client    the provider behind the SDK      replies    what it said            answers    what callers get
live      one flight for all who ask       ledger     tokens and money        surfaces   body and stream
requests  the meaning of a question        schemas  policies  provider  usage  cosine
"""

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
