"""Sessions: of people who are signed in, of agents at work, and of sign-ins at other providers.

from sessions_ext import session_manager
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessions_ext.agents.sessions import session_manager

__all__ = ["session_manager"]


def __getattr__(name: str) -> Any:
    """It brings models with it, which cannot be imported yet when Django imports this package."""
    if name == "session_manager":
        from sessions_ext.agents.sessions import session_manager  # noqa: PLC0415

        return session_manager
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
