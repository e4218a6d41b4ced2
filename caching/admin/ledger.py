"""The days of the AI ledger, to be read by administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from caching.admin.ledger_charts import ledger_charts
from caching.ai.ledger import prices
from caching.ai.ledger.days import counts_of
from caching.ai.ledger.report import ledger_report
from caching.inspection.wording import usd
from caching.models import AILedgerLine

DAYS = 30
UNKNOWN = "unknown"


@admin.register(AILedgerLine)
class AILedgerAdmin(admin.ModelAdmin[AILedgerLine]):
    """Lines are copied from Redis about every ten minutes; the totals above them are those of this moment."""

    list_display = (
        "day",
        "operation",
        "model",
        "scenario",
        "requests",
        "hits",
        "spent_tokens",
        "saved_tokens",
        "spent",
        "saved",
    )
    list_filter = ("operation", "model")
    search_fields = ("operation", "model", "=scenario")
    date_hierarchy = "day"
    list_per_page = 50

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Who may not see the lines gets no totals either: super() refuses him.
        summary = _summary() if self.has_view_permission(request) else {}
        return super().changelist_view(request, {"title": "AI ledger", **(extra_context or {}), **summary})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AILedgerLine | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AILedgerLine | None = None) -> bool:
        return False

    @admin.display(description="requests")
    def requests(self, line: AILedgerLine) -> str:
        return f"{counts_of(line).requests:,}"

    @admin.display(description="hits")
    def hits(self, line: AILedgerLine) -> str:
        return f"{counts_of(line).spared_requests:,}"

    @admin.display(description="tokens spent")
    def spent_tokens(self, line: AILedgerLine) -> str:
        return f"{line.spent_input_tokens + line.spent_output_tokens:,}"

    @admin.display(description="tokens saved")
    def saved_tokens(self, line: AILedgerLine) -> str:
        return f"{line.saved_input_tokens + line.saved_output_tokens:,}"

    @admin.display(description="spent")
    def spent(self, line: AILedgerLine) -> str:
        money = prices.money(line.model, counts_of(line))
        return UNKNOWN if money is None else usd(money.spent_usd)

    @admin.display(description="saved")
    def saved(self, line: AILedgerLine) -> str:
        money = prices.money(line.model, counts_of(line))
        return UNKNOWN if money is None else usd(money.saved_usd)


def _summary() -> dict[str, Any]:
    report = ledger_report(DAYS)
    return {"ledger": report, "charts": ledger_charts(report)}
