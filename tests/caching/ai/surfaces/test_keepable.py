from typing import Any

import pytest

from caching.ai.surfaces import why_never

FUNCTION = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("chat", {"modalities": ["text", "audio"]}),
        ("chat", {"audio": {"voice": "alloy", "format": "mp3"}}),
        ("chat", {"web_search_options": {}}),
        ("chat", {"tools": [FUNCTION, {"type": "custom", "custom": {"name": "f"}}]}),
        ("chat", {"store": True}),
        ("chat", {"extra_body": {"store": True}}),
        ("response", {"store": True}),
        ("response", {"previous_response_id": "r"}),
        ("response", {"conversation": "c"}),
        ("response", {"background": True}),
        ("response", {"background_options": {"completion_window": "2h"}}),
        ("response", {"tools": [{"type": "web_search"}]}),
        ("response", {"tools": [{"type": "function", "name": "f"}, {"type": "mcp"}]}),
        ("response", {"tools": [{"type": "some_future_one"}]}),
        ("response", {"input": [{"type": "item_reference", "id": "i"}]}),
        ("response", {"prompt": {"id": "p"}}),
        ("response", {"context_management": [{"type": "compaction"}]}),
        ("response", {"prompt_cache_options": {"prewarm": True}}),
        ("response", {"extra_body": {"previous_response_id": "r"}}),
        ("images", {"stream": True}),
        ("images", {"partial_images": 2}),
        ("images", {"response_format": "url"}),
    ],
)
def test_an_answer_that_rests_on_more_than_its_request_is_never_kept(
    kind: Any, parameters: dict[str, Any]
) -> None:
    assert why_never(kind, parameters)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("chat", {"messages": [], "stream": True, "tools": [FUNCTION], "modalities": ["text"], "n": 3}),
        ("chat", {"store": False, "audio": None, "web_search_options": None, "extra_body": None}),
        ("response", {"input": "Hello.", "stream": True}),
        ("response", {"store": None, "background": False, "previous_response_id": None}),
        ("response", {"store": False, "tools": [{"type": "function"}, {"type": "custom"}]}),
        ("response", {"input": [{"role": "user", "content": "Hello."}], "prompt": {"id": "p", "version": "2"}}),
        ("embedding", {"input": "a"}),
        ("images", {"prompt": "a", "response_format": "b64_json"}),
    ],
)  # fmt: skip
def test_every_other_request_may_be_kept(kind: Any, parameters: dict[str, Any]) -> None:
    assert why_never(kind, parameters) == ""
