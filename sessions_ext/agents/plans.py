"""What is done with agent sessions, as plans of steps: each is written once, for threads and for event loops.

The truth is in Redis; copies are written beside it. Ending goes the other way round, the copy first: whoever brings a session
back looks once more, after he has done so, whether its copy is still there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils import timezone

from caching.connection.wire import Command
from sessions_ext import conf
from sessions_ext.agents import copies, steps, values
from sessions_ext.agents.errors import AgentSessionGone, InvalidAgentData
from sessions_ext.agents.names import Owner, is_session_id
from sessions_ext.agents.record import About, AgentSession, Used, used
from sessions_ext.agents.steps import BEGIN, USE, InDatabase, OnRedis, Steps
from sessions_ext.agents.values import MOST_MESSAGES
from sessions_ext.models import SavedAgentSession

_TOO_MUCH_STATE = -1


class Plans:
    def __init__(self, *, copies: bool) -> None:
        self._may_copy = copies

    @property
    def _copies(self) -> bool:
        return self._may_copy and conf.current().backup

    def create(self, owner: Owner, config: Mapping[str, Any] | None) -> Steps[str]:
        about = _about(owner, config)
        packed = about.packed(conf.current().max_bytes)
        if (yield from self._used(owner.session_id, again=True)) is None:
            if self._copies:
                # Before the session: if it is ended in between, no copy is left that could bring it back.
                yield InDatabase(partial(copies.begin, about))
            yield OnRedis([steps.begin(owner.session_id, packed, copied=self._copies)], BEGIN)
        return owner.session_id

    def get(self, session_id: str, last: int) -> Steps[AgentSession | None]:
        last = min(max(last, 0), MOST_MESSAGES)
        found = yield from self._used(session_id, last=last, again=True)
        return None if found is None else found.session

    def update(self, session_id: str, changes: Mapping[str, Any]) -> Steps[None]:
        state = values.state(changes, conf.current().max_bytes)
        if (yield from self._used(session_id, state=state, again=True)) is None:
            raise AgentSessionGone

    def append(self, session_id: str, messages: Iterable[Mapping[str, Any]]) -> Steps[None]:
        if (yield from self._used(session_id, messages=values.messages(messages))) is None:
            raise AgentSessionGone

    def append_to_all(self, session_ids: Sequence[str], message: Mapping[str, Any]) -> Steps[set[str]]:
        packed = [values.message(message)]
        asked = [one for one in session_ids if is_session_id(one)]
        replies = yield OnRedis([self._use(one, messages=packed) for one in asked], USE)
        found = {one: used(one, reply) for one, reply in zip(asked, replies, strict=True)}
        gone = set(session_ids).difference(asked)
        for session_id, one in found.items():
            if one is not None:
                yield from self._copied(one)
            # Redis may have lost it, and there may be a copy.
            elif not self._copies or (yield from self._used(session_id, messages=packed)) is None:
                gone.add(session_id)
        return gone

    def begin_anew(
        self, owner: Owner, config: Mapping[str, Any] | None, messages: Iterable[Mapping[str, Any]]
    ) -> Steps[str]:
        about = _about(owner, config)
        packed, said = about.packed(conf.current().max_bytes), values.messages(messages)
        if self._copies:
            yield InDatabase(partial(copies.begin, about))
        yield OnRedis(
            [steps.begin(about.session_id, packed, messages=said, anew=True, copied=self._copies)], BEGIN
        )
        if self._copies:
            yield from self._save(about.session_id)
        return about.session_id

    def end(self, session_ids: Iterable[str]) -> Steps[int]:
        ids = {one for one in session_ids if is_session_id(one)}
        if self._may_copy:
            yield InDatabase(partial(copies.erase, ids))
        return (yield from self._removed(ids))

    def end_all(self, user_progress_id: int, known: Iterable[str]) -> Steps[int]:
        copied: set[str] = set()
        if self._may_copy:
            copied = yield InDatabase(partial(copies.erase_all, user_progress_id))
        return (yield from self._removed(copied.union(filter(is_session_id, known))))

    def _removed(self, ids: Collection[str]) -> Steps[int]:
        if not ids:
            return 0
        ending = OnRedis([steps.end(one) for one in ids], again=True)
        removed = yield ending
        if self._may_copy:
            yield InDatabase(partial(steps.repeat_at_commit, ending))
        return sum(count > 0 for count in removed)

    def _used(
        self,
        session_id: str,
        *,
        state: Mapping[str, bytes] | None = None,
        messages: Sequence[bytes] = (),
        last: int = -1,
        again: bool = False,
    ) -> Steps[Used | None]:
        """Use a session, once more if it had to be restored; None if there is none."""
        if not is_session_id(session_id):
            return None
        command = self._use(session_id, state=state, messages=messages, last=last)
        (reply,) = yield OnRedis([command], USE, again=again)
        if (found := _understood(session_id, reply)) is None:
            if reply:  # what lies there is none of ours
                yield OnRedis([steps.end(session_id)], again=True)
            if not (yield from self._restored(session_id)):
                return None
            (reply,) = yield OnRedis([command], USE, again=again)
            found = _understood(session_id, reply)
        if found is not None:
            yield from self._copied(found)
        return found

    def _use(self, session_id: str, **what: Any) -> Command:
        return steps.use(session_id, **what, copies=self._copies)

    def _restored(self, session_id: str) -> Steps[bool]:
        """Bring back what Redis has lost, from its copy."""
        copy = (yield InDatabase(partial(copies.find, session_id))) if self._copies else None
        if copy is None:
            return False
        try:
            command = _from_copy(copy)
        except InvalidAgentData:  # somebody has changed the row, or lowered a limit
            return False
        yield OnRedis([command], BEGIN)
        if (yield InDatabase(partial(copies.exists, session_id))):
            return True
        yield OnRedis([steps.end(session_id)], again=True)  # it was ended meanwhile
        return False

    def _copied(self, found: Used) -> Steps[None]:
        if found.copy_is_due:
            yield from self._save(found.about.session_id)

    def _save(self, session_id: str) -> Steps[None]:
        (reply,) = yield OnRedis([self._use(session_id, last=MOST_MESSAGES)], USE, again=True)
        if whole := used(session_id, reply):
            yield InDatabase(partial(copies.save, whole.session))


def _about(owner: Owner, config: Mapping[str, Any] | None) -> About:
    if not isinstance(config, Mapping | None):
        raise InvalidAgentData("session_config is a dict.")
    return About(**owner._asdict(), config=dict(config or {}), created_at=timezone.now().isoformat())


def _from_copy(copy: SavedAgentSession) -> Command:
    limit = conf.current().max_bytes
    packed, state = copies.about(copy).packed(limit), values.state(copy.state, limit)
    said = values.messages(copy.transcript)
    return steps.begin(copy.pk, packed, state=state, messages=said, copied=True, restored=True)


def _understood(session_id: str, reply: Any) -> Used | None:
    if reply == _TOO_MUCH_STATE:
        raise InvalidAgentData(f"The state of a session may have {conf.current().max_bytes:,} bytes as JSON.")
    return used(session_id, reply) if reply else None
