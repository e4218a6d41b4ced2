"""OpenAI's protocol as far as the offline engine speaks it: requests checked, answers and errors in the provider's shapes.

Every answer names the engine as its model. Ids come from a digest of the request and `created` is constant, so that the same
request gets the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MODEL = "offline-engine"
CREATED = 1_767_225_600
_CHARACTERS_A_TOKEN = 4
_TOKENS_A_MESSAGE = 4


class BadRequest(Exception):
    """A request that the protocol refuses. `param` is the field at fault."""

    status = 400
    kind = "invalid_request_error"

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


class UnknownPath(BadRequest):
    status = 404


@dataclass(frozen=True)
class Reply:
    """What the engine says: a text, or a refusal with its reason."""

    text: str
    refusal: str = ""
    finish_reason: str = "stop"


@dataclass(frozen=True)
class ChatRequest:
    messages: Sequence[Mapping[str, Any]]
    schema_name: str
    wants_json: bool
    stream: bool
    include_usage: bool
    most_tokens: int | None
    digest: str


def count_tokens(text: str) -> int:
    """An estimate: a token is four characters, as providers say of English."""
    return math.ceil(len(text) / _CHARACTERS_A_TOKEN)


def read_body(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadRequest("The body of the request is not valid JSON.") from error
    if not isinstance(data, dict):
        raise BadRequest("The body of the request must be a JSON object.")
    return data


def digest_of(data: Mapping[str, Any]) -> str:
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def require_text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(f"'{name}' must be a text that is not empty.", param=name)
    return value


def read_chat_request(data: dict[str, Any]) -> ChatRequest:
    """Raises BadRequest for what OpenAI would refuse, and for what this engine cannot do."""
    require_text(data, "model")
    if data.get("n") not in (None, 1):
        raise BadRequest("The offline engine gives one answer a request: 'n' must be 1.", param="n")
    if data.get("tools") or data.get("functions"):
        raise BadRequest("The offline engine calls no tools.", param="tools", code="unsupported_parameter")
    stream = data.get("stream")
    if stream not in (None, True, False):
        raise BadRequest("'stream' must be true or false.", param="stream")
    options = data.get("stream_options") or {}
    if not isinstance(options, dict) or (options and not stream):
        raise BadRequest(
            "'stream_options' is an object, and allowed only with 'stream'.", param="stream_options"
        )
    name, wants_json = _response_format(data.get("response_format"))
    limit = data.get("max_completion_tokens") or data.get("max_tokens")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise BadRequest("'max_completion_tokens' must be a positive number.", param="max_completion_tokens")
    usage = bool(options.get("include_usage"))
    return ChatRequest(_messages(data), name, wants_json, bool(stream), usage, limit, digest_of(data))


_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def _messages(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    messages = data.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a list with at least one message.", param="messages")
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise BadRequest(
                f"Message {number} needs a role: {', '.join(sorted(_ROLES))}.",
                param=f"messages[{number}].role",
            )
        content = message.get("content")
        if not isinstance(content, (str, list)) and not (content is None and message["role"] == "assistant"):
            raise BadRequest(
                f"The content of message {number} must be a text or a list of parts.",
                param=f"messages[{number}].content",
            )
    return messages


def _response_format(value: Any) -> tuple[str, bool]:
    if value is None:
        return "", False
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "json_schema":
        schema = value.get("json_schema")
        name = schema.get("name") if isinstance(schema, dict) else None
        if not isinstance(name, str) or not name:
            raise BadRequest(
                "'response_format.json_schema' needs a name.", param="response_format.json_schema.name"
            )
        return name, True
    if kind not in ("text", "json_object"):
        raise BadRequest(
            "'response_format.type' must be text, json_object or json_schema.", param="response_format.type"
        )
    return "", kind == "json_object"


def usage_of(request: ChatRequest, reply: Reply) -> dict[str, Any]:
    prompt = sum(
        count_tokens(_plain(message.get("content"))) + _TOKENS_A_MESSAGE for message in request.messages
    )
    completion = count_tokens(reply.text or reply.refusal)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _plain(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content or ""


def chat_completion(request: ChatRequest, reply: Reply) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": None if reply.refusal else reply.text,
        "refusal": reply.refusal or None,
    }
    return {
        "id": f"chatcmpl-{request.digest[:24]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish_reason}],
        "usage": usage_of(request, reply),
    }


def model_card() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": CREATED, "owned_by": "platform"}
