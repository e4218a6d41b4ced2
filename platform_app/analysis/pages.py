"""HTML pages: upload a case study, watch its analysis, get the original back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from platform_app.analysis import actions, selectors
from platform_app.analysis.filenames import media_type
from platform_app.analysis.forms import UploadForm
from platform_app.analysis.limits import count_analysis
from platform_app.analysis.steps import steps_of
from platform_app.analysis.uploads import MAX_CONTEXT_BYTES, MAX_CONTEXT_FILES, MAX_FILE_BYTES, MAX_PAGES
from platform_app.errors import DocumentUnreadable, InvalidInput, NotFound, TooManyAttempts
from platform_app.models import ContextFile, Document
from platform_app.paging import asked_page
from platform_app.requests import SignedInRequest, signed_in
from platform_app.throttling import address_of

LIMITS = {
    "file_megabytes": MAX_FILE_BYTES // 2**20,
    "pages": MAX_PAGES,
    "context_files": MAX_CONTEXT_FILES,
    "context_megabytes": MAX_CONTEXT_BYTES // 2**20,
}


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    selectors.require_author(request.user)
    if request.method != "POST":
        return _upload_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form, status=400)
    try:
        count_analysis(request.user, address_of(request))
        document = actions.upload_document(request.user, form.case, form.context)
    except TooManyAttempts as refused:
        form.add_error(None, refused.detail)
        response = _upload_page(request, form, status=refused.status)
        response["Retry-After"] = refused.headers["Retry-After"]
        return response
    except (DocumentUnreadable, InvalidInput) as refused:
        for error in refused.errors:
            form.add_error(error.attr, error.detail)
        return _upload_page(request, form, status=refused.status)
    return redirect("analysis:document", document.pk)


@signed_in
@never_cache
@require_GET
def document(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _current(request, pk)
    return render(request, "analysis/document.html", _progress_context(found))


@signed_in
@never_cache
@require_GET
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the document page that changes; htmx stops asking once it is finished."""
    found = _current(request, pk)
    status = HTMX_STOP_POLLING if found.is_finished else 200
    return render(
        request, "analysis/progress.html", {**_progress_context(found), "is_update": True}, status=status
    )


@signed_in
@require_POST
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.get_own_document(request.user, pk)
    count_analysis(request.user, address_of(request))
    actions.retry(found)
    return redirect("analysis:document", pk)


@signed_in
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.get_own_document(request.user, pk)
    actions.delete_document(found)
    messages.success(request, f"“{found.filename}” has been removed.")
    return redirect("analysis:upload")


@signed_in
@require_GET
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    return _download(selectors.get_own_document(request.user, pk))


@signed_in
@require_GET
def context_file(request: SignedInRequest, document_pk: int, pk: int) -> HttpResponse:
    return _download(selectors.get_own_context_file(request.user, document_pk, pk))


def _current(request: SignedInRequest, pk: int) -> Document:
    selectors.require_author(request.user)
    actions.give_up_lost(request.user)
    return selectors.get_own_document(request.user, pk)


def _upload_page(request: SignedInRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    actions.give_up_lost(request.user)
    earlier = selectors.document_page(request.user.pk, asked_page(request.GET.get("page")))
    return render(
        request, "analysis/upload.html", {"form": form, "page": earlier, "limits": LIMITS}, status=status
    )


def _progress_context(found: Document) -> dict[str, Any]:
    watched = selectors.watch(found)
    return {
        "document": found,
        "steps": steps_of(found),
        "outline": watched.outline,
        "last_event_id": watched.last_event_id,
    }


def _download(stored: Document | ContextFile) -> HttpResponse:
    """The original under its own name; always saved and never shown, whatever is in it."""
    try:
        with stored.file.open("rb") as content:
            response = HttpResponse(content.read(), content_type=media_type(stored.filename))
    except FileNotFoundError as error:
        raise NotFound("This file is no longer stored.") from error
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=stored.filename)
    response["Cache-Control"] = "private, no-store"
    return response
