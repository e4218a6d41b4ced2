"""Scenarios with all that belongs to them on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.forms import Textarea
from django.http import HttpRequest

from platform_app.admin.invalidating import InvalidatesCache
from platform_app.models import LearningOutcome, Persona, Scenario, Scene

SHORT_TEXTS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.TextField: {"widget": Textarea({"rows": 4, "cols": 100})}
}


class OutcomeInline(admin.TabularInline):
    model = LearningOutcome
    extra = 0


class PersonaInline(admin.StackedInline):
    model = Persona
    extra = 0
    classes = ("collapse",)
    formfield_overrides = SHORT_TEXTS
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("position", "name", "role"),
                    "background",
                    "goals",
                    "knowledge",
                    "communication_style",
                )
            },
        ),
        (
            "Traits, 0–10",
            {"fields": (("analytical", "creative", "assertive", "collaborative", "detail_oriented"),)},
        ),
    )


class SceneInline(admin.StackedInline):
    """Personas present are set on the scene's own page, which knows whom the scenario has."""

    model = Scene
    extra = 0
    classes = ("collapse",)
    show_change_link = True
    formfield_overrides = SHORT_TEXTS
    fields = (
        ("position", "title", "turn_limit"),
        "description",
        "user_goal",
        "success_criteria",
        "image_prompt",
    )


@admin.register(Scenario)
class ScenarioAdmin(InvalidatesCache, admin.ModelAdmin):
    cached_as = "scenario"
    actions = ("invalidate_cache",)
    list_display = (
        "title",
        "owner",
        "status",
        "difficulty",
        "industry",
        "scenes_count",
        "simulations_count",
        "updated_at",
    )
    list_filter = ("status", "difficulty")
    list_select_related = ("owner",)
    search_fields = ("title", "description", "industry", "owner__email", "owner__name")
    date_hierarchy = "created_at"
    autocomplete_fields = ("owner",)
    readonly_fields = ("case_text", "created_at", "updated_at")
    inlines = (OutcomeInline, PersonaInline, SceneInline)
    fieldsets = (
        (None, {"fields": ("title", "owner", ("status", "published_at"))}),
        ("The case", {"fields": ("description", "challenge", "student_role", "industry")}),
        ("How it is played", {"fields": (("difficulty", "estimated_minutes"), "rubric")}),
        ("Source", {"fields": ("case_text", ("created_at", "updated_at")), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        counts = {
            "scenes_total": Count("scenes", distinct=True),
            "simulations_total": Count("simulations", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts).defer("case_text")

    @admin.display(description="scenes", ordering="scenes_total")
    def scenes_count(self, scenario: Scenario) -> int:
        return int(getattr(scenario, "scenes_total", 0))

    @admin.display(description="simulations", ordering="simulations_total")
    def simulations_count(self, scenario: Scenario) -> int:
        return int(getattr(scenario, "simulations_total", 0))


@admin.register(Scene)
class SceneAdmin(admin.ModelAdmin):
    list_display = ("title", "scenario", "position", "turn_limit")
    list_select_related = ("scenario",)
    search_fields = ("title", "scenario__title")
    autocomplete_fields = ("scenario",)
    exclude = ("image",)  # pictures are drawn and replaced in the editor, which also serves them
    formfield_overrides = SHORT_TEXTS

    def formfield_for_manytomany(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Only people of this scene's own scenario can be in it."""
        scene = request.resolver_match.kwargs.get("object_id")
        if db_field.name == "personas":
            kwargs["queryset"] = (
                Persona.objects.filter(scenario__scenes=scene) if scene else Persona.objects.none()
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)
