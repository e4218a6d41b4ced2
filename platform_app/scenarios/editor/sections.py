"""The sections that are one form: overview, outcomes, rubric; and the last one, publishing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from platform_app.errors import Incomplete
from platform_app.models import Scenario
from platform_app.requests import SignedInRequest, signed_in
from platform_app.scenarios import actions, parts, selectors
from platform_app.scenarios.editor.checklist import section_url
from platform_app.scenarios.editor.frame import SAVED, attempt, in_place, page, piece, saved
from platform_app.scenarios.forms import OutcomesForm, OverviewForm, RubricForm


@in_place
@require_http_methods(["GET", "POST"])
def overview(request: SignedInRequest, pk: int) -> HttpResponse:
    return _one_form(
        request,
        pk,
        "overview",
        lambda data, scenario: OverviewForm(data, instance=scenario),
        lambda form, scenario: actions.update_scenario(scenario, form.cleaned_data, seen=form.seen_version),
    )


@in_place
@require_http_methods(["GET", "POST"])
def outcomes(request: SignedInRequest, pk: int) -> HttpResponse:
    return _one_form(
        request,
        pk,
        "outcomes",
        lambda data, scenario: OutcomesForm(data, scenario=scenario),
        lambda form, scenario: parts.set_learning_outcomes(
            scenario, form.cleaned_data["learning_outcomes"], seen=form.seen_version
        ),
    )


@in_place
@require_http_methods(["GET", "POST"])
def rubric(request: SignedInRequest, pk: int) -> HttpResponse:
    return _one_form(
        request,
        pk,
        "rubric",
        lambda data, scenario: RubricForm(data, scenario=scenario),
        lambda form, scenario: actions.set_rubric(scenario, form.criteria(), seen=form.seen_version),
    )


@signed_in
@require_GET
def publishing(request: SignedInRequest, pk: int) -> HttpResponse:
    return page(request, pk, "publish")


@signed_in
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Publishes, or shows what is missing."""
    scenario = selectors.get_own_scenario(request.user, pk)
    if request.method == "GET":
        return redirect("scenarios:edit_publish", pk)
    try:
        actions.publish_scenario(scenario)
    except Incomplete as error:
        return page(request, pk, "publish", error.status, refusal=error.detail)
    messages.success(request, "Published: students can play it now.")
    return redirect("scenarios:detail", pk)


def _one_form(
    request: SignedInRequest,
    pk: int,
    section: str,
    form_of: Callable[[Any, Scenario], Any],
    save: Callable[[Any, Scenario], Any],
) -> HttpResponse:
    scenario = selectors.get_own_scenario(request.user, pk)
    if request.method == "GET":
        return page(request, pk, section, form=form_of(None, scenario))
    form = form_of(request.POST, scenario)
    status, _ = attempt(form, lambda: save(form, scenario))
    if not request.htmx:
        if status == SAVED:
            return saved(request, section_url(scenario, section))
        return page(request, pk, section, status, form=form)
    if status == SAVED:
        form = form_of(None, selectors.get_own_scenario(request.user, pk))
    return piece(request, pk, section, section, status, form=form)
