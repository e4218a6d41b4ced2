"""What a persona is asked for its next words: the one way from a scene, and what was said in it, to the AI.

A turn and a rehearsal both come through here. That is why they ask for the same, and one finds the answer of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caching.ai import Answer, AnswerStream, ai
from platform_app.models import Author, Persona, Scenario, Scene
from platform_app.simulations.heard import Heard
from platform_app.simulations.keeping import LATER, OPENING
from platform_app.simulations.prompts import PROMPT_VERSION, persona_messages, persona_prompt


@dataclass(frozen=True)
class Cue:
    """It is this persona's turn to speak. `everybody` are the people of the scenario in its order; `heard` is what students
    and personas said in this scene; with nothing said yet, the persona opens it."""

    scenario: Scenario
    scene: Scene
    everybody: Sequence[Persona]
    persona: Persona
    heard: Sequence[Heard]

    @property
    def is_opening(self) -> bool:
        """Whether the student has said one thing at most, so that all who said the same hear the same."""
        return sum(message.author == Author.STUDENT for message in self.heard) <= 1


def speak(cue: Cue) -> AnswerStream:
    """The persona's words as they come. Raises what the door raises."""
    return ai.stream(**_request(cue))


def kept_words(cue: Cue) -> str | None:
    """What `speak` would say without asking anybody; None if there is nothing."""
    kept = ai.peek(**_request(cue))
    return None if kept is None else words_of(kept)


def words_of(answer: Answer) -> str:
    """An answer as it is written down, and so as the next request holds it."""
    return answer.text.replace("\0", "").strip()


def _request(cue: Cue) -> dict[str, Any]:
    scenario, persona = cue.scene.scenario_id, cue.persona.pk
    system = persona_prompt(cue.scenario, cue.scene, cue.everybody, cue.persona)
    return {
        "operation": "persona_answer" if cue.heard else "persona_opening",
        "messages": persona_messages(system, cue.persona, cue.heard),
        "prompt_version": PROMPT_VERSION,
        "policy": OPENING if cue.is_opening else LATER,
        "scopes": (f"scenario:{scenario}", f"persona:{persona}", f"scene:{cue.scene.pk}"),
        "prompt_cache_key": f"scenario:{scenario}:persona:{persona}",
    }
