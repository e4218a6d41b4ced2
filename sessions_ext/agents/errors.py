"""What can go wrong with an agent session.

    AgentSessionError
    ├── AgentSessionGone    unknown, expired or ended: there is nothing to add to
    └── InvalidAgentData    what was given is not JSON, too large, or names nothing (a ValueError, too)

Redis out of reach is `caching.errors.CacheUnavailable`.
"""


class AgentSessionError(Exception):
    pass


class AgentSessionGone(AgentSessionError):
    def __init__(self) -> None:
        super().__init__("There is no such agent session: it was never created, has expired, or was ended.")


class InvalidAgentData(AgentSessionError, ValueError):
    """Only the caller can mend it, and the message says what."""
