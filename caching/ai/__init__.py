"""Answers of an AI, kept in Redis: `from caching.ai import ai`."""

from caching.ai.answers import Answer, AnswerStream, StructuredAnswer
from caching.ai.door import ai
from caching.ai.provider import Provider
from caching.ai.usage import Usage

__all__ = ["Answer", "AnswerStream", "Provider", "StructuredAnswer", "Usage", "ai"]
