"""Which model answered, and how many tokens that took: chat, Responses, embeddings and pictures say it alike. Pure."""

import msgspec

from caching.ai.usage import Usage

MOST_TOKENS = 10**9
"""Of one answer. What is no number of tokens is not booked."""


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class Tokens(msgspec.Struct):
    """Chat and embeddings say prompt and completion; Responses and pictures say input and output."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Details | None = None

    def as_usage(self) -> Usage:
        details = self.prompt_tokens_details or self.input_tokens_details
        return Usage(
            _believed(self.prompt_tokens or self.input_tokens),
            _believed(self.completion_tokens or self.output_tokens),
            _believed(details.cached_tokens if details else None),
        )


def _believed(tokens: int | None) -> int:
    return tokens if tokens is not None and 0 <= tokens <= MOST_TOKENS else 0


class _Reply(msgspec.Struct):
    model: str | None = None
    usage: Tokens | None = None


_decode = msgspec.json.Decoder(_Reply).decode


def usage(body: bytes) -> tuple[str, Usage]:
    """Of a body or of a chunk. What is not said, or cannot be read, is empty."""
    try:
        reply = _decode(body)
    except msgspec.DecodeError:
        return "", Usage()
    return reply.model or "", reply.usage.as_usage() if reply.usage else Usage()
