"""The keys of Redis in the admin: a list that is looked through a page at a time, and a page of each key. Nothing is changed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from caching.admin.pages import VALUES, VIEW, cache_page, frame
from caching.inspection import names
from caching.inspection.browsing import Page, browse, named
from caching.inspection.facts import Facts
from caching.inspection.namespaces import Content, known
from caching.inspection.places import BadPlace, Place
from caching.inspection.searches import EVERYTHING, FOREIGN, OURS, TYPES, BadSearch, Search
from caching.inspection.values import Opened, open_key
from caching.inspection.wording import lasting, size
from caching.models import Operation, Way
from caching.operations import auditing

PLACE = "from"
MOST_NAME_CHARACTERS = 300
MOST_GROUNDS = 100
UNKNOWN = "unknown"


class SearchForm(forms.Form):
    text = forms.CharField(
        label="Name",
        required=False,
        strip=False,
        help_text="A word that the name contains, or a pattern with * and ? for the whole name.",
    )
    namespace = forms.ChoiceField(label="Kind", required=False)
    scope = forms.CharField(
        label="Belongs to",
        required=False,
        help_text="user:7, scenario:456, or any tag. Entries are opened for this: it is slower, and they count as just used.",
    )
    type = forms.ChoiceField(
        label="Type in Redis", required=False, choices=[("", "Any"), *((each, each) for each in TYPES)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(each.start, f"{each.start}* {each.title}") for each in known()]
        self.fields["namespace"].choices = [  # type: ignore[attr-defined]
            (EVERYTHING, "All keys"),
            (OURS, "All of ours"),
            *kinds,
            (FOREIGN, "Keys of other programs"),
        ]

    def clean(self) -> dict[str, Any]:
        try:
            self.search = Search(**self.cleaned_data)
        except BadSearch as error:
            raise ValidationError(str(error)) from error
        except TypeError:
            self.search = Search()  # a field is in error, and says so
        return self.cleaned_data


@cache_page(VIEW)
def key_list(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    context: dict[str, Any] = {"form": form}
    status = 200
    try:
        if form.is_valid():
            context |= _listed(request, browse(form.search, _place(request)))
            context["exact"] = _exact(form.search)
        else:
            status = 400
    except BadPlace as error:
        context["fault"], status = str(error), 400
    return render(request, "admin/cache/keys.html", frame(request, "Keys", **context), status=status)


@cache_page(VIEW)
def one_key(request: HttpRequest, address: str) -> HttpResponse:
    try:
        name = names.name_at(address)
    except ValueError as error:
        return _no_key(request, str(error))
    may_read = request.user.has_perm(VALUES)
    opened = open_key(name, may_read_cached=may_read)
    if opened is None:
        return _no_key(request, "This key is not there any more: it has expired, or was deleted.")
    namespace = opened.facts.namespace
    if may_read and namespace is not None and namespace.content is Content.CACHED:
        # Somebody may have written it. If no record can be kept of who read it, it is not shown.
        with auditing.audited(auditing.operator(request.user, Way.ADMIN), Operation.READ, names.shown(name)):
            pass
    return render(request, "admin/cache/key.html", frame(request, "Key", **_described(opened)))


def _place(request: HttpRequest) -> Place | None:
    text = request.GET.get(PLACE, "")
    return Place.of(text) if text else None


def _listed(request: HttpRequest, page: Page) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop(PLACE, None)
    again_query = query.urlencode()
    if page.next is not None:
        query[PLACE] = str(page.next)
    return {
        "page": page,
        "rows": [_row(facts) for facts in page.keys],
        "progress": _progress(page),
        "is_continued": bool(request.GET.get(PLACE)),
        "again_query": again_query,
        "next_query": query.urlencode(),
    }


def _exact(search: Search) -> dict[str, Any] | None:
    facts = named(search.text) if search.is_word else None
    return _row(facts) if facts else None


def _progress(page: Page) -> str:
    said = f"All of about {page.total:,} keys were looked at."
    if page.next is not None:
        said = f"Looked at about {page.looked_at:,} of {page.total:,} keys."
    if page.unread:
        said += f" {page.unread:,} large ones were not opened: to whom they belong is not known."
    return said


def _row(facts: Facts) -> dict[str, Any]:
    name = names.shown(facts.name)
    is_cut = len(name) > MOST_NAME_CHARACTERS
    return {
        "name": f"{name[:MOST_NAME_CHARACTERS]}…" if is_cut else name,
        "address": names.address_of(facts.name) if facts.namespace else "",
        **_in_words(facts),
    }


def _in_words(facts: Facts) -> dict[str, Any]:
    has_end = facts.ttl_ms is not None and facts.ttl_ms >= 0
    return {
        "facts": facts,
        "type": facts.type or UNKNOWN,
        "ttl": lasting((facts.ttl_ms or 0) / 1000) if has_end else UNKNOWN,
        "ttl_exact": f"{(facts.ttl_ms or 0) / 1000:,.3f} s" if has_end else "",
        "size": size(facts.size_bytes),
        "size_exact": "" if facts.size_bytes is None else f"{facts.size_bytes:,} bytes",
        "idle": _used(facts.idle_seconds),
    }


def _used(idle_seconds: int | None) -> str:
    if idle_seconds is None:
        return UNKNOWN
    return f"{lasting(idle_seconds)} ago" if idle_seconds else "just now"


def _described(opened: Opened) -> dict[str, Any]:
    grounds = opened.validity.grounds if opened.validity else ()
    unshown = len(grounds) - MOST_GROUNDS + (opened.validity.unasked if opened.validity else 0)
    return {
        "opened": opened,
        "name": names.shown(opened.facts.name),
        "grounds": [(names.shown(ground.tag), ground) for ground in grounds[:MOST_GROUNDS]],
        "unshown": f"{unshown:,} more tags are not shown." if unshown > 0 else "",
        **_in_words(opened.facts),
    }


def _no_key(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "admin/cache/key.html", frame(request, "Key", why_none=why), status=404)
