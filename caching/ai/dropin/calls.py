"""What the SDK is about to send, in our terms: which answer is wanted, in which form, and whether it may be kept.

The parameters are those of the final request: `extra_body` and `extra_query` travel beside the others and are part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import openai

from caching.ai import live
from caching.ai.asking import Question, question
from caching.ai.dropin.keeping import Keeping
from caching.ai.policies import AnswerPolicy
from caching.ai.requests import AIRequest, Kind
from caching.ai.surfaces import CHAT, PLAIN, RESPONSES, Surface, why_never
from caching.errors import AIRequestRejected

RAW_RESPONSE_HEADER = "X-Stainless-Raw-Response"

_KINDS: dict[str, tuple[Kind, Surface]] = {
    "/chat/completions": ("chat", CHAT),
    "/responses": ("response", RESPONSES),
    "/embeddings": ("embedding", PLAIN),
    "/images/generations": ("images", PLAIN),
}


@dataclass(frozen=True, slots=True)
class Call:
    """`parameters` are what is sent. `options` are the SDK's, for the same."""

    kind: Kind
    surface: Surface
    url: str
    parameters: dict[str, Any]
    is_streamed: bool
    options: Any
    request: AIRequest
    policy: AnswerPolicy

    def anew(self) -> Call:
        """The same, whatever is kept."""
        return replace(self, policy=replace(self.policy, refresh=True))

    @property
    def wants_usage(self) -> bool:
        """A stream tells the usage only if it was asked to; ours is always asked to."""
        return self.surface is not CHAT or bool(_stream_options(self.parameters).get("include_usage"))

    @property
    def has_several_answers(self) -> bool:
        """They come in turns in a stream, which nobody can join or take over."""
        return (self.parameters.get("n") or 1) != 1

    @property
    def headers(self) -> dict[str, str]:
        """What the caller gave, and not the client; among it how the SDK is to present the reply."""
        return _headers(self.options)

    def with_parameters(self, **changes: Any) -> Call:
        """The same with others, wherever they were given."""
        meaning = dict(self.request.parameters)
        extra = meaning.get("extra_body") or {}
        meaning["extra_body"] = {name: value for name, value in extra.items() if name not in changes}
        request = replace(self.request, parameters=meaning | changes)
        return replace(self, parameters=self.parameters | changes, request=request)

    def question(self, ask: live.Source) -> Question[bytes] | None:
        """None for a request that cannot even be written down; the SDK says why."""
        try:
            # Not immutable: what the typed door has made of the same body is another value.
            return question(
                self.request,
                self.surface,
                lambda parameters, publish: ask(publish),
                lambda body, source: body,
                self.policy,
            )
        except (TypeError, AIRequestRejected):
            return None

    def upstream_options(self) -> Any:
        """The options for the provider: the reply is wanted as it is, and in a stream with the usage."""
        parameters = dict(self.parameters)
        if self.is_streamed and self.surface is CHAT:
            parameters["stream_options"] = {**_stream_options(parameters), "include_usage": True}
        headers = {name: value for name, value in self.headers.items() if name != RAW_RESPONSE_HEADER}
        return self.options.model_copy(
            update={
                "json_data": parameters,
                "extra_json": None,
                "headers": headers or openai.not_given,
                "post_parser": openai.not_given,
            }
        )


def call_of(
    options: Any, *, stream: bool, base_url: str, default_query: Mapping[str, object], keeping: Keeping
) -> Call | None:
    """None for everything that has no answer to be kept."""
    kind, surface = _KINDS.get(options.url, (None, None))
    given = options.json_data
    if kind is None or surface is None or options.method.lower() != "post" or not isinstance(given, Mapping):
        return None
    # The SDK has copied the others; these are still the caller's, who may change them while we wait.
    extra = deepcopy(options.extra_json)
    sent = {**given, **(extra or {})}
    if bool(sent.get("stream")) != stream or why_never(kind, sent):
        return None
    base_url = base_url.rstrip("/")
    meaning = {**given, "extra_body": extra, "extra_query": {**default_query, **options.params} or None}
    request = AIRequest(kind, keeping.operation, base_url, meaning, keeping.scopes)
    return Call(kind, surface, base_url + options.url, sent, stream, options, request, keeping.policy)


def _stream_options(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    return parameters.get("stream_options") or {}


def _headers(options: Any) -> dict[str, str]:
    return dict(options.headers) if isinstance(options.headers, Mapping) else {}
