"""What can go wrong with the cache and with the AI behind it.

    CachingError
    ├── CacheUnavailable        Redis does not answer, or refuses to work
    ├── Unrecorded              an operation that cannot be written to the audit log, and was therefore not done
    ├── Uncacheable             a function, an argument or a result that cannot be cached: a mistake in the program
    └── AIError                 there is no usable answer; `user_message` is a sentence for users
        ├── AIUnavailable       the provider cannot be reached, is overloaded, or broke off
        ├── AIMisconfigured     key, rights or model are wrong: only the operator can mend it
        ├── AIRequestRejected   the provider refuses this very request
        └── AIAnswerUnusable    an answer came, but cut off, refused, filtered, empty or malformed

Messages name no password, key or prompt. The exception of the library below is the `__cause__`.
"""

from typing import Literal


class CachingError(Exception):
    pass


class CacheUnavailable(CachingError):
    """Redis does not work. There is no fallback: the caller answers 503 with `Retry-After`."""

    def __init__(self, cause: str, *, retry_after_seconds: int = 5) -> None:
        super().__init__(cause)
        self.retry_after_seconds = retry_after_seconds


class Unrecorded(CachingError):
    """The audit log cannot be written to. Nothing was done: what nobody could look up later does not happen."""


class Uncacheable(CachingError, TypeError):
    """This cannot be cached, and the message says what to do instead. Only the programmer can mend it."""


class AIError(CachingError):
    """`retryable`: the same request may well succeed a little later."""

    retryable = False

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


class AIUnavailable(AIError):
    retryable = True


class AIMisconfigured(AIError):
    pass


class AIRequestRejected(AIError):
    pass


class AIAnswerUnusable(AIError):
    """The answer came and was thrown away: it must be neither shown as good nor kept."""

    Reason = Literal["length", "content_filter", "refusal", "empty", "invalid"]

    def __init__(self, user_message: str, *, reason: Reason) -> None:
        super().__init__(user_message)
        self.reason = reason
        self.retryable = reason in {"empty", "invalid"}
