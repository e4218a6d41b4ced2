"""Results, the professor's overview, the student's own list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from platform_app.errors import NotFound
from platform_app.models import Grade
from platform_app.paging import asked_page
from platform_app.progress import actions, selectors
from platform_app.progress.export import csv_lines
from platform_app.progress.forms import OverrideForm, StudentsFilter
from platform_app.progress.rows import Progress
from platform_app.progress.selectors import StudentsQuery
from platform_app.requests import SignedInRequest, signed_in


@signed_in
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    number = asked_page(request.GET.get("page"))
    if request.user.is_student:
        return render(request, "progress/own.html", {"page": selectors.played_page(request.user.pk, number)})
    chosen = _chosen(request)
    context = {
        "page": selectors.students_page(request.user.pk, chosen, number),
        "scenarios": selectors.scenario_choices(request.user.pk),
        "chosen": chosen,
        "figures": selectors.students_figures(request.user.pk, chosen),
        "query": _query_without_page(request),
    }
    template = "progress/students_rows.html" if request.htmx else "progress/students.html"
    return render(request, template, context)


@signed_in
@require_GET
def export(request: SignedInRequest) -> StreamingHttpResponse:
    found = selectors.students_export(request.user.pk, _chosen(request))
    response = StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="grades.csv"'
    return response


@signed_in
@require_GET
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    simulation = selectors.get_viewable_simulation(request.user, pk)
    template = "progress/results_body.html" if request.htmx else "progress/results.html"
    return render(request, template, _results_context(request, simulation, selectors.get_grade(pk)))


@signed_in
@require_POST
def override(request: SignedInRequest, pk: int) -> HttpResponse:
    simulation = selectors.get_owned_simulation(request.user, pk)
    grade = selectors.get_grade(pk)
    if grade is None:
        raise NotFound("There is no grade yet: the simulation is not over.")
    form = OverrideForm(request.POST)
    if not form.is_valid():
        context = _results_context(request, simulation, grade, form)
        return render(request, "progress/results.html", context, status=400)
    actions.override_grade(grade.pk, changed_by=request.user, **form.cleaned_data)
    messages.success(request, "The grade has been changed. The student sees it with your reason.")
    return redirect("progress:results", pk)


@signed_in
@require_POST
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask again for a grade that failed, or that nobody asked for."""
    selectors.get_viewable_simulation(request.user, pk)
    actions.retry_grading(pk)
    return redirect("progress:results", pk)


def _chosen(request: SignedInRequest) -> StudentsQuery:
    form = StudentsFilter(request.GET)
    form.is_valid()  # what is not valid is not in cleaned_data
    return StudentsQuery(form.cleaned_data.get("scenario"), form.cleaned_data.get("q", ""))


def _query_without_page(request: SignedInRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _results_context(
    request: SignedInRequest, simulation: Progress, grade: Grade | None, form: OverrideForm | None = None
) -> dict[str, object]:
    owns = simulation.owner_id == request.user.pk
    return {
        "simulation": simulation,
        "grade": grade,
        "is_own": simulation.student_id == request.user.pk,
        "owns_scenario": owns,
        "form": (form or OverrideForm()) if owns else None,
    }
