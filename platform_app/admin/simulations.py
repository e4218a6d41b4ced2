"""How simulations went, what was said in them, how they were graded."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from platform_app.admin.reading import ReadOnly, ReadOnlyInline
from platform_app.models import Grade, GradeChange, Message, SceneGrade, SceneProgress, Simulation


class SceneProgressInline(ReadOnlyInline, admin.TabularInline):
    model = SceneProgress
    verbose_name_plural = "scenes so far"
    fields = readonly_fields = (
        "scene",
        "outcome",
        "turns_used",
        "hints_used",
        "goal_reached",
        "confidence",
        "reasoning",
        "ended_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SceneProgress]:
        return super().get_queryset(request).select_related("scene")


class MessageInline(ReadOnlyInline, admin.TabularInline):
    model = Message
    fields = readonly_fields = ("position", "scene", "author", "persona_name", "text", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("scene")


@admin.register(Simulation)
class SimulationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("scenario", "student", "status", "current_scene", "started_at", "completed_at")
    list_filter = ("status",)
    list_select_related = ("scenario", "student", "current_scene")
    search_fields = ("student__email", "student__name", "scenario__title")
    date_hierarchy = "started_at"
    inlines = (SceneProgressInline, MessageInline)


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("simulation", "position", "author", "persona_name", "beginning", "model", "created_at")
    list_filter = ("author", "is_command", "model")
    list_select_related = ("simulation__scenario", "simulation__student")
    search_fields = ("text", "persona_name", "simulation__student__email")
    date_hierarchy = "created_at"

    @admin.display(description="text")
    def beginning(self, message: Message) -> str:
        return message.text[:80]


class SceneGradeInline(ReadOnlyInline, admin.StackedInline):
    model = SceneGrade
    fields = readonly_fields = ("scene_title", "score", "criteria", "summary", "strengths", "advice")


class GradeChangeInline(ReadOnlyInline, admin.TabularInline):
    model = GradeChange
    fields = readonly_fields = ("created_at", "changed_by", "old_score", "new_score", "reason")


@admin.register(Grade)
class GradeAdmin(ReadOnly, admin.ModelAdmin):
    """Grades are changed by the scenario's owner on the results page, which asks for a reason and keeps the history."""

    list_display = ("simulation", "status", "ai_score", "score", "model", "graded_at")
    list_filter = ("status", "model")
    list_select_related = ("simulation__scenario", "simulation__student")
    search_fields = ("simulation__student__email", "simulation__student__name", "simulation__scenario__title")
    date_hierarchy = "created_at"
    inlines = (SceneGradeInline, GradeChangeInline)
