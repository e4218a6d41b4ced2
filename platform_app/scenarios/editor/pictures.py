"""The picture of a scene in the editor: drawn by the AI, uploaded, or taken away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from platform_app.errors import InvalidInput
from platform_app.models import Scene
from platform_app.requests import SignedInRequest
from platform_app.scenarios import parts, pictures, selectors
from platform_app.scenarios.editor.frame import SAVED, in_place, part_url, piece
from platform_app.scenarios.forms import DrawForm, PictureForm


@in_place
@require_POST
def draw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keeps the prompt, then draws by it; a picture by an unchanged prompt is drawn differently."""
    scene = selectors.get_own_scene(request.user, pk)
    previous, had_picture = scene.image_prompt, bool(scene.image)
    form = DrawForm(request.POST, instance=scene)
    if not form.is_valid():
        return _answer(request, scene, faults=_faults(form))
    wish = form.cleaned_data["image_prompt"]
    pictures.draw_picture(
        parts.update_scene(scene, {"image_prompt": wish}), again=had_picture and wish == previous
    )
    return _answer(request, selectors.get_own_scene(request.user, pk))


@in_place
@require_POST
def upload(request: SignedInRequest, pk: int) -> HttpResponse:
    scene = selectors.get_own_scene(request.user, pk)
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, scene, faults=_faults(form))
    try:
        pictures.set_picture(scene, form.cleaned_data["picture"])
    except InvalidInput as error:
        return _answer(request, scene, faults=[error.detail])
    return _answer(request, scene)


@in_place
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    scene = selectors.get_own_scene(request.user, pk)
    pictures.remove_picture(scene)
    return _answer(request, scene)


def _answer(request: SignedInRequest, scene: Scene, faults: list[str] | None = None) -> HttpResponse:
    if request.htmx:
        status = InvalidInput.status if faults else SAVED
        return piece(
            request, scene.scenario_id, "scenes", "picture", status, scene=scene, picture_faults=faults
        )
    for fault in faults or []:
        messages.error(request, fault)
    return redirect(part_url(scene))


def _faults(form: DrawForm | PictureForm) -> list[str]:
    return [str(sentence) for sentences in form.errors.values() for sentence in sentences]
