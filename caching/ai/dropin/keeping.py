"""What a client says about the keeping of its answers: under which operation, for whom, and how. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from caching.ai.policies import DEFAULT, AnswerPolicy


@dataclass(frozen=True, slots=True)
class Keeping:
    operation: str
    scopes: tuple[str, ...] = ()
    policy: AnswerPolicy = DEFAULT

    def __post_init__(self) -> None:
        # The letters of "user:7" would pass for scopes, and be the same as those of "user:77".
        if not isinstance(self.scopes, tuple):
            raise TypeError("Scopes are a tuple of strings.")

    def changed(
        self, operation: str | None, scopes: tuple[str, ...] | None, policy: AnswerPolicy | None
    ) -> Keeping:
        """What is None stays as it is."""
        return Keeping(
            self.operation if operation is None else operation,
            self.scopes if scopes is None else scopes,
            self.policy if policy is None else policy,
        )
