"""What a caller may say about the keeping of one answer. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPolicy:
    """`ttl_seconds`: how long the answer counts, in place of its operation's usual time.

    `no_store`: neither take what is kept nor keep the answer.   `refresh`: ask anew, and keep the new answer.
    `stale_if_error`: when the provider fails, an answer that has expired is better than none. One that was invalidated
    is not; the answer says that it is stale.
    """

    ttl_seconds: int | None = None
    no_store: bool = False
    refresh: bool = False
    stale_if_error: bool = False

    def __post_init__(self) -> None:
        if self.ttl_seconds is not None and self.ttl_seconds < 1:
            raise ValueError("An answer lives for one second at least.")


DEFAULT = AnswerPolicy()
