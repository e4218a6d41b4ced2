"""The events in which the Responses API streams a response, from `response.created` to `response.completed`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

ENDINGS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def events_of(response: Json) -> Iterator[Json]:
    """All events, numbered. Raises ValueError for output that is not the model's own (the results of hosted tools)."""
    ending = f"response.{response['status']}"
    if ending not in ENDINGS:
        raise ValueError("This response has not ended.")
    begun = response | {"status": "in_progress", "output": [], "usage": None}
    begun |= {name: None for name in ("completed_at", "error") if name in response}
    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for index, item in enumerate(response["output"]):
        events += [event | {"output_index": index} for event in _of_item(item)]
    events.append({"type": ending, "response": response})
    for number, event in enumerate(events):
        yield {"type": event["type"], "sequence_number": number, **event}


def _of_item(item: Json) -> Iterator[Json]:
    empty: Json
    match item["type"]:
        case "message":
            empty, inside = {"content": []}, _of_parts(item)
        case "reasoning":
            empty, inside = _without_thoughts(item), _of_thoughts(item)
        case "function_call":
            empty, inside = {"arguments": ""}, _of_call(item, "function_call_arguments", "arguments")
        case "custom_tool_call":
            empty, inside = {"input": ""}, _of_call(item, "custom_tool_call_input", "input")
        case other:
            raise ValueError(f"Output of the kind {other} cannot be streamed again.")
    status = {"status": "in_progress"} if item.get("status") else {}
    yield {"type": "response.output_item.added", "item": item | empty | status}
    for event in inside:
        yield event | {"item_id": item.get("id") or ""}
    yield {"type": "response.output_item.done", "item": item}


def _of_parts(item: Json) -> Iterator[Json]:
    for index, part in enumerate(item["content"]):
        for event in _of_part(part):
            yield event | {"content_index": index}


def _of_part(part: Json) -> Iterator[Json]:
    kind = part["type"]
    match kind:
        case "output_text":
            empty: Json = {"text": "", "annotations": []} | ({"logprobs": []} if "logprobs" in part else {})
            name, logprobs = "text", {"logprobs": part.get("logprobs") or []}
        case "refusal":
            empty, name, logprobs = {"refusal": ""}, "refusal", {}
        case "reasoning_text":
            empty, name, logprobs = {"text": ""}, "text", {}
        case other:
            raise ValueError(f"Content of the kind {other} cannot be streamed again.")
    yield {"type": "response.content_part.added", "part": part | empty}
    yield {"type": f"response.{kind}.delta", "delta": part[name]} | logprobs
    for number, annotation in enumerate(part.get("annotations") or ()):
        yield {
            "type": "response.output_text.annotation.added",
            "annotation_index": number,
            "annotation": annotation,
        }
    yield {"type": f"response.{kind}.done", name: part[name]} | logprobs
    yield {"type": "response.content_part.done", "part": part}


def _without_thoughts(item: Json) -> Json:
    return {name: [] for name in ("summary", "content") if item.get(name)}


def _of_thoughts(item: Json) -> Iterator[Json]:
    for index, part in enumerate(item.get("summary") or ()):
        if part["type"] != "summary_text":
            raise ValueError(f"A summary of the kind {part['type']} cannot be streamed again.")
        for event in _of_summary(part):
            yield event | {"summary_index": index}
    if item.get("content"):
        yield from _of_parts(item)


def _of_summary(part: Json) -> Iterator[Json]:
    yield {"type": "response.reasoning_summary_part.added", "part": part | {"text": ""}}
    yield {"type": "response.reasoning_summary_text.delta", "delta": part["text"]}
    yield {"type": "response.reasoning_summary_text.done", "text": part["text"]}
    yield {"type": "response.reasoning_summary_part.done", "part": part}


def _of_call(item: Json, event: str, name: str) -> Iterator[Json]:
    yield {"type": f"response.{event}.delta", "delta": item[name]}
    yield {"type": f"response.{event}.done", name: item[name]}
