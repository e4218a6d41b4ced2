"""Which model answered, and how many tokens that took: chat, Responses, embeddings and pictures say it alike. Pure."""

import msgspec

from caching.ai.usage import Usage


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Tokens(msgspec.Struct):
    """Chat and embeddings say prompt and completion; Responses and pictures say input and output."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Details | None = None


class _Reply(msgspec.Struct):
    model: str | None = None
    usage: _Tokens | None = None


_decode = msgspec.json.Decoder(_Reply).decode


def usage(body: bytes) -> tuple[str, Usage]:
    """Of a body or of a chunk. What is not said, or cannot be read, is empty."""
    try:
        reply = _decode(body)
    except msgspec.DecodeError:
        return "", Usage()
    tokens = reply.usage or _Tokens()
    details = tokens.prompt_tokens_details or tokens.input_tokens_details or _Details()
    return reply.model or "", Usage(
        tokens.prompt_tokens or tokens.input_tokens or 0,
        tokens.completion_tokens or tokens.output_tokens or 0,
        details.cached_tokens or 0,
    )
