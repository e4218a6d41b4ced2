"""The section of the personas: a card with a form for each, and an empty one for the next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from platform_app.models import Persona, Scenario
from platform_app.requests import SignedInRequest
from platform_app.scenarios import parts, selectors
from platform_app.scenarios.editor.frame import (
    SAVED,
    attempt,
    delete_part,
    in_place,
    instead,
    move_part,
    page,
    part_id,
    part_url,
    piece,
    saved,
)
from platform_app.scenarios.forms import PersonaForm

SECTION = "personas"


@in_place
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    """All of them; POST adds one."""
    scenario = selectors.get_own_scenario(request.user, pk)
    if request.method == "GET":
        return _whole(request, scenario)
    new = _form(Persona(), request.POST)
    status, persona = attempt(new, lambda: parts.add_persona(scenario, new.cleaned_data))
    if not request.htmx:
        return saved(request, part_url(persona)) if persona else _whole(request, scenario, status, new=new)
    if persona is None:
        return instead(piece(request, pk, SECTION, "persona_new", status, new=new), "#persona-new")
    response = piece(request, pk, SECTION, "persona_added", form=_form(persona), new=_form(Persona()))
    return trigger_client_event(response, "part-added", {"id": part_id(persona)}, after="settle")


@in_place
@require_POST
def save(request: SignedInRequest, pk: int) -> HttpResponse:
    persona = selectors.get_own_persona(request.user, pk)
    form = _form(persona, request.POST)
    status, fresh = attempt(
        form, lambda: parts.update_persona(persona, form.cleaned_data, seen=form.seen_version)
    )
    if request.htmx:
        form = _form(fresh) if fresh else form
        return piece(request, persona.scenario_id, SECTION, "persona", status, form=form, is_open=True)
    if status == SAVED:
        return saved(request, part_url(persona))
    return _whole(request, selectors.get_own_scenario(request.user, persona.scenario_id), status, bound=form)


@in_place
@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    return move_part(request, selectors.get_own_persona(request.user, pk), parts.move_persona)


@in_place
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    return delete_part(request, selectors.get_own_persona(request.user, pk), parts.delete_persona)


def _form(persona: Persona, data: Any = None) -> PersonaForm:
    return PersonaForm(data, instance=persona, auto_id=f"persona-{persona.pk or 'new'}-%s")


def _whole(
    request: SignedInRequest,
    scenario: Scenario,
    status: int = 200,
    *,
    bound: PersonaForm | None = None,
    new: PersonaForm | None = None,
) -> HttpResponse:
    """The whole page; `bound` and `new` are forms that came back with faults."""
    forms = [
        bound if bound and bound.instance.pk == persona.pk else _form(persona)
        for persona in scenario.personas.all()
    ]
    return page(request, scenario.pk, SECTION, status, forms=forms, new=new or _form(Persona()))
