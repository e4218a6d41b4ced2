"""The library, a scenario as students see it before they start, its picture, and its life beyond editing."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from platform_app.errors import FieldError, InvalidInput, NotFound
from platform_app.models import ScenarioStatus
from platform_app.requests import SignedInRequest, signed_in
from platform_app.scenarios import actions, copying, pictures, selectors
from platform_app.scenarios.completeness import missing_parts
from platform_app.scenarios.forms import LibraryForm

UNREADABLE_SEARCH = "This search cannot be carried out."


@signed_in
@require_GET
def library(request: SignedInRequest) -> HttpResponse:
    form = LibraryForm(request.GET)
    if not form.is_valid():
        # Only a forged address gets here: the form itself has nothing to type wrongly.
        faults = [
            FieldError(name, "invalid", " ".join(map(str, texts))) for name, texts in form.errors.items()
        ]
        raise InvalidInput(UNREADABLE_SEARCH, errors=faults)
    query = (
        form.query() if form.cleaned_data["mine"] else replace(form.query(), status=ScenarioStatus.PUBLISHED)
    )
    page = selectors.scenario_page(request.user.pk, query, form.cleaned_data["page"] or 1)
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "query": query,
        "rest": rest.urlencode(),
        "industries": selectors.industries(request.user.pk),
        "makes_scenarios": actions.may_make_scenarios(request.user),
    }
    only_results = request.htmx and not request.htmx.history_restore_request
    response = render(
        request, "scenarios/results.html" if only_results else "scenarios/library.html", context
    )
    # Or the browser's "back" would show the results without their page.
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_GET
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    scenario = selectors.get_visible_scenario(request.user, pk)
    is_own = scenario.owner_id == request.user.pk
    context = {
        "scenario": scenario,
        "is_own": is_own,
        "is_complete": not missing_parts(scenario),
        "has_begun": selectors.has_begun(request.user.pk, pk),
        "students": selectors.count_students(pk, owner_id=scenario.owner_id) if is_own else None,
    }
    return render(request, "scenarios/detail.html", context)


@require_GET
def scene_image(request: HttpRequest, pk: int) -> FileResponse:
    picture = selectors.get_picture(request.user, pk)
    try:
        file = default_storage.open(picture.name)
    except FileNotFoundError as error:
        raise NotFound("The file of this picture is gone.") from error
    response = FileResponse(file, content_type=pictures.CONTENT_TYPE)
    response["Cache-Control"] = "private, max-age=86400"
    return response


@signed_in
@require_POST
def create(request: SignedInRequest) -> HttpResponse:
    scenario = actions.create_scenario(request.user)
    return redirect("scenarios:edit", scenario.pk)


@signed_in
@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    copy = copying.duplicate_scenario(selectors.get_own_scenario(request.user, pk))
    messages.success(request, "This is the copy. The original stays as it is.")
    return redirect("scenarios:edit", copy.pk)


@signed_in
@require_POST
def unpublish(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.unpublish_scenario(selectors.get_own_scenario(request.user, pk))
    messages.success(request, "The scenario is a draft again. Students who have begun can go on.")
    return redirect("scenarios:edit_publish", pk)


@signed_in
@require_POST
def archive(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.archive_scenario(selectors.get_own_scenario(request.user, pk))
    messages.success(request, "The scenario is in the archive. Students who have begun can go on.")
    return redirect("scenarios:edit_publish", pk)


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    scenario = selectors.get_own_scenario(request.user, pk)
    if request.method == "GET":
        keeps = selectors.count_students(pk, owner_id=scenario.owner_id) > 0
        return render(request, "scenarios/delete.html", {"scenario": scenario, "keeps": keeps})
    if actions.delete_scenario(scenario) is actions.Removal.ARCHIVED:
        messages.success(request, f"“{scenario.title}” has been archived: students have played it.")
    else:
        messages.success(request, f"“{scenario.title}” has been deleted.")
    return redirect("scenarios:library")
