"""A chat request as a conversation: who the persona is, where the scene stands, and who has said what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from platform_app.offline.roleplay.addressing import without_calls
from platform_app.prompting import blocks

Author = Literal["student", "colleague", "self", "begin"]

_BLOCK = re.compile(
    r"<(?P<name>student|colleague|begin)>\n?(?P<body>.*?)\n?</(?P=name)>|<begin\s*/?>", re.DOTALL
)


@dataclass(frozen=True)
class Turn:
    author: Author
    text: str
    name: str = ""


@dataclass(frozen=True)
class PersonaCard:
    """The persona as the prompt describes it; missing fields are empty."""

    name: str
    role: str
    background: str
    goals: tuple[str, ...]
    knowledge: tuple[str, ...]
    traits: tuple[tuple[str, int], ...]

    def trait(self, name: str) -> int:
        return dict(self.traits).get(name, 5)


@dataclass(frozen=True)
class Conversation:
    case_study: str
    persona: PersonaCard
    scene: Mapping[str, Any]
    cast: tuple[tuple[str, str], ...]
    student_role: str
    turns: tuple[Turn, ...]

    @cached_property
    def said(self) -> tuple[str, ...]:
        """What the persona has said so far in this scene."""
        return tuple(turn.text for turn in self.turns if turn.author == "self")

    @property
    def last(self) -> Turn:
        """What is to be answered: the student's latest words, or the beginning of the scene."""
        waiting = [turn for turn in self.turns if turn.author in ("student", "begin")]
        return waiting[-1] if waiting else Turn("begin", "")

    @property
    def earlier_words(self) -> str:
        """The student's words before the latest, for "why?" and "tell me more"."""
        words = [turn.text for turn in self.turns if turn.author == "student"]
        return words[-2] if len(words) > 1 else ""

    @property
    def just_heard(self) -> tuple[Turn, ...]:
        """What colleagues have answered to the same words already."""
        heard: list[Turn] = []
        for turn in reversed(self.turns):
            if turn.author in ("student", "begin"):
                break
            if turn.author == "colleague":
                heard.append(turn)
        return tuple(reversed(heard))


def content_text(content: Any) -> str:
    """The text of a message's content, be it a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return ""


def read_json(text: str) -> Any:
    """The JSON of a block, or None; a persona typed by hand must not break the answer."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def system_blocks(messages: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    texts = [
        content_text(message.get("content"))
        for message in messages
        if message.get("role") in ("system", "developer")
    ]
    return blocks("\n".join(texts))


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(line.strip(" -•\t") for line in value.splitlines() if line.strip())
    return tuple(str(each).strip() for each in value if str(each).strip()) if isinstance(value, list) else ()


def _persona(text: str) -> PersonaCard:
    data = read_json(text)
    data = (
        data
        if isinstance(data, dict)
        else {"name": text.strip().splitlines()[0] if text.strip() else "The persona"}
    )
    given = data.get("traits")
    traits = given if isinstance(given, dict) else {}
    return PersonaCard(
        name=str(data.get("name") or "The persona"),
        role=str(data.get("role") or ""),
        background=str(data.get("background") or ""),
        goals=_texts(data.get("goals")),
        knowledge=_texts(data.get("knowledge")),
        traits=tuple(
            (str(name), int(value)) for name, value in traits.items() if isinstance(value, (int, float))
        ),
    )


def _cast(text: str) -> tuple[tuple[str, str], ...]:
    data = read_json(text)
    listed = data if isinstance(data, list) else []
    return tuple(
        (str(one["name"]), str(one.get("role") or ""))
        for one in listed
        if isinstance(one, dict) and one.get("name")
    )


def _user_turns(text: str, names: Sequence[str]) -> Iterator[Turn]:
    found = list(_BLOCK.finditer(text))
    if not found:
        yield Turn("student", without_calls(text.strip(), names))
    for match in found:
        body = (match["body"] or "").replace("<\\/", "</").strip()
        if match["name"] == "colleague":
            data = read_json(body)
            data = data if isinstance(data, dict) else {"text": body}
            yield Turn("colleague", str(data.get("text") or ""), str(data.get("name") or ""))
        elif match["name"] == "student":
            yield Turn("student", without_calls(body, names))
        else:
            yield Turn("begin", body)


def _turns(messages: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[Turn]:
    for message in messages:
        text = content_text(message.get("content"))
        if message.get("role") == "assistant":
            yield Turn("self", text)
        elif message.get("role") == "user":
            yield from _user_turns(text, names)


def read_conversation(messages: Sequence[Mapping[str, Any]]) -> Conversation:
    """The conversation of a persona chat; whatever a block lacks stays empty."""
    found = system_blocks(messages)
    scene = read_json(found.get("scene", ""))
    persona, cast = _persona(found.get("persona", "")), _cast(found.get("cast", ""))
    names = [persona.name, *(name for name, _ in cast)]
    return Conversation(
        case_study=found.get("case_study", ""),
        persona=persona,
        scene=scene if isinstance(scene, dict) else {},
        cast=cast,
        student_role=found.get("student_role", "").strip(),
        turns=tuple(_turns(messages, names)),
    )
