"""Answers to a question that was asked in other words: where that is allowed."""

from __future__ import annotations

from typing import Any

from django.core import checks

from caching import conf
from caching.ai.semantic.tier import LEAST_THRESHOLD

Messages = list[checks.CheckMessage]


def check_semantic_answers(**_: Any) -> Messages:
    """caching.E004, caching.E005"""
    of_ours = conf.current()
    never = [name for name in of_ours.ai_semantic_never if of_ours.ai_semantic.get(name, "off") != "off"]
    messages: Messages = [
        checks.Error(
            f'CACHING["AI_SEMANTIC"] is {of_ours.ai_semantic[name]!r} for {name!r}, which must never be answered with the answer'
            " to another question.",
            hint=f"Take {name!r} out of AI_SEMANTIC: what a persona says depends on all that was said before.",
            id="caching.E004",
        )
        for name in never
    ]
    if of_ours.ai_semantic_threshold < LEAST_THRESHOLD:
        messages.append(
            checks.Error(
                f'CACHING["AI_SEMANTIC_THRESHOLD"] is {of_ours.ai_semantic_threshold}: so far apart, questions that look alike'
                " often ask for different things.",
                hint=f"Set it to {LEAST_THRESHOLD} at least; 0.95 is the default.",
                id="caching.E005",
            )
        )
    return messages
