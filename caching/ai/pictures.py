"""Pictures: kept as the bytes of a PNG, never as a URL, which expires."""

from __future__ import annotations

from functools import partial
from typing import Any

from caching.ai import client
from caching.ai.answers import Source
from caching.ai.asking import Question
from caching.ai.live import Publish
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.provider import ai_provider
from caching.ai.replies import PICTURE
from caching.ai.requests import AIRequest
from caching.ai.surfaces import PNG


def picture_question(
    operation: str, prompt: str, *, size: str, model: str | None, policy: AnswerPolicy = DEFAULT
) -> Question[bytes]:
    provider = ai_provider()
    parameters = {"prompt": prompt, "size": size, "model": model or provider.image_model}
    request = AIRequest("image", operation, provider.base_url, parameters)
    return Question(request, PNG, partial(_draw, parameters), _open, policy, is_immutable=True)


def _draw(parameters: dict[str, Any], publish: Publish) -> bytes:
    return client.draw(parameters)


def _open(body: bytes, source: Source) -> bytes:
    return PICTURE.load(body)
