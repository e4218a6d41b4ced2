"""What outlives Redis. The cache knows no model of the platform, so that a scenario is the text that its scope has."""

from django.db import models
from django.utils import timezone

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


class Verdict(models.TextChoices):
    RIGHT = "right", "Same meaning"
    WRONG = "wrong", "Another meaning"


class ShadowHit(models.Model):
    """Two questions of which the semantic tier would have answered the one with the answer to the other, or nearly."""

    created_at = models.DateTimeField("when", default=timezone.now, db_index=True, editable=False)
    operation = models.CharField(max_length=OPERATION_CHARACTERS)
    model = models.CharField(max_length=MODEL_CHARACTERS)
    asked = models.TextField(blank=True)
    kept = models.TextField("answered with", blank=True)
    cosine = models.FloatField()
    objection = models.CharField(
        max_length=20, blank=True, help_text="What the guards say against it: then it is never answered."
    )
    is_hit = models.BooleanField("hit", help_text="Near enough and without objection.")
    answered = models.BooleanField(default=False, help_text="The tier was on, and a user got this answer.")
    verdict = models.CharField(max_length=5, choices=Verdict.choices, blank=True)
    judged_by = models.CharField(max_length=64, blank=True, help_text="The id of a user.")
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "question pair"
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("operation", "verdict"), name="shadow_hit_operation"),)

    def __str__(self) -> str:
        return f"{self.operation} {self.cosine:.3f}"


class ShadowDay(models.Model):
    """How many questions of one operation the semantic tier looked at on one day."""

    operation = models.CharField(max_length=OPERATION_CHARACTERS)
    day = models.DateField()
    asked = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    recorded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operation", "day"), name="one_shadow_day"),)

    def __str__(self) -> str:
        return f"{self.operation} {self.day}"
