"""Operations that take longer than a request may: each request does about a second of work, and the page goes on with the next.

Where the work stands is signed and comes back with the next request; its line in the audit log stays open until it has ended.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from caching.admin import operation_forms as forms
from caching.admin import operation_tokens as tokens
from caching.admin.operations import COUNTING_SECONDS, operator, operator_page, show, tell_done
from caching.admin.pages import frame
from caching.connection.walking import BEGINNING, Place, count_keys
from caching.models import AuditEntry, Operation, Outcome, Unchangeable
from caching.operations import auditing, cleaning, purging
from caching.operations.auditing import Deed
from caching.operations.purging import Selection

WORKING_SECONDS = 1.0
PAUSE_SECONDS = 0.002

State = dict[str, Any]
"""Where an operation stands, as JSON has it. What it has done so far is in its line of the audit log: a page that is sent twice
begins at the same place again, but what was done meanwhile stays counted."""


# --- Deleting by pattern ------------------------------------------------------------------------------------------


@operator_page
def preview_purge(request: HttpRequest) -> HttpResponse:
    form = forms.PurgeForm(request.POST)
    if not form.is_valid():
        return show(request, purge=form)
    selection = form.selection
    preview = purging.preview(selection, seconds=COUNTING_SECONDS)
    return _ask_to_purge(request, selection, preview)


@operator_page
def purge(request: HttpRequest) -> HttpResponse:
    """What was previewed."""
    what = tokens.unsign(request, "purge")
    selection = purging.select(what["start"], what["pattern"])
    preview = purging.Preview(what["matched"], tuple(what["sample"]), what["complete"])
    form = forms.ConfirmForm(_word(selection, preview), request.POST)
    if not form.is_valid():
        return _ask_to_purge(request, selection, preview, form)
    entry = auditing.begin(operator(request), Operation.PURGE, str(selection), counted="keys")
    total = preview.matched if preview.complete else None
    begun = {"start": what["start"], "pattern": what["pattern"], "total": total}
    return _work(request, entry, {**begun, "place": str(BEGINNING)})


def _ask_to_purge(
    request: HttpRequest,
    selection: Selection,
    preview: purging.Preview,
    form: forms.ConfirmForm | None = None,
) -> HttpResponse:
    what = {
        "start": selection.namespace.start,
        "pattern": selection.pattern,
        "matched": preview.matched,
        "sample": list(preview.sample),
        "complete": preview.complete,
    }
    token = tokens.sign(request, "purge", what)
    context = frame(
        request,
        f"Delete {selection}",
        selection=selection,
        preview=preview,
        operation=_operation_in(selection),
        form=form or forms.ConfirmForm(_word(selection, preview), initial={"token": token}),
    )
    return render(request, "admin/cache/operations/purge.html", context, status=400 if form else 200)


def _word(selection: Selection, preview: purging.Preview) -> str:
    return str(selection) if preview.is_broad(selection) else ""


def _operation_in(selection: Selection) -> str:
    """The one operation whose keys these are, if the pattern says so: it can be invalidated instead."""
    name, colon, rest = selection.pattern.partition(":")
    return name if colon and rest == "*" and name.replace("_", "").isalnum() else ""


# --- Cleaning up --------------------------------------------------------------------------------------------------


@operator_page
def clean_up(request: HttpRequest) -> HttpResponse:
    total = count_keys()
    entry = auditing.begin(operator(request), Operation.CLEAN_UP)
    return _work(request, entry, {"total": total, "place": str(BEGINNING)})


# --- Working in steps ---------------------------------------------------------------------------------------------


@operator_page
def go_on(request: HttpRequest) -> HttpResponse:
    entry, state = _taken_up(request)
    if entry.is_open:
        return _work(request, entry, state)
    messages.warning(request, "This operation has ended already.")
    return redirect("cache:operations")


@operator_page
def stop(request: HttpRequest) -> HttpResponse:
    entry, _ = _taken_up(request)
    try:
        entry.end(Outcome.STOPPED, affected=entry.affected)
    except Unchangeable:
        messages.warning(request, "This operation has ended already.")
    else:
        tell_done(request, f"Stopped: {entry}. What was done until then is done.", entry.pk)
    return redirect("cache:operations")


def _taken_up(request: HttpRequest) -> tuple[AuditEntry, State]:
    state = tokens.unsign(request, "go on")
    return AuditEntry.objects.get(pk=state["audit"]), state


def _work(request: HttpRequest, entry: AuditEntry, state: State) -> HttpResponse:
    """About a second of it. Then it has ended, or the page asks to go on."""
    give_up_at = time.monotonic() + WORKING_SECONDS
    work = _purge_some if entry.operation == Operation.PURGE else _clean_some
    with auditing.ending(entry) as deed:
        then = work(state, deed, give_up_at)
        deed.goes_on = then is not None
    if then is None:
        tell_done(request, _sentence(entry, state), entry.pk)
        return redirect("cache:operations")
    token = tokens.sign(request, "go on", {**state, "audit": entry.pk, "place": str(then)})
    title = f"Deleting {entry.target}" if entry.operation == Operation.PURGE else "Cleaning up"
    context = frame(request, title, state=state, token=token, lines=_lines(state))
    return render(request, "admin/cache/operations/going_on.html", context)


def _purge_some(state: State, deed: Deed, give_up_at: float) -> Place | None:
    selection = purging.select(state["start"], state["pattern"])
    state["done"] = deed.affected = deed.entry.affected or 0
    for step in purging.purge(selection, Place.parse(state["place"]), pause_seconds=PAUSE_SECONDS):
        state["done"] = deed.affected = deed.affected + step.deleted
        if step.then is None or time.monotonic() > give_up_at:
            return step.then
    return None


def _clean_some(state: State, deed: Deed, give_up_at: float) -> Place | None:
    so_far = deed.entry.detail
    total = cleaning.Total(deed, so_far.get("cleaned"), so_far.get("looked_at", 0))
    for step in cleaning.clean(Place.parse(state["place"]), pause_seconds=PAUSE_SECONDS):
        total.add(step)
        state["found"], state["done"] = dict(total.found), total.looked_at
        if step.then is None or time.monotonic() > give_up_at:
            return step.then
    return None


def _sentence(entry: AuditEntry, state: State) -> str:
    if entry.operation == Operation.PURGE:
        return f"Deleted {_keys(state['done'])}: {entry.target}."
    said = [f"{title.lower()}: {number:,}" for title, number in _lines(state) if number]
    return f"Cleaned up. {'; '.join(said) or 'There was nothing to take away'}. Looked at {_keys(state['done'])}."


def _lines(state: Mapping[str, Any]) -> list[tuple[str, int]]:
    found = state.get("found") or {}
    return [(each.title, found.get(each.name, 0)) for each in cleaning.known()] if "found" in state else []


def _keys(count: int) -> str:
    return f"{count:,} key{'' if count == 1 else 's'}"
