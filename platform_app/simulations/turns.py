"""Playing a turn: its steps go into an event log that browsers follow, here and now or in a thread of this process.

The thread belongs to the process and not to the request, so an answer is made and stored even if the browser leaves. Threads
are joined when the process ends, so a turn under way is finished.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections

from caching.errors import CachingError
from caching.events import Event, EventLog
from platform_app import telemetry
from platform_app.errors import PlatformError
from platform_app.logs.work import logged, of_this_request
from platform_app.models import Message
from platform_app.problems import describe, problem
from platform_app.simulations.dialogue import Restarted, Steps, Token
from platform_app.simulations.selectors import simulation_state
from platform_app.simulations.serializers import MessageSerializer, StateSerializer
from platform_app.simulations.turn_lock import TurnLock, is_turn_running

log = logging.getLogger(__name__)

TURNS_AT_ONCE = 32


def _new_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(TURNS_AT_ONCE, thread_name_prefix="turn")


_threads = _new_threads()


def drain() -> None:
    """Waits until every turn under way has been played, for a process that was told to stop."""
    global _threads  # noqa: PLW0603
    _threads.shutdown(wait=True)
    _threads = _new_threads()


INTERRUPTED = problem(
    503, "The answer broke off", "The answer broke off in the middle. Nothing you said was lost; try again."
)


class TurnLog(EventLog):
    """The events of a simulation's latest turn: token, reset, message, problem, state, and `end` as the last."""

    def __init__(self, simulation_id: int) -> None:
        super().__init__("turn", simulation_id)
        self._simulation_id = simulation_id

    async def follow(
        self, after: str | None, *, heartbeat_seconds: float = 5, patience_seconds: float = 60
    ) -> AsyncGenerator[Event | None, None]:
        """Like any log, but a turn whose process died is ended here: nobody else is left to do it."""
        silent_without_turn = False
        async for event in super().follow(
            after, heartbeat_seconds=heartbeat_seconds, patience_seconds=patience_seconds
        ):
            yield event
            is_silent = event is None and not await sync_to_async(is_turn_running)(self._simulation_id)
            # Twice: a turn that is just ending gives up its lock before it says that this is the end.
            if is_silent and silent_without_turn:
                await sync_to_async(self._end_interrupted)()
            silent_without_turn = is_silent

    def has_news(self, after: str | None) -> bool:
        """Whether there is anything to follow from here."""
        return is_turn_running(self._simulation_id) or bool(self.read(after))

    def _end_interrupted(self) -> None:
        self.append("problem", INTERRUPTED)
        self.append("end", {}, last=True)


class Turn:
    """A turn that holds its lock and waits to be played. Playing it gives the lock back, come what may."""

    def __init__(self, simulation_id: int, lock: TurnLock, steps: Steps) -> None:
        self._simulation_id = simulation_id
        self._lock = lock
        self._steps = steps
        self._log = TurnLog(simulation_id)
        self._log.reset()

    def play(self) -> dict[str, Any]:
        """Play to the end: the turn's `messages` and the `state` after it. Raises what the steps raise."""
        self._lock.keep_alive()
        return self._play()

    def play_in_background(self) -> None:
        self._lock.keep_alive()
        _threads.submit(of_this_request(telemetry.carried(self._play_alone)))

    def _play_alone(self) -> None:
        try:
            with logged("turn", simulation=self._simulation_id):
                self._play()
        except (PlatformError, CachingError) as error:
            log.warning("A turn of simulation %s broke off: %s", self._simulation_id, error)
        except Exception:
            # The thread's last frame: whatever it is, the follower has been told, and here the operator is.
            log.exception("A turn of simulation %s failed", self._simulation_id)
        finally:
            connections.close_all()

    def _play(self) -> dict[str, Any]:
        messages = []
        state: dict[str, Any] = {}
        try:
            for step in self._steps:
                match step:
                    case Message():
                        messages.append(dict(MessageSerializer(step).data))
                        self._log.append("message", messages[-1])
                    case Token():
                        self._log.append("token", {"text": step.text, "persona": step.persona})
                    case Restarted():
                        self._log.append("reset", {"persona": step.persona})
        except Exception as error:
            self._log.append("problem", _problem(error))
            raise
        finally:
            state = self._end()
        return {"messages": messages, "state": state}

    def _end(self) -> dict[str, Any]:
        try:
            state = dict(StateSerializer(simulation_state(self._simulation_id)).data)
            self._log.append("state", state)
        finally:
            # Before the last event: whoever reads it may speak again at once.
            self._lock.release()
        self._log.append("end", {}, last=True)
        return state


def _problem(error: Exception) -> dict[str, Any]:
    described = describe(error)
    if described is None:
        return problem(
            500, "Something went wrong", "That was our fault. Nothing you said was lost; please try again."
        )
    return described[0]
