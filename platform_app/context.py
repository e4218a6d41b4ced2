"""What every page knows beside its own context."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from caching.ai import ai


def ai_provider(request: HttpRequest) -> dict[str, Any]:
    """`ai_provider` of the templates: the banner says when no language model is behind the answers."""
    return {"ai_provider": ai.provider()}
