"""Answers to other questions of the same meaning: an administrator judges the pairs, and sees how often they were right.

The questions are texts of users: only administrators see them, whatever rights somebody else was given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html

from caching.ai.semantic import measured, shadow
from caching.ai.semantic.measured import Measured, Verdicts
from caching.models import ShadowHit, Verdict
from platform_app.admin.reading import ReadOnly

NOT_JUDGED = "none"


class VerdictFilter(admin.SimpleListFilter):
    title = "verdict"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(NOT_JUDGED, "Not judged"), *Verdict.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ShadowHit]) -> QuerySet[ShadowHit]:
        if value := self.value():
            return queryset.filter(verdict="" if value == NOT_JUDGED else value)
        return queryset


class CosineFilter(admin.SimpleListFilter):
    title = "cosine"
    parameter_name = "cosine_from"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(low), _band(low, high)) for low, high in pairwise(measured.EDGES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ShadowHit]) -> QuerySet[ShadowHit]:
        for low, high in pairwise(measured.EDGES):
            if self.value() == str(low):
                return queryset.filter(cosine__gte=low, cosine__lt=high)
        return queryset


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what was measured, as it is shown."""

    label: str
    of: Verdicts

    @property
    def precision(self) -> str:
        return "–" if self.of.precision is None else _percent(self.of.precision)

    @property
    def interval(self) -> str:
        low, high = self.of.interval
        return f"{_percent(low)} to {_percent(high)}" if self.of.judged else "–"


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of one operation."""

    measured: Measured

    @property
    def hit_rate(self) -> str:
        return "–" if self.measured.hit_rate is None else _percent(self.measured.hit_rate)

    def lines(self) -> Iterator[Line]:
        yield Line("Hits: near enough, no objection", self.measured.verdicts)
        yield Line("Refused by the guards: these should be wrong", self.measured.refused)
        for band in self.measured.bands:
            if band.verdicts.pairs:
                yield Line(f"No objection, cosine {_band(band.at_least, band.below)}", band.verdicts)


@admin.register(ShadowHit)
class ShadowHitAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("day", "operation", "question", "other_question", "nearness", "outcome", "verdict")
    list_filter = (VerdictFilter, "is_hit", "answered", CosineFilter, "operation", "objection")
    list_per_page = 50
    search_fields = ("asked", "kept")
    actions = ("judge_right", "judge_wrong")
    readonly_fields = ("nearness",)
    fields = (
        ("asked", "kept"),
        ("nearness", "objection"),
        ("is_hit", "answered"),
        ("operation", "model", "created_at"),
        ("verdict", "judged_by", "judged_at"),
    )

    class Media:
        css = {"all": ("platform/semantic_admin.css",)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: ShadowHit | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: ShadowHit | None = None) -> bool:
        return bool(request.user.is_superuser)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tables = [Table(measured.precision(operation)) for operation in measured.operations()]
        context = {"title": "Question pairs", **(extra_context or {}), "tables": tables}
        return super().changelist_view(request, context)

    @admin.display(description="when", ordering="created_at")
    def day(self, hit: ShadowHit) -> str:
        return f"{timezone.localtime(hit.created_at):%b %-d, %H:%M}"

    @admin.display(description="asked", ordering="asked")
    def question(self, hit: ShadowHit) -> str:
        return _text(hit.asked)

    @admin.display(description="answered with", ordering="kept")
    def other_question(self, hit: ShadowHit) -> str:
        return _text(hit.kept)

    @admin.display(description="cosine", ordering="cosine")
    def nearness(self, hit: ShadowHit) -> str:
        return f"{hit.cosine:.3f}"

    @admin.display(description="outcome")
    def outcome(self, hit: ShadowHit) -> str:
        if hit.objection:
            return f"refused: {hit.objection}"
        if hit.is_hit:
            return "answered" if hit.answered else "would be a hit"
        return "not near enough"

    @admin.action(description="Same meaning: the answer to the one answers the other")
    def judge_right(self, request: HttpRequest, hits: QuerySet[ShadowHit]) -> None:
        self._judge(request, hits, Verdict.RIGHT)

    @admin.action(description="Another meaning: that answer would be wrong")
    def judge_wrong(self, request: HttpRequest, hits: QuerySet[ShadowHit]) -> None:
        self._judge(request, hits, Verdict.WRONG)

    def _judge(self, request: HttpRequest, hits: QuerySet[ShadowHit], verdict: Verdict) -> None:
        judged = shadow.judge(hits, verdict, by=str(request.user.pk))
        self.message_user(
            request, f"Judged {judged} pair{'' if judged == 1 else 's'}: {verdict.label.lower()}."
        )


def _text(question: str) -> str:
    return format_html('<span class="question">{}</span>', question or "(no longer kept)")


def _band(low: float, high: float) -> str:
    return f"{low:.2f} and more" if high > 1 else f"{low:.2f} to {high:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
