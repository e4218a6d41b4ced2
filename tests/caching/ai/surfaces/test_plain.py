import json
from typing import Any

import pytest

from caching.ai.surfaces import PLAIN
from caching.ai.usage import Usage


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([{"embedding": "AAAA"}], ""),
        ([{"embedding": [0.5]}], ""),
        ([{"b64_json": "AAAA"}], ""),
        ([{"b64_json": "AAAA"}, {"url": "https://x"}], "url"),
        ([{"embedding": []}], "empty"),
        ([], "empty"),
        (None, "empty"),
        (1, "invalid"),
    ],
)
def test_only_what_is_there_is_kept(data: Any, reason: str) -> None:
    assert PLAIN.why_not_kept(json.dumps({"data": data}).encode()) == reason


def test_the_usage_of_embeddings_and_of_pictures() -> None:
    embeddings = {"model": "m", "data": [], "usage": {"prompt_tokens": 8, "total_tokens": 8}}
    assert PLAIN.usage(json.dumps(embeddings).encode()) == ("m", Usage(input_tokens=8))
    pictures = {"data": [], "usage": {"input_tokens": 8, "output_tokens": 100, "total_tokens": 108}}
    assert PLAIN.usage(json.dumps(pictures).encode()) == ("", Usage(8, 100))


def test_nothing_streams() -> None:
    assert PLAIN.assemble([b"{}"]) is None
    assert PLAIN.text(b"{}") is None
    assert not PLAIN.is_last(b"{}")
    with pytest.raises(ValueError):
        PLAIN.replay(b"{}")
