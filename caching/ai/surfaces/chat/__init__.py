"""Chat completions as a stream and as one body. Pure.

A stream says more than a body has room for: audio, sources, tools that are no functions, fields that only one server
knows. Such a stream is not assembled, and such a body is not replayed.

    assembling  stream -> body      replaying  body -> stream      chunks  one piece      ending  did it end well?
"""

from caching.ai.surfaces.chat.assembling import assemble
from caching.ai.surfaces.chat.chunks import is_last, text, without, without_usage
from caching.ai.surfaces.chat.ending import why_not_kept
from caching.ai.surfaces.chat.replaying import replay
from caching.ai.surfaces.tokens import usage

__all__ = ["assemble", "is_last", "replay", "text", "usage", "why_not_kept", "without", "without_usage"]
