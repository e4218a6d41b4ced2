"""The AI ledger's days. The cache knows no model of the platform, so that a scenario is the text that its scope has."""

from django.db import models

from caching.ai.ledger.sheets import MODEL_CHARACTERS, OPERATION_CHARACTERS, SCENARIO_CHARACTERS

_Count = models.PositiveBigIntegerField


class AILedgerLine(models.Model):
    """What one operation took with one model in one scenario on one day (of UTC), as a sheet of Redis says.

    There is one sheet a day, and a second one only if Redis lost the first. Money is computed when somebody asks.
    """

    day = models.DateField()
    sheet = models.CharField(max_length=16, editable=False)
    operation = models.CharField(max_length=OPERATION_CHARACTERS)
    model = models.CharField(max_length=MODEL_CHARACTERS)
    scenario = models.CharField(max_length=SCENARIO_CHARACTERS, blank=True)

    fresh_requests = _Count(default=0)
    unkept_requests = _Count(default=0)
    failed_requests = _Count(default=0)
    near_requests = _Count(default=0)
    hit_requests = _Count(default=0)
    joined_requests = _Count(default=0)
    stale_requests = _Count(default=0)
    spent_input_tokens = _Count(default=0)
    spent_cached_input_tokens = _Count(default=0)
    spent_output_tokens = _Count(default=0)
    spent_pictures = _Count(default=0)
    saved_input_tokens = _Count(default=0)
    saved_cached_input_tokens = _Count(default=0)
    saved_output_tokens = _Count(default=0)
    saved_pictures = _Count(default=0)

    class Meta:
        verbose_name = "line of the AI ledger"
        verbose_name_plural = "AI ledger"
        ordering = ("-day", "operation", "model", "scenario")
        constraints = (
            models.UniqueConstraint(
                fields=("day", "sheet", "operation", "model", "scenario"),
                name="ai_ledger_one_line_an_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}: {self.operation} with {self.model}"
