"""The conversation of a simulation as it is written down: one numbered message after the other."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Aggregate, Max

from platform_app.errors import Conflict
from platform_app.models import Author, Message, Persona, Scene, Simulation
from platform_app.simulations.heard import fingerprints_of


class Script:
    """Appends to a conversation, from what was there when the turn began. `heard` are the fingerprints of what had been
    said in this scene.

    Numbers are counted on from there and not looked up anew, so two turns that overlap in spite of the turn lock collide on
    the unique constraint: the later one ends with Conflict, and no answer lands in the midst of another turn.
    """

    def __init__(self, simulation: Simulation, scene: Scene | None = None) -> None:
        self._simulation = simulation
        asked: dict[str, Aggregate] = {"last": Max("position")}
        if scene:
            asked["heard"] = fingerprints_of(scene.pk)
        found = Message.objects.filter(simulation=simulation).aggregate(**asked)
        self._last = found["last"] or 0
        self.heard: list[str] = (found.get("heard") or "").split()

    @property
    def simulation_id(self) -> int:
        return self._simulation.pk

    def add(
        self,
        scene: Scene,
        author: Author,
        text: str,
        *,
        persona: Persona | None = None,
        is_command: bool = False,
        model: str = "",
    ) -> Message:
        """Store one message. `persona` is who speaks, or whom the student speaks to."""
        message = Message(
            simulation=self._simulation,
            scene=scene,
            position=self._last + 1,
            author=author,
            persona=persona,
            persona_name=persona.name if persona and author == Author.PERSONA else "",
            text=text,
            is_command=is_command,
            model=model,
        )
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(
                "The conversation went on elsewhere in the meantime. Please reload the page."
            ) from error
        self._last = message.position
        return message
