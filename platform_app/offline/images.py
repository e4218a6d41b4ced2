"""The answer to POST /images/generations: a scene card as base64 PNG."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from platform_app.offline.pictures import draw
from platform_app.offline.protocol import CREATED, BadRequest, require_text

_DEFAULT_SIZE = "1024x1024"


def generated_images(data: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadRequest for a size, format or number that is not possible."""
    prompt = require_text(data, "prompt")
    size = data.get("size") or _DEFAULT_SIZE
    size = _DEFAULT_SIZE if size == "auto" else size
    if not isinstance(size, str):
        raise BadRequest("'size' must be a text such as 1024x1024.", param="size")
    if data.get("response_format") == "url":
        raise BadRequest(
            "The offline engine has no place to keep pictures: ask for b64_json.", param="response_format"
        )
    if data.get("output_format") not in (None, "png"):
        raise BadRequest("The offline engine draws PNG only.", param="output_format")
    if data.get("n") not in (None, 1):
        raise BadRequest("The offline engine draws one picture a request: 'n' must be 1.", param="n")
    try:
        picture = draw(prompt, size)
    except ValueError as refusal:
        raise BadRequest(str(refusal), param="size") from refusal
    encoded = base64.b64encode(picture).decode()
    return {"created": CREATED, "data": [{"b64_json": encoded}], "output_format": "png", "size": size}
