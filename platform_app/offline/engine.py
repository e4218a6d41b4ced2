"""Which part of the engine answers a chat request: by the name of the schema that is asked for, else by the blocks of the prompt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pydantic

from platform_app.offline.assessment.goal import check_goal
from platform_app.offline.assessment.grading import assess_scene, assess_whole
from platform_app.offline.casework.case import read_case
from platform_app.offline.casework.casework import describe_case
from platform_app.offline.casework.outcomes import propose_outcomes
from platform_app.offline.casework.scenes import propose_scenes
from platform_app.offline.protocol import BadRequest, ChatRequest, Reply, count_tokens
from platform_app.offline.roleplay.conversation import (
    content_text,
    read_conversation,
    read_json,
    system_blocks,
)
from platform_app.offline.roleplay.persona import play_persona
from platform_app.prompting import blocks

Messages = Sequence[Mapping[str, Any]]
Blocks = Mapping[str, str]

WHAT_I_AM = (
    "This is the offline engine of the platform, not a language model. It can read a case study and draft people, scenes and learning "
    "outcomes, play a persona of a case, check goals, grade conversations and draw scene cards. For anything else, set a key for a real "
    "model."
)
_NOBODY = "The offline engine found nobody to talk to in this text: it needs a case study that names people or at least their roles."


def answer(request: ChatRequest) -> Reply:
    """The reply to a chat request. Raises BadRequest for a schema that the engine does not know."""
    if request.schema_name:
        return _structured(request)
    if "persona" in system_blocks(request.messages):
        return _within(play_persona(read_conversation(request.messages)), request.most_tokens)
    return _within(json.dumps({"error": WHAT_I_AM}) if request.wants_json else WHAT_I_AM, request.most_tokens)


def _structured(request: ChatRequest) -> Reply:
    if judge := _JUDGEMENTS.get(request.schema_name):
        return Reply(json.dumps(judge(request.messages), ensure_ascii=False))
    maker = _SCHEMAS.get(request.schema_name)
    if maker is None:
        known = ", ".join([*_SCHEMAS, *_JUDGEMENTS])
        raise BadRequest(
            f"The offline engine does not know the schema '{request.schema_name}'. It knows: {known}.",
            param="response_format.json_schema.name",
            code="unknown_schema",
        )
    made = maker(system_blocks(request.messages), _user_blocks(request.messages))
    return Reply("", refusal=_NOBODY) if made is None else Reply(made.model_dump_json())


def _user_blocks(messages: Messages) -> dict[str, str]:
    return blocks(
        "\n".join(
            content_text(message.get("content")) for message in messages if message.get("role") == "user"
        )
    )


def _within(text: str, most_tokens: int | None) -> Reply:
    """The text, cut if the request allows fewer tokens; then the finish reason says so."""
    if most_tokens is None or count_tokens(text) <= most_tokens:
        return Reply(text)
    kept: list[str] = []
    for word in text.split(" "):
        if count_tokens(" ".join([*kept, word])) > most_tokens:
            break
        kept.append(word)
    return Reply(" ".join(kept), finish_reason="length")


def _block(name: str, *sources: Blocks) -> str:
    return next((source[name] for source in sources if name in source), "")


def _json(name: str, *sources: Blocks) -> Any:
    return read_json(_block(name, *sources))


def _named(system: Blocks, user: Blocks) -> tuple[tuple[str, str], ...]:
    listed = _json("people", user, system)
    people = listed if isinstance(listed, list) else []
    return tuple(
        (str(one["name"]), str(one.get("role") or ""))
        for one in people
        if isinstance(one, dict) and one.get("name")
    )


def _context(user: Blocks) -> str:
    listed = _json("context", user)
    texts = (
        [str(one.get("text") or "") for one in listed if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )
    return "\n\n".join(texts)


def _people(system: Blocks, user: Blocks) -> pydantic.BaseModel | None:
    return describe_case(read_case(_block("case_study", user, system)), context=_context(user))


def _scenes(system: Blocks, user: Blocks) -> pydantic.BaseModel | None:
    named = _named(system, user)
    return propose_scenes(
        read_case(_block("case_study", user, system), named),
        named,
        _block("student_role", user, system).strip(),
    )


def _outcomes(system: Blocks, user: Blocks) -> pydantic.BaseModel | None:
    scenes = _json("scenes", user, system)
    titles = (
        [str(one.get("title") or "") for one in scenes if isinstance(one, dict)]
        if isinstance(scenes, list)
        else []
    )
    return propose_outcomes(
        read_case(_block("case_study", user, system)), [title for title in titles if title]
    )


def _scene_grade(messages: Messages) -> dict[str, Any]:
    try:
        return assess_scene(messages)
    except ValueError as error:
        raise BadRequest(str(error), param="messages") from error


_SCHEMAS: dict[str, Callable[[Blocks, Blocks], pydantic.BaseModel | None]] = {
    "CasePeople": _people,
    "CaseScenes": _scenes,
    "CaseOutcomes": _outcomes,
}
_JUDGEMENTS: dict[str, Callable[[Messages], dict[str, Any]]] = {
    "GoalCheck": check_goal,
    "SceneAssessment": _scene_grade,
    "OverallAssessment": assess_whole,
}
