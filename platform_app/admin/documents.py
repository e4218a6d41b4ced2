"""Uploaded case studies and how far their analysis has come. Their content is for their owner only."""

from __future__ import annotations

from django.contrib import admin

from platform_app.admin.reading import ReadOnly, ReadOnlyInline
from platform_app.models import ContextFile, Document


class ContextFileInline(ReadOnlyInline, admin.TabularInline):
    model = ContextFile
    fields = readonly_fields = ("filename", "size")


@admin.register(Document)
class DocumentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("filename", "owner", "status", "stage", "progress", "size", "created_at", "finished_at")
    list_filter = ("status", "stage")
    list_select_related = ("owner",)
    search_fields = ("filename", "owner__email", "owner__name", "error")
    date_hierarchy = "created_at"
    exclude = ("file",)
    inlines = (ContextFileInline,)
