"""The page on which operators invalidate, delete, clean up and warm. What changes something is a POST; what is broad is shown
first and confirmed by a word; everything stands in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from caching.admin import operation_forms as forms
from caching.admin import operation_tokens as tokens
from caching.admin.pages import OPERATE, VIEW, cache_page, frame
from caching.models import AuditEntry, Way
from caching.operations import actions, auditing, cleaning, subjects, warming
from caching.operations.actions import Target
from caching.operations.auditing import Operator

LATEST = 8
COUNTING_SECONDS = 1.0

View = Callable[..., HttpResponse]


def operator_page(view: View) -> View:
    """For what changes something. Whoever comes by a link, or back from signing in, gets the page with the forms."""

    @wraps(view)
    def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("cache:operations")
        try:
            return view(request, *args, **kwargs)
        except tokens.TooOld:
            messages.error(
                request, "What you confirmed is too old, or was shown to somebody else. Nothing was done."
            )
            return redirect("cache:operations")

    return cache_page(OPERATE)(posted)


def operator(request: HttpRequest) -> Operator:
    return auditing.operator(request.user, Way.ADMIN)


@cache_page(OPERATE)
def page(request: HttpRequest) -> HttpResponse:
    return show(request)


def show(request: HttpRequest, **bound: Form) -> HttpResponse:
    """All forms; those that are `bound` say what is wrong with them."""
    subject_forms = [(kind, bound.get(kind) or forms.SubjectForm(kind)) for kind in ("user", "scenario")]
    warm_forms = [bound.get(f"warm_{each.name}") or forms.WarmForm(each) for each in warming.known()]
    context = frame(
        request,
        "Operations",
        subject_forms=subject_forms,
        model_form=bound.get("model") or forms.ModelForm(),
        operation_form=bound.get("operation") or forms.OperationForm(),
        purge_form=bound.get("purge") or forms.PurgeForm(),
        warm_forms=warm_forms,
        cleaners=cleaning.known(),
        known_operations=forms.known_operations(),
        latest=AuditEntry.objects.all()[:LATEST] if request.user.has_perm(VIEW) else None,
    )
    return render(request, "admin/cache/operations.html", context, status=400 if bound else 200)


# --- Invalidating -------------------------------------------------------------------------------------------------


@operator_page
def preview_invalidation(request: HttpRequest, kind: str) -> HttpResponse:
    """What would be invalidated, and how many results that would hit. Nothing is changed yet."""
    form = _invalidation_form(kind, request)
    try:
        if not form.is_valid():
            return show(request, **{kind: form})
        target: Target = form.target()
    except ImproperlyConfigured as error:
        messages.error(request, str(error))
        return redirect("cache:operations")
    found = form.found if isinstance(form, forms.SubjectForm) else None
    return _ask_to_invalidate(request, target, found)


@operator_page
def invalidate(request: HttpRequest) -> HttpResponse:
    """What was previewed."""
    what = tokens.unsign(request, "invalidate")
    target = actions.target(what["target"])
    form = forms.ConfirmForm(_word(target), request.POST)
    if not form.is_valid():
        found = subjects.Found(**what["found"]) if what["found"] else None
        return _ask_to_invalidate(request, target, found, form)
    done = actions.carry_out(target, operator(request))
    tell_done(request, f"Invalidated {done.target}: {', '.join(done.tags[:6])}.", done.audit_id)
    return redirect("cache:operations")


def _invalidation_form(kind: str, request: HttpRequest) -> Any:
    match kind:
        case "user" | "scenario":
            return forms.SubjectForm(kind, request.POST)
        case "model":
            return forms.ModelForm(request.POST)
        case "operation":
            return forms.OperationForm(request.POST)
        case "all":
            return forms.EverythingForm(request.POST)
    raise Http404


def _ask_to_invalidate(
    request: HttpRequest,
    target: Target,
    found: subjects.Found | None,
    form: forms.ConfirmForm | None = None,
) -> HttpResponse:
    known = {"id": found.id, "name": found.name} if found else None
    what = {"target": list(target.asked), "found": known}
    preview = actions.preview(target, seconds=COUNTING_SECONDS)
    context = frame(
        request,
        f"Invalidate {target.name}",
        target=target,
        found=found,
        preview=preview,
        form=form
        or forms.ConfirmForm(_word(target), initial={"token": tokens.sign(request, "invalidate", what)}),
    )
    return render(request, "admin/cache/operations/invalidate.html", context, status=400 if form else 200)


def _word(target: Target) -> str:
    """What one types to confirm; empty for what is not broad."""
    return target.asked[-1] if target.is_broad else ""


# --- Warming ------------------------------------------------------------------------------------------------------


@operator_page
def warm(request: HttpRequest, name: str) -> HttpResponse:
    warmer = next((each for each in warming.known() if each.name == name), None)
    if warmer is None:
        raise Http404
    form = forms.WarmForm(warmer, request.POST)
    if form.is_valid():
        try:
            warmed = warming.begin(warmer, form.cleaned_data["of"], operator(request))
        except warming.NotWarmable as error:
            form.add_error("of", str(error))
        else:
            tell_done(request, f"The worker is warming “{warmed.name}”.", warmed.audit_id)
            return redirect("cache:operations")
    return show(request, **{f"warm_{name}": form})


def tell_done(request: HttpRequest, sentence: str, audit_id: int | None) -> None:
    """With the way to its line in the audit log, for those who may see it."""
    if request.user.has_perm(VIEW) and audit_id is not None:
        url = reverse("admin:caching_auditentry_change", args=[audit_id])
        messages.success(request, format_html('{} <a href="{}">Line in the audit log</a>', sentence, url))
    else:
        messages.success(request, sentence)
