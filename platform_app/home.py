"""The start page: what the platform is for, and where somebody who is signed in goes on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from platform_app.analysis import selectors as analysis
from platform_app.models import User
from platform_app.progress import selectors as progress
from platform_app.scenarios import selectors as scenarios
from platform_app.scenarios.selectors import LibraryQuery

LATEST = 4
SHOWN = 3


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "home.html", {"showcase": scenarios.showcase(SHOWN)})
    if request.user.is_student:
        return render(request, "home_student.html", _for_student(request.user))
    return render(request, "home_professor.html", _for_professor(request.user))


def _for_student(user: User) -> dict[str, Any]:
    played = progress.played_page(user.pk, size=LATEST).items
    return {
        "running": [simulation for simulation in played if not simulation.is_completed],
        "finished": [simulation for simulation in played if simulation.is_completed],
        "suggestions": scenarios.showcase(SHOWN, without=[simulation.scenario_id for simulation in played]),
    }


def _for_professor(user: User) -> dict[str, Any]:
    return {
        "scenarios": scenarios.scenario_page(user.pk, LibraryQuery(mine=True), size=LATEST).items,
        "documents": analysis.documents_without_scenario(user.pk, LATEST),
        "students": progress.students_page(user.pk, size=LATEST).items,
        "figures": progress.students_figures(user.pk),
    }
