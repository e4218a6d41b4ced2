"""What was said in a scene, as goal checks and graders read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from platform_app.models import Author, Message, Scene, Simulation
from platform_app.simulations.heard import Heard


class Line(TypedDict):
    speaker: str
    author: str
    text: str


def scene_transcript(simulation: Simulation, scene: Scene) -> list[Line]:
    """The conversation in order, without commands and their answers; the student is "Student", never a real name."""
    messages = Message.objects.filter(simulation=simulation, scene=scene, is_command=False).order_by(
        "position"
    )
    return lines_of(messages)


def lines_of(messages: Iterable[Message | Heard]) -> list[Line]:
    return [_line(message) for message in messages]


def _line(message: Message | Heard) -> Line:
    speaker = {Author.STUDENT: "Student", Author.NARRATOR: "Narrator"}.get(
        Author(message.author), message.persona_name
    )
    return Line(speaker=speaker, author=message.author, text=message.text)
