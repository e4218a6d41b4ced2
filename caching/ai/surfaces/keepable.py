"""Requests whose answers are never kept, whoever asks: the request does not hold all that the answer rests on, or it
is made for what it does at the provider. Pure.

`store` left out is not such a request, although OpenAI then stores a response: an answer from here is one that the
provider did store, so its id can be used there as if it were fresh. Who writes `store=True` wants one of his own.
"""

from collections.abc import Callable, Mapping
from typing import Any

from caching.ai.requests import Kind

Parameters = Mapping[str, Any]

# The caller runs these. Every other tool the provider runs, and its world changes.
LOCAL_TOOLS = {"chat": {"function"}, "response": {"function", "custom"}}


def why_never(kind: Kind, parameters: Parameters) -> str:
    """What forbids it, in words for a log; empty when nothing does. `extra_body` is looked at too."""
    given = {
        name: value
        for name, value in {**parameters, **(parameters.get("extra_body") or {})}.items()
        if value is not None and value is not False
    }
    return next((reason for reason, forbids in _REASONS.get(kind, {}).items() if forbids(given)), "")


def _names(*names: str) -> Callable[[Parameters], bool]:
    return lambda given: any(name in given for name in names)


def _speaks(given: Parameters) -> bool:
    return "audio" in given or any(kind != "text" for kind in given.get("modalities", ()))


def _has_foreign_tools(local: set[str]) -> Callable[[Parameters], bool]:
    return lambda given: any(_type_of(tool) not in local for tool in given.get("tools", ()))


def _refers_to_stored_items(given: Parameters) -> bool:
    items = given.get("input")
    return isinstance(items, list) and any(_type_of(item) == "item_reference" for item in items)


def _follows_a_prompt(given: Parameters) -> bool:
    """A template at the provider, whose current version may be another one tomorrow."""
    prompt = given.get("prompt")
    return isinstance(prompt, Mapping) and not prompt.get("version")


def _only_prepares(given: Parameters) -> bool:
    options = given.get("prompt_cache_options")
    return isinstance(options, Mapping) and bool(options.get("prewarm"))


def _wants_a_url(given: Parameters) -> bool:
    return given.get("response_format") == "url"


def _type_of(item: object) -> object:
    return item.get("type") if isinstance(item, Mapping) else None


_STORED: dict[str, Callable[[Parameters], bool]] = {"it is to be stored at the provider": _names("store")}
_REASONS: dict[Kind, dict[str, Callable[[Parameters], bool]]] = {
    "chat": _STORED
    | {
        "it speaks": _speaks,
        "it searches the web": _names("web_search_options"),
        "it has tools that are no functions": _has_foreign_tools(LOCAL_TOOLS["chat"]),
    },
    "response": _STORED
    | {
        "it goes on from a response at the provider": _names("previous_response_id", "conversation"),
        "it refers to items at the provider": _refers_to_stored_items,
        "it follows a prompt at the provider": _follows_a_prompt,
        "it runs in the background": _names("background", "background_options"),
        "it has tools that the provider runs": _has_foreign_tools(LOCAL_TOOLS["response"]),
        "the provider manages its context": _names("context_management"),
        "it only prepares the provider's cache": _only_prepares,
    },
    "images": {
        "it streams": _names("stream", "partial_images"),
        "it asks for a URL, which expires": _wants_a_url,
    },
}
