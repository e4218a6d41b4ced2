"""The surfaces of a provider: how an answer looks as the body of a plain reply, and how as a stream. Pure.

One entry serves both, so each form is made from the other here: exactly, or not at all.

    chat, responses    the two that stream        plain       embeddings and pictures, which do not
    tokens             what was used              keepable    requests whose answers are never kept
"""

from collections.abc import Sequence
from typing import Protocol

from caching.ai.surfaces import chat, pictures, plain, responses
from caching.ai.surfaces.keepable import why_never
from caching.ai.usage import Usage

__all__ = ["CHAT", "PICTURE", "PLAIN", "RESPONSES", "Surface", "why_never"]


class Surface(Protocol):
    """A `body` is the JSON of a plain reply; a `chunk` is the JSON of one `data:` line of a stream."""

    def assemble(self, chunks: Sequence[bytes]) -> bytes | None:
        """The body that a plain reply would have had. None: the stream has no end, or something would be lost."""

    def replay(self, body: bytes) -> list[bytes]:
        """The chunks in which a stream would bring the body. Raises ValueError if something would be lost."""

    def text(self, chunk: bytes) -> str | None:
        """What the chunk adds to the text of the one answer. None: it carries something else than text."""

    def without(self, chunk: bytes, characters: int) -> bytes:
        """The chunk without the first so many characters of its `text`."""

    def without_usage(self, chunk: bytes) -> bytes | None:
        """The chunk for a caller who did not ask for the usage. None: it brings nothing else."""

    def is_last(self, chunk: bytes) -> bool:
        """Whether the chunk says how the answer ended. Only the usage may come after it."""

    def why_not_kept(self, body: bytes) -> str:
        """Empty for an answer that ended well; else one word, such as "length" or "refusal"."""

    def usage(self, body: bytes) -> tuple[str, Usage]:
        """The model that answered, and what that took. What the provider did not say is empty."""


CHAT: Surface = chat
RESPONSES: Surface = responses
PLAIN: Surface = plain
PICTURE: Surface = pictures
