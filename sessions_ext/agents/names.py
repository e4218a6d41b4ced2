"""Whose session it is, and the id made from that.

The id is a keyed digest: the same for the same agent of a simulation in every process, so that nobody makes a second one;
and nobody outside can work out that of somebody else.
"""

import re
from typing import Any, NamedTuple, Self

import msgspec
from django.utils.crypto import salted_hmac

from caching.keys import DIGEST_DIGITS
from sessions_ext.agents.errors import InvalidAgentData

_ID = re.compile(rf"[0-9a-f]{{{DIGEST_DIGITS}}}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 2**63 - 1


class Owner(NamedTuple):
    """One agent of one simulation. `agent_id` is empty where a simulation has one agent of this type only."""

    user_progress_id: int
    agent_type: str
    agent_id: str

    @classmethod
    def of(cls, user_progress_id: Any, agent_type: Any, agent_id: Any) -> Self:
        """Raises InvalidAgentData. An `agent_id` may be a number, None means none."""
        is_number = isinstance(user_progress_id, int) and not isinstance(user_progress_id, bool)
        if not (is_number and 0 < user_progress_id <= _LARGEST):
            raise InvalidAgentData("user_progress_id is a whole number from 1.")
        if not (isinstance(agent_type, str) and _NAME.fullmatch(agent_type)):
            raise InvalidAgentData("agent_type is made of letters, digits, - and _, at most 64 characters.")
        if isinstance(agent_id, int) and not isinstance(agent_id, bool):
            agent_id = str(agent_id)
        if agent_id is not None and not (isinstance(agent_id, str) and _NAME.fullmatch(agent_id)):
            raise InvalidAgentData("agent_id is made of letters, digits, - and _, at most 64 characters.")
        return cls(user_progress_id, agent_type, agent_id or "")

    @property
    def session_id(self) -> str:
        named = msgspec.json.encode(tuple(self)).decode()
        return salted_hmac("sessions_ext.agents", named, algorithm="sha256").hexdigest()[:DIGEST_DIGITS]


def is_session_id(text: Any) -> bool:
    """Whether it could be an id that was made here. Nothing else ever gets into the name of a key."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None
