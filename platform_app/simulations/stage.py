"""All that a turn has to know, read once under the turn lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.errors import Conflict, FieldError, InvalidInput
from platform_app.models import Author, Persona, Scene, SceneProgress, Simulation
from platform_app.simulations import narrator, scenes
from platform_app.simulations.cues import Cue
from platform_app.simulations.heard import Heard
from platform_app.simulations.mentions import find_mentions
from platform_app.simulations.script import Script
from platform_app.simulations.window import Window


@dataclass
class Stage:
    """A scene being played. `order` are the ids of all scenes, `everybody` the people of the scenario."""

    simulation: Simulation
    scene: Scene
    progress: SceneProgress
    order: list[int]
    everybody: list[Persona]
    cast: list[Persona]
    elsewhere: list[Persona]
    script: Script
    window: Window

    @property
    def heard(self) -> list[Heard]:
        """What was said in this scene, in order."""
        return self.window.heard

    def number_of(self, scene: Scene) -> int:
        return self.order.index(scene.pk) + 1

    def cue(self, persona: Persona) -> Cue:
        """For what this person says next."""
        return Cue(
            self.simulation.scenario, self.scene, self.everybody, persona, self.window.heard_by(persona)
        )

    def persona_called(self, wanted: str) -> Persona:
        """The person of this scene with this id or name, for those who do not write `@name`."""
        by_id = {str(persona.pk): persona for persona in self.cast}
        if wanted in by_id:
            return by_id[wanted]
        mentions = find_mentions(f"@{wanted}", self.cast, self.elsewhere)
        if len(mentions.personas) == 1 and mentions.are_clear:
            return mentions.personas[0]
        detail = f"“{wanted[:80]}” is nobody in this scene. {narrator.present(self.cast)}"
        raise InvalidInput(detail, errors=[FieldError(attr="persona", code="not_present", detail=detail)])

    def last_speaker(self) -> Persona:
        """Who answers when nobody is named: the one the student is talking with, else the first."""
        present = {persona.pk: persona for persona in self.cast}
        spoke = (message.persona_id for message in reversed(self.heard) if message.author == Author.PERSONA)
        return next((present[pk] for pk in spoke if pk in present), self.cast[0])


def read_stage(simulation_id: int) -> Stage:
    """Where the simulation stands now. Raises Conflict when it is over."""
    simulation = Simulation.objects.select_related("scenario", "current_scene").get(pk=simulation_id)
    if simulation.is_completed:
        raise Conflict("This simulation is over. You can read it again, or start a new attempt.")
    scene, progress = scenes.current_scene(simulation)
    personas = list(simulation.scenario.personas.all())
    cast = cast_of(scene, personas)
    script = Script(simulation, scene)
    return Stage(
        simulation=simulation,
        scene=scene,
        progress=progress,
        order=list(Scene.objects.filter(scenario=simulation.scenario_id).values_list("pk", flat=True)),
        everybody=personas,
        cast=cast,
        elsewhere=[persona for persona in personas if persona not in cast],
        script=script,
        window=Window(script, scene.pk, cast),
    )


def cast_of(scene: Scene, everybody: Sequence[Persona]) -> list[Persona]:
    """Who is in a scene, in the scenario's order: the first one opens it."""
    present = {persona.pk for persona in scene.personas.all()}
    return [persona for persona in everybody if persona.pk in present]


def still_to_answer(heard: Sequence[Heard], cast: Sequence[Persona], *, has_begun: bool) -> list[Persona]:
    """Who owes the student an answer, because the provider failed or a process died in the midst of a turn.

    Before the student has said anything, the first person owes the opening of a scene that has begun.
    """
    latest = next((i for i in range(len(heard) - 1, -1, -1) if heard[i].author == Author.STUDENT), None)
    if latest is None:
        return list(cast[:1]) if has_begun and not heard else []
    answered = {message.persona_id for message in heard[latest + 1 :]}
    return [persona for persona in _addressed(heard[latest], cast) if persona.pk not in answered]


def _addressed(message: Heard, cast: Sequence[Persona]) -> Sequence[Persona]:
    alone = [persona for persona in cast if persona.pk == message.persona_id]
    return alone or find_mentions(message.text, cast).personas or cast[:1]
