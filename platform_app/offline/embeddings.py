"""Embeddings by feature hashing: words and character trigrams, each with a sign, into a vector of length one.

They tell texts with common words from texts without. They know nothing of meaning: "profit" and "earnings" are strangers.
Hashing trick: Weinberger et al. 2009.
"""

from __future__ import annotations

import base64
import math
import zlib
from array import array
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from platform_app.offline.protocol import MODEL, BadRequest, count_tokens, require_text
from platform_app.offline.text.words import fold, is_stopword, stem, words

DEFAULT_DIMENSIONS = 256
_MOST_DIMENSIONS, _MOST_INPUTS = 3072, 2048
_TRIGRAM_WEIGHT, _STOPWORD_WEIGHT = 0.35, 0.15


@lru_cache(maxsize=100_000)
def _hashed(feature: str) -> int:
    return zlib.crc32(feature.encode())


def _features(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in words(text):
        weight = _STOPWORD_WEIGHT if is_stopword(word) else 1.0
        found[f"w:{stem(word)}"] += weight  # type: ignore[assignment]
        padded = f" {fold(word).lower()} "
        for at in range(len(padded) - 2):
            found[f"t:{padded[at : at + 3]}"] += weight * _TRIGRAM_WEIGHT  # type: ignore[assignment]
    return found or Counter({f"x:{text}": 1})


def embed(text: str, dimensions: int = DEFAULT_DIMENSIONS) -> array[float]:
    """The vector of a text, float32, of length one. The same text always has the same vector."""
    vector = [0.0] * dimensions
    for feature, weight in _features(text).items():
        code = _hashed(feature)
        vector[code % dimensions] += math.copysign(math.sqrt(weight), 1 if code & 0x80000000 else -1)
    length = math.sqrt(sum(value * value for value in vector))
    if length == 0.0:
        vector[_hashed(text) % dimensions], length = 1.0, 1.0
    return array("f", (value / length for value in vector))


def _inputs(data: Mapping[str, Any]) -> list[str]:
    given = data.get("input")
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not listed or len(listed) > _MOST_INPUTS:
        raise BadRequest(f"'input' must be a text or a list of 1 to {_MOST_INPUTS} texts.", param="input")
    if not all(isinstance(text, str) and text for text in listed):
        raise BadRequest(
            "Each 'input' must be a text that is not empty; token numbers are not understood here.",
            param="input",
        )
    return listed


def embedding_list(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to POST /embeddings. Raises BadRequest."""
    require_text(data, "model")
    dimensions = data.get("dimensions", DEFAULT_DIMENSIONS)
    if (
        not isinstance(dimensions, int)
        or isinstance(dimensions, bool)
        or not 1 <= dimensions <= _MOST_DIMENSIONS
    ):
        raise BadRequest(f"'dimensions' must be a number from 1 to {_MOST_DIMENSIONS}.", param="dimensions")
    encoding = data.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise BadRequest("'encoding_format' must be float or base64.", param="encoding_format")
    texts = _inputs(data)
    tokens = sum(map(count_tokens, texts))
    return {
        "object": "list",
        "data": [_item(number, embed(text, dimensions), encoding) for number, text in enumerate(texts)],
        "model": MODEL,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _item(number: int, vector: array[float], encoding: str) -> dict[str, Any]:
    value = base64.b64encode(vector.tobytes()).decode() if encoding == "base64" else vector.tolist()
    return {"object": "embedding", "index": number, "embedding": value}
