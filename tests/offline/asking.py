"""What the platform asks the engine, in a few words: cases of the folder, analyses, conversations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from openai import OpenAI
from pydantic import BaseModel

from platform_app.analysis.schema import CaseOutcomes, CasePeople, CaseScenes, PersonaDraft
from platform_app.prompting import block

Schema = TypeVar("Schema", bound=BaseModel)
MODEL = "offline-engine"
CASES = Path(__file__).parent / "cases"


@lru_cache
def case_text(name: str) -> str:
    return (CASES / name).read_text()


def structured(sdk: OpenAI, schema: type[Schema], system: str, user: str) -> Schema:
    messages: Any = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    completion = sdk.chat.completions.parse(model=MODEL, messages=messages, response_format=schema)
    found = completion.choices[0].message.parsed
    assert found is not None, completion.choices[0].message.refusal
    return found


def people_of(sdk: OpenAI, text: str, *, context: list[dict[str, str]] | None = None) -> CasePeople:
    beside = f"\n\n{block('context', context)}" if context else ""
    return structured(sdk, CasePeople, "Draw up the case.", block("case_study", text) + beside)


def scenes_of(sdk: OpenAI, text: str, people: CasePeople) -> CaseScenes:
    cast = [{"name": persona.name, "role": persona.role} for persona in people.personas]
    blocks = [
        block("case_study", text),
        block("people", cast),
        block("student_role", people.student_role),
    ]
    return structured(sdk, CaseScenes, "Propose scenes.", "\n\n".join(blocks))


def outcomes_of(sdk: OpenAI, text: str, scenes: CaseScenes) -> CaseOutcomes:
    told = [{"title": scene.title, "user_goal": scene.user_goal} for scene in scenes.scenes]
    return structured(
        sdk, CaseOutcomes, "What is to be learnt?", f"{block('case_study', text)}\n\n{block('scenes', told)}"
    )


class RolePlay:
    """A conversation with one persona of a case, as the platform keeps it."""

    def __init__(self, sdk: OpenAI, text: str, who: str, *, changes: dict[str, Any] | None = None) -> None:
        self.sdk = sdk
        self.text = text
        self.people = people_of(sdk, text)
        self.persona: PersonaDraft = next(one for one in self.people.personas if who in one.name)
        card = self.persona.model_dump() | (changes or {})
        cast = [{"name": one.name, "role": one.role} for one in self.people.personas]
        scene = {"title": "A talk", "description": "", "user_goal": "Find out more.", "success_criteria": ""}
        system = "\n\n".join(
            [
                "You play one person.",
                block("case_study", text),
                block("persona", card),
                block("cast", cast),
                block("scene", scene),
                block("student_role", self.people.student_role),
            ]
        )
        self.messages: list[Any] = [
            {"role": "system", "content": system},
            {"role": "user", "content": block("begin", "")},
        ]
        self.answers: list[str] = []

    def opening(self) -> str:
        return self._answered()

    def say(self, words: str) -> str:
        self.messages.append({"role": "user", "content": block("student", words)})
        return self._answered()

    def hear(self, name: str, words: str) -> None:
        self.messages.append({"role": "user", "content": block("colleague", {"name": name, "text": words})})

    def converse(self, lines: Sequence[str]) -> list[str]:
        return [self.opening(), *(self.say(line) for line in lines)]

    def _answered(self) -> str:
        completion = self.sdk.chat.completions.create(model=MODEL, messages=self.messages)
        text = completion.choices[0].message.content or ""
        self.messages.append({"role": "assistant", "content": text})
        self.answers.append(text)
        return text
