"""What the sections of the editor have in common: the page around them, and how a piece of it is answered.

What htmx gets is the piece that was saved, with the page's head and checklist beside it, which so are always up to date.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import reswap, retarget, trigger_client_event

from caching.errors import AIError, CacheUnavailable
from platform_app.errors import Conflict, Incomplete, InvalidInput, PlatformError
from platform_app.models import Persona, Scene
from platform_app.problems import problem_http
from platform_app.requests import SignedInRequest, signed_in
from platform_app.scenarios import selectors
from platform_app.scenarios.editor.checklist import SECTIONS, checklist, section_url

View = Callable[[SignedInRequest, int], HttpResponse]
SAVED = 200


def in_place(view: View) -> Callable[[HttpRequest, int], HttpResponseBase]:
    """For those who are signed in. To htmx an error is a notice above the editor: what the user is typing stays."""

    @signed_in
    @wraps(view)
    def answered(request: SignedInRequest, pk: int) -> HttpResponse:
        if not request.htmx:
            return view(request, pk)
        try:
            return view(request, pk)
        except (PlatformError, AIError, CacheUnavailable) as error:
            response = problem_http(request, error)
            if response is None:
                raise
            return reswap(retarget(response, "#editor-notice"), "innerHTML")

    return answered


def attempt(form: Any, action: Callable[[], Any]) -> tuple[int, Any]:
    """Does it if the form is valid: the HTTP status, and what came of it. A refusal is shown by the form."""
    if not form.is_valid():
        return InvalidInput.status, None
    try:
        return SAVED, action()
    except (InvalidInput, Conflict, Incomplete) as error:
        form.add_problem(error)
        return error.status, None


def page(request: SignedInRequest, pk: int, section: str, status: int = 200, **context: Any) -> HttpResponse:
    """The whole editor, freshly read."""
    frame = _frame(request, pk, section, **context)
    return render(request, "scenarios/editor/page.html", frame, status=status)


def piece(
    request: SignedInRequest, pk: int, section: str, name: str, status: int = 200, **context: Any
) -> HttpResponse:
    """One piece of the editor in answer to htmx, with head and checklist."""
    if status == SAVED:
        context["saved_at"] = timezone.now()
    frame = _frame(request, pk, section, piece=f"scenarios/editor/{name}.html", **context)
    return render(request, "scenarios/editor/piece.html", frame, status=status)


def saved(request: SignedInRequest, url: str) -> HttpResponse:
    """The answer to a browser without JavaScript."""
    messages.success(request, "Saved.")
    return redirect(url)


def instead(response: HttpResponse, target: str) -> HttpResponse:
    """The answer takes the place of another piece than the one the form had meant."""
    return reswap(retarget(response, target), "outerHTML")


def move_part(
    request: SignedInRequest, part: Persona | Scene, move: Callable[[Any, int], None]
) -> HttpResponse:
    steps = -1 if request.POST.get("direction") == "up" else 1
    move(part, steps)
    if not request.htmx:
        return redirect(part_url(part))
    # The browser moves the card itself: sending the list anew would lose what is typed in the other cards.
    return trigger_client_event(HttpResponse(status=204), "part-moved", {"id": part_id(part), "steps": steps})


def delete_part(
    request: SignedInRequest, part: Persona | Scene, delete: Callable[[Any], None]
) -> HttpResponse:
    """GET asks first: the way of a browser without JavaScript."""
    if request.method == "GET":
        context = {"part": part, "scenario": part.scenario, "back": part_url(part)}
        return render(request, "scenarios/delete_part.html", context)
    delete(part)
    if request.htmx:
        return piece(request, part.scenario_id, section_of(part), "nothing")
    messages.success(request, f"“{part}” has been deleted.")
    return redirect(section_url(part.scenario, section_of(part)))


def section_of(part: Persona | Scene) -> str:
    return "personas" if isinstance(part, Persona) else "scenes"


def part_id(part: Persona | Scene) -> str:
    """The id of its card in the page."""
    return f"{part._meta.model_name}-{part.pk}"


def part_url(part: Persona | Scene) -> str:
    return f"{section_url(part.scenario, section_of(part))}#{part_id(part)}"


def _frame(request: SignedInRequest, pk: int, section: str, **context: Any) -> dict[str, Any]:
    scenario = selectors.get_own_scenario(request.user, pk)
    return {
        "scenario": scenario,
        "section": section,
        "section_template": f"scenarios/editor/{section}.html",
        "tabs": [(label, section_url(scenario, key), key == section) for key, label in SECTIONS.items()],
        "checklist": checklist(scenario),
        **context,
    }
