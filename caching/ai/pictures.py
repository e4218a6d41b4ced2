"""Pictures: kept as the bytes of a PNG, never as a URL, which expires."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from caching.ai import client
from caching.ai.answers import Source
from caching.ai.asking import Question, question
from caching.ai.live import Publish
from caching.ai.policies import DEFAULT, AnswerPolicy
from caching.ai.provider import ai_provider
from caching.ai.requests import AIRequest
from caching.ai.surfaces import PICTURE
from caching.ai.surfaces.pictures import Picture, dump, load


def picture_question(
    operation: str, prompt: str, *, size: str, model: str | None, policy: AnswerPolicy = DEFAULT
) -> Question[Picture]:
    provider = ai_provider()
    parameters = {"prompt": prompt, "size": size, "model": model or provider.image_model}
    request = AIRequest("image", operation, provider.base_url, parameters)
    return question(request, PICTURE, _draw, _open, policy, usage=attrgetter("usage"), is_immutable=True)


def _draw(parameters: Mapping[str, Any], publish: Publish) -> bytes:
    png, usage = client.draw(parameters)
    return dump(Picture(png, usage))


def _open(body: bytes, source: Source) -> Picture:
    return load(body)
