"""What an answer took, in tokens."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the provider counted them; `cached_input_tokens` are those that its own cache made cheap."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
        )
