"""`session_manager`: what programs do with agent sessions. Each method is there twice, for coroutines and, with the suffix
`_sync`, for threads. All raise CacheUnavailable when Redis is out of reach, and InvalidAgentData for what cannot be kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asgiref.sync import sync_to_async

from sessions_ext.agents import statistics
from sessions_ext.agents.names import Owner
from sessions_ext.agents.plans import Plans
from sessions_ext.agents.record import AgentSession
from sessions_ext.agents.statistics import Statistics
from sessions_ext.agents.steps import play, play_async
from sessions_ext.agents.values import MOST_MESSAGES

Message = Mapping[str, Any]


class AgentSessions:
    """Sessions of agents. `copies=False`: none is kept in the database, for what can be made again from elsewhere."""

    def __init__(self, *, copies: bool = True) -> None:
        self._plans = Plans(copies=copies)

    def session_id(self, user_progress_id: int, agent_type: str, agent_id: str | int | None = None) -> str:
        """The id that this agent's session has when it runs. Asks nobody."""
        return Owner.of(user_progress_id, agent_type, agent_id).session_id

    async def create_agent_session(
        self,
        user_progress_id: int,
        agent_type: str,
        agent_id: str | int | None = None,
        session_config: Mapping[str, Any] | None = None,
    ) -> str:
        """The id of this agent's session. One that runs is found, and keeps the config that it began with."""
        return await play_async(
            self._plans.create(Owner.of(user_progress_id, agent_type, agent_id), session_config)
        )

    def create_agent_session_sync(
        self,
        user_progress_id: int,
        agent_type: str,
        agent_id: str | int | None = None,
        session_config: Mapping[str, Any] | None = None,
    ) -> str:
        return play(self._plans.create(Owner.of(user_progress_id, agent_type, agent_id), session_config))

    async def get_agent_session(self, session_id: str, *, last: int = MOST_MESSAGES) -> AgentSession | None:
        """What is known, with the last messages; None when unknown or expired. Its life begins anew."""
        return await play_async(self._plans.get(session_id, last))

    def get_agent_session_sync(self, session_id: str, *, last: int = MOST_MESSAGES) -> AgentSession | None:
        return play(self._plans.get(session_id, last))

    async def get_messages(
        self, session_id: str, *, last: int = MOST_MESSAGES
    ) -> list[dict[str, Any]] | None:
        """The last messages, the oldest first, at a cost that knows no length; None when unknown or expired."""
        return _messages(await self.get_agent_session(session_id, last=last))

    def get_messages_sync(self, session_id: str, *, last: int = MOST_MESSAGES) -> list[dict[str, Any]] | None:
        return _messages(self.get_agent_session_sync(session_id, last=last))

    async def update_session_state(self, session_id: str, changes: Mapping[str, Any]) -> None:
        """Set these keys of the state; others stay. Raises AgentSessionGone."""
        await play_async(self._plans.update(session_id, changes))

    def update_session_state_sync(self, session_id: str, changes: Mapping[str, Any]) -> None:
        play(self._plans.update(session_id, changes))

    async def append_message(self, session_id: str, message: Message) -> None:
        """Raises AgentSessionGone. After CacheUnavailable the message may be there or not."""
        await play_async(self._plans.append(session_id, [message]))

    def append_message_sync(self, session_id: str, message: Message) -> None:
        play(self._plans.append(session_id, [message]))

    async def append_messages(self, session_id: str, messages: Iterable[Message]) -> None:
        """All of them side by side, or none."""
        await play_async(self._plans.append(session_id, messages))

    def append_messages_sync(self, session_id: str, messages: Iterable[Message]) -> None:
        play(self._plans.append(session_id, messages))

    async def append_to_all(self, session_ids: Sequence[str], message: Message) -> set[str]:
        """What several agents hear, in one round trip. Gives those whose session is gone, and raises nothing for them."""
        return await play_async(self._plans.append_to_all(session_ids, message))

    def append_to_all_sync(self, session_ids: Sequence[str], message: Message) -> set[str]:
        return play(self._plans.append_to_all(session_ids, message))

    async def begin_anew(
        self,
        user_progress_id: int,
        agent_type: str,
        agent_id: str | int | None = None,
        session_config: Mapping[str, Any] | None = None,
        messages: Iterable[Message] = (),
    ) -> str:
        """A session with this transcript, in place of one that runs."""
        return await play_async(
            self._plans.begin_anew(Owner.of(user_progress_id, agent_type, agent_id), session_config, messages)
        )

    def begin_anew_sync(
        self,
        user_progress_id: int,
        agent_type: str,
        agent_id: str | int | None = None,
        session_config: Mapping[str, Any] | None = None,
        messages: Iterable[Message] = (),
    ) -> str:
        return play(
            self._plans.begin_anew(Owner.of(user_progress_id, agent_type, agent_id), session_config, messages)
        )

    async def expire_session(self, session_id: str) -> bool:
        """End it for good: no copy brings it back. Whether it ran."""
        return bool(await play_async(self._plans.end([session_id])))

    def expire_session_sync(self, session_id: str) -> bool:
        return bool(play(self._plans.end([session_id])))

    async def expire_sessions_of(self, user_progress_id: int, known: Iterable[str] = ()) -> int:
        """End the sessions of a simulation that have copies, and those with `known` ids. How many ran."""
        return await play_async(self._plans.end_all(user_progress_id, known))

    def expire_sessions_of_sync(self, user_progress_id: int, known: Iterable[str] = ()) -> int:
        return play(self._plans.end_all(user_progress_id, known))

    async def statistics(self) -> Statistics:
        return await sync_to_async(self.statistics_sync)()

    def statistics_sync(self) -> Statistics:
        """How many sessions run, by type of agent, and what they hold. `Statistics` says how it counts."""
        return statistics.count()


def _messages(session: AgentSession | None) -> list[dict[str, Any]] | None:
    return None if session is None else session["messages"]


session_manager = AgentSessions()
