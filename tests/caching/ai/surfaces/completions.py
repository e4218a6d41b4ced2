"""Chat completions for tests: bodies of plain replies, and chunks of streams."""

import json
from typing import Any

USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 64},
}


def reply(*choices: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": USAGE}
    return whole | {"choices": list(choices or [choice()])} | changes


def choice(
    content: str | None = "Hello.", finish_reason: str | None = "stop", **changes: Any
) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": None} | changes
    return {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}


def chunk(delta: dict[str, Any] | None = None, *, finish: str | None = None, **changes: Any) -> bytes:
    one = {"index": 0, "delta": delta or {}, "finish_reason": finish, "logprobs": None} | changes
    whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return json.dumps(whole | {"choices": [one], "usage": None}).encode()


def body(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def tool_call(number: int = 0, arguments: str = '{"a": 1}') -> dict[str, Any]:
    return {
        "id": f"t{number}",
        "type": "function",
        "function": {"name": f"f{number}", "arguments": arguments},
    }
