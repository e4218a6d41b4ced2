"""The audit log, to be read. Nobody adds, changes or deletes a line here, not even a superuser."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from caching.admin.pages import VIEW
from caching.models import AuditEntry, Outcome

BADGES = {Outcome.DONE: "ok", Outcome.FAILED: "fail"}


@admin.register(AuditEntry)
class AuditAdmin(admin.ModelAdmin[AuditEntry]):
    list_display = ("began_at", "deed", "actor", "way", "how_it_ended", "counted")
    list_filter = ("operation", "outcome", "way")
    search_fields = ("actor", "target", "error", "=actor_id")
    date_hierarchy = "began_at"
    list_per_page = 50
    fields = (
        "operation",
        "target",
        ("began_at", "ended_at"),
        ("actor", "actor_id", "way"),
        "how_it_ended",
        "counted",
        "what_exactly",
        "error",
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return request.user.has_perm(VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": "Audit log", **(extra_context or {})})

    @admin.display(description="what", ordering="operation")
    def deed(self, entry: AuditEntry) -> str:
        return f"{entry.get_operation_display()} {entry.target}".strip()

    @admin.display(description="how many", ordering="affected", empty_value="not counted")
    def counted(self, entry: AuditEntry) -> str | None:
        return entry.how_many or None

    @admin.display(description="outcome", ordering="outcome")
    def how_it_ended(self, entry: AuditEntry) -> str:
        badge = BADGES.get(Outcome(entry.outcome), "warn")
        return format_html(
            '<span class="cache"><span class="badge {}">{}</span></span>', badge, entry.get_outcome_display()
        )

    @admin.display(description="exactly")
    def what_exactly(self, entry: AuditEntry) -> str:
        return format_html(
            '<pre class="value">{}</pre>', json.dumps(entry.detail, indent=2, ensure_ascii=False)
        )
