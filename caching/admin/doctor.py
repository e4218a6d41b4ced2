"""The doctor's report as a page of the admin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caching import doctor
from caching.admin.pages import VIEW, cache_page, frame
from caching.doctor import Level

_HEADINGS = {
    Level.FAIL: "Mend these first",
    Level.WARN: "Worth setting right",
    Level.UNKNOWN: "Could not be seen",
}


@require_safe
@cache_page(VIEW)
def doctor_page(request: HttpRequest) -> HttpResponse:
    report = doctor.examine()
    groups = [(level, heading, report.of(level)) for level, heading in _HEADINGS.items()]
    context = frame(
        request,
        "Doctor",
        report=report,
        groups=[group for group in groups if group[2]],
        in_order=report.of(Level.OK),
    )
    return render(request, "admin/cache/doctor.html", context)
