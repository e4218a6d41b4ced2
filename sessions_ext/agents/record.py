"""What lies in Redis for one session, and what callers get of it. Nothing that we could not have written counts."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict

import msgspec

from sessions_ext.agents import values
from sessions_ext.agents.errors import InvalidAgentData
from sessions_ext.agents.names import Owner

STATE = "state:"
"""Before the keys of the state, so that none of them can be a field of ours."""


class AgentSession(TypedDict):
    """A session as callers see it. `messages` are those asked for, the oldest first; `message_count` counts all there were, or
    since Redis lost the session those that its copy had."""

    session_id: str
    user_progress_id: int
    agent_type: str
    agent_id: str | None
    session_config: dict[str, Any]
    state: dict[str, Any]
    messages: list[dict[str, Any]]
    message_count: int
    created_at: str


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What never changes: whose session it is and how the agent was set up. `created_at` is ISO 8601."""

    user_progress_id: int
    agent_type: str
    agent_id: str
    config: dict[str, Any]
    created_at: str

    @property
    def owner(self) -> Owner:
        return Owner(self.user_progress_id, self.agent_type, self.agent_id)

    @property
    def session_id(self) -> str:
        return self.owner.session_id

    def packed(self, max_bytes: int) -> bytes:
        """Raises InvalidAgentData if the config is not JSON."""
        return values.packed("session_config", msgspec.structs.asdict(self), max_bytes)


class Used(NamedTuple):
    """What came back from using a session. `copy_is_due`: its copy is to be written now, by this process."""

    copy_is_due: bool
    about: About
    session: AgentSession


def used(session_id: str, reply: Any) -> Used | None:
    """None unless the reply is that of a session, and of this one."""
    try:
        copy_is_due, packed, fields, entries = reply
        about = understood(packed)
        if about.session_id != session_id:
            return None
        found = dict(zip(fields[::2], fields[1::2], strict=True))
        said = [_message(entry) for entry in reversed(entries)]
        return Used(bool(copy_is_due), about, _shown(about, found, said))
    except (TypeError, ValueError, LookupError):  # JSON, UTF-8 and msgspec errors are ValueErrors
        return None


def understood(about: Any) -> About:
    """Raises TypeError or ValueError for what `About.packed` cannot have written."""
    return msgspec.convert(values.unpacked(about), About)


def _shown(about: About, fields: Mapping[bytes, bytes], messages: list[dict[str, Any]]) -> AgentSession:
    return AgentSession(
        session_id=about.session_id,
        user_progress_id=about.user_progress_id,
        agent_type=about.agent_type,
        agent_id=about.agent_id or None,
        session_config=about.config,
        state={
            field.decode()[len(STATE) :]: values.unpacked(value)
            for field, value in fields.items()
            if field.startswith(STATE.encode())
        },
        messages=messages,
        message_count=int(fields.get(b"said", 0)),
        created_at=about.created_at,
    )


def _message(entry: Any) -> dict[str, Any]:
    _, (name, data) = entry
    message = values.unpacked(data)
    if name != b"m" or not isinstance(message, dict):
        raise InvalidAgentData("not a message")
    return message
