"""A step of a pipeline that waits for a person, as the choice of a role is one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from social_core.pipeline.partial import partial


@partial
def ask(strategy: Any, current_partial: Any, **_: Any) -> dict[str, Any] | HttpResponse:
    """Halts until `role` was chosen in this browser."""
    role = strategy.session_pop("role")
    if role:
        return {"role": role}
    return redirect(f"/ask/?partial_token={current_partial.token}")


def remember(details: dict[str, Any], role: str = "", **_: Any) -> dict[str, Any]:
    """What was known before the halt is known after it."""
    return {"details": {**details, "email": f"{role}.{details['email']}"}}
