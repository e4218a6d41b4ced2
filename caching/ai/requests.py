"""What is asked of a provider, and the digest under which its answer is kept. Pure.

Two requests share an answer only if they mean the same: provider, model, messages, every parameter that shapes the
answer, prompt version and scopes. White space, letter case and Unicode form are meaning. Left out is what steers the
transport or the bookkeeping, so that streamed and unstreamed requests share one answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from caching import keys
from caching.errors import AIRequestRejected

Kind = Literal["chat", "response", "embedding", "image", "images", "value"]

NOT_MEANING = frozenset(
    {
        "encoding_format",
        "extra_body",  # the SDK lays its fields over the others, and so do we
        "extra_headers",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",  # the successor of `user`
        "stream",
        "stream_options",
        "timeout",
        "user",
    }
)
# A model writes the properties of a schema in the order in which the schema names them. In Responses, `text` holds it.
# The fields of `extra_body` belong to servers of their own, and may be schemas too.
ORDER_IS_MEANING = frozenset({"functions", "response_format", "text", "tools"})

_as_given = msgspec.json.Encoder()
_sorted = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class AIRequest:
    """One question to one provider. `parameters` are what the SDK is called with; `provider` is the base URL.

    Of kind "image" is one picture, kept as its bytes; of kind "images" a reply with any number, kept as its body.
    """

    kind: Kind
    operation: str
    provider: str
    parameters: Mapping[str, Any]
    scopes: tuple[str, ...] = ()
    prompt_version: str = "1"

    def __post_init__(self) -> None:
        # The letters of "user:7" would pass for scopes, and be the same as those of "user:77".
        if not isinstance(self.scopes, tuple):
            raise TypeError("Scopes are a tuple of strings.")

    def digest(self) -> str:
        return keys.digest(self.canonical())

    def canonical(self) -> bytes:
        """The meaning as JSON. A parameter that is None is one that was not given.

        Raises AIRequestRejected for text that is not Unicode (lone surrogates).
        """
        extra = self.parameters.get("extra_body") or {}
        in_order = ORDER_IS_MEANING | extra.keys()
        try:
            meaning = {
                name: msgspec.Raw(_as_given.encode(value)) if name in in_order else value
                for name, value in {**self.parameters, **extra}.items()
                if value is not None and name not in NOT_MEANING
            }
            scopes = sorted(set(self.scopes))
            return _sorted.encode([self.kind, self.provider, scopes, self.prompt_version, meaning])
        except UnicodeEncodeError as error:
            raise AIRequestRejected("The text contains characters that cannot be sent.") from error
