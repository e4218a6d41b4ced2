"""What the people of a scene have heard, at hand: each has an agent session whose transcript ends with this scene.

The truth is the table of messages. The one query with which a turn finds the end of the conversation also gives a fingerprint of
every message of the scene, and a window counts only if it has exactly these. Whatever does not fit (lost, of another scene,
edited, one message short) is made again, whole, from the table. So a window may be late or missing, and is never wrong.

A scene with more than `MOST_MESSAGES` messages has no window; 50 turns with ten people in them are 550.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from msgspec import ValidationError, convert, to_builtins

from caching.errors import CacheUnavailable
from platform_app.models import Message, Persona, Simulation
from platform_app.simulations.heard import Heard, said_in
from platform_app.simulations.script import Script
from platform_app.simulations.signals import simulation_completed
from sessions_ext import session_manager
from sessions_ext.agents.errors import InvalidAgentData
from sessions_ext.agents.sessions import AgentSessions
from sessions_ext.agents.values import MOST_MESSAGES

log = logging.getLogger(__name__)

AGENT_TYPE = "persona"
# Without copies in the database, where the messages themselves are.
_sessions = AgentSessions(copies=False)


class Window:
    """What was said in a scene, in order, as each of those in it heard it."""

    def __init__(self, script: Script, scene_id: int, cast: Sequence[Persona]) -> None:
        self._simulation_id = script.simulation_id
        self._scene_id = scene_id
        self._cast = cast
        self._fingerprints = list(script.heard)
        self._heard: dict[int, list[Heard]] = {}

    @property
    def heard(self) -> list[Heard]:
        """By the first of them, for all hear the same."""
        return self.heard_by(self._cast[0]) if self._cast else self._stored()

    def heard_by(self, persona: Persona) -> list[Heard]:
        if persona.pk not in self._heard:
            self._heard[persona.pk] = self._kept(persona) or self._made_again(persona)
        return self._heard[persona.pk]

    def add(self, message: Message) -> None:
        """Everybody has heard this. Once it is stored for good it goes to their sessions; one that is gone comes back whole
        with its next reading."""
        new = Heard.of(message)
        for heard in self._heard.values():
            heard.append(new)
        self._fingerprints.append(new.fingerprint)
        ids = [session_id(self._simulation_id, persona.pk) for persona in self._cast]
        transaction.on_commit(partial(_keep, lambda: _sessions.append_to_all_sync(ids, to_builtins(new))))

    def _kept(self, persona: Persona) -> list[Heard]:
        """What the session has, if that is what the table has; else nothing."""
        count = len(self._fingerprints)
        if not 0 < count <= MOST_MESSAGES:
            return []
        entries = _sessions.get_messages_sync(session_id(self._simulation_id, persona.pk), last=count)
        try:
            heard = convert(entries or [], list[Heard])
        except ValidationError:
            return []
        fits = sorted(one.fingerprint for one in heard) == sorted(self._fingerprints)
        return sorted(heard, key=lambda one: one.position) if fits else []

    def _made_again(self, persona: Persona) -> list[Heard]:
        if not self._fingerprints:
            return []
        heard = self._stored()
        if len(heard) <= MOST_MESSAGES:
            messages = [to_builtins(one) for one in heard]
            begin = partial(_sessions.begin_anew_sync, self._simulation_id, AGENT_TYPE, persona.pk)
            _keep(partial(begin, messages=messages))
        return heard

    def _stored(self) -> list[Heard]:
        return said_in(self._simulation_id, self._scene_id)


def session_id(simulation_id: int, persona_id: int) -> str:
    """Of the session with what this person hears in this simulation."""
    return _sessions.session_id(simulation_id, AGENT_TYPE, persona_id)


def _keep(do: Callable[[], object]) -> None:
    """A message that no session takes is read from the table each time. One that Redis did not take does not stop the turn
    in which it was stored: the window then does not fit, and is made again."""
    try:
        do()
    except (InvalidAgentData, CacheUnavailable) as error:
        log.warning("A scene has no window: %s", error)


@receiver(simulation_completed)
def forget(sender: Any, simulation: Simulation, **kwargs: Any) -> None:
    _forget(simulation.pk, _session_ids(simulation))


@receiver(pre_delete, sender=Simulation)
def forget_deleted(sender: Any, instance: Simulation, **kwargs: Any) -> None:
    # Now, as the people of the scenario may be deleted with it.
    transaction.on_commit(partial(_forget, instance.pk, _session_ids(instance)))


def _session_ids(simulation: Simulation) -> list[str]:
    people = Persona.objects.filter(scenario=simulation.scenario_id).values_list("pk", flat=True)
    return [session_id(simulation.pk, pk) for pk in people]


def _forget(simulation_id: int, known: Sequence[str]) -> None:
    """The simulation is over, whether Redis answers or not: what it does not forget now it forgets within the hour."""
    try:
        session_manager.expire_sessions_of_sync(simulation_id, known)
    except CacheUnavailable:
        log.warning("The agent sessions of simulation %s were not ended", simulation_id, exc_info=True)
