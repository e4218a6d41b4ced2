"""The section of the scenes: a card with a form and a picture for each, and an empty one for the next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from platform_app.models import Scenario, Scene
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
from platform_app.scenarios.forms import SceneForm

SECTION = "scenes"


@in_place
@require_http_methods(["GET", "POST"])
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    """All of them; POST adds one."""
    scenario = selectors.get_own_scenario(request.user, pk)
    if request.method == "GET":
        return _whole(request, scenario)
    new = _form(Scene(), scenario, request.POST)
    status, scene = attempt(new, lambda: parts.add_scene(scenario, new.cleaned_data))
    if not request.htmx:
        return saved(request, part_url(scene)) if scene else _whole(request, scenario, status, new=new)
    if scene is None:
        return instead(piece(request, pk, SECTION, "scene_new", status, new=new), "#scene-new")
    form, blank = _form(scene, scenario), _form(Scene(), scenario)
    response = piece(request, pk, SECTION, "scene_added", form=form, new=blank)
    return trigger_client_event(response, "part-added", {"id": part_id(scene)}, after="settle")


@in_place
@require_POST
def save(request: SignedInRequest, pk: int) -> HttpResponse:
    scene = selectors.get_own_scene(request.user, pk)
    scenario = selectors.get_own_scenario(request.user, scene.scenario_id)
    form = _form(scene, scenario, request.POST)
    status, fresh = attempt(
        form, lambda: parts.update_scene(scene, form.cleaned_data, seen=form.seen_version)
    )
    if request.htmx:
        form = _form(fresh, scenario) if fresh else form
        return piece(request, scenario.pk, SECTION, "scene", status, form=form, is_open=True)
    if status == SAVED:
        return saved(request, part_url(scene))
    return _whole(request, scenario, status, bound=form)


@in_place
@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    return move_part(request, selectors.get_own_scene(request.user, pk), parts.move_scene)


@in_place
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    return delete_part(request, selectors.get_own_scene(request.user, pk), parts.delete_scene)


def _form(scene: Scene, scenario: Scenario, data: Any = None) -> SceneForm:
    people = list(scenario.personas.all())
    return SceneForm(data, instance=scene, people=people, auto_id=f"scene-{scene.pk or 'new'}-%s")


def _whole(
    request: SignedInRequest,
    scenario: Scenario,
    status: int = 200,
    *,
    bound: SceneForm | None = None,
    new: SceneForm | None = None,
) -> HttpResponse:
    """The whole page; `bound` and `new` are forms that came back with faults."""
    forms = [
        bound if bound and bound.instance.pk == scene.pk else _form(scene, scenario)
        for scene in scenario.scenes.all()
    ]
    return page(request, scenario.pk, SECTION, status, forms=forms, new=new or _form(Scene(), scenario))
