"""Pictures as the bytes of a PNG. Pure."""

from caching.ai.surfaces.plain import assemble, is_last, replay, text, without, without_usage
from caching.ai.usage import Usage

__all__ = ["assemble", "is_last", "replay", "text", "usage", "why_not_kept", "without", "without_usage"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def why_not_kept(body: bytes) -> str:
    return "" if body.startswith(SIGNATURE) else "invalid"


def usage(body: bytes) -> tuple[str, Usage]:
    return "", Usage()
