"""Pairs of questions that the semantic tier has seen, and what people said of them."""

from django.db import models
from django.utils import timezone

from caching.ai.ledger.sheets import MODEL_CHARACTERS, OPERATION_CHARACTERS


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
