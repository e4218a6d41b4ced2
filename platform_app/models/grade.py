"""Grades are stored once. What a professor changes is kept beside what the AI said, with a history."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from platform_app.models.scenario import Scene
from platform_app.models.simulation import Simulation

OVERDUE_AFTER = timedelta(minutes=5)
PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]


class GradeStatus(models.TextChoices):
    PENDING = "pending", "Being graded"
    READY = "ready", "Graded"
    FAILED = "failed", "Grading failed"


class Grade(models.Model):
    """The overall grade of one simulation. `score` is what counts: the professor's, or else the AI's."""

    simulation = models.OneToOneField(Simulation, on_delete=models.CASCADE, related_name="grade")
    status = models.CharField(max_length=8, choices=GradeStatus, default=GradeStatus.PENDING)
    error = models.TextField(blank=True)
    ai_score = models.PositiveSmallIntegerField(null=True, blank=True, validators=PER_CENT)
    score = models.PositiveSmallIntegerField(null=True, blank=True, validators=PER_CENT)
    summary = models.TextField(blank=True)
    strengths = models.JSONField(default=list, blank=True)
    advice = models.JSONField(default=list, blank=True)
    model = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When it was asked for."
    )
    graded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.simulation}: {self.score}"

    @property
    def is_overridden(self) -> bool:
        return self.score != self.ai_score

    @property
    def is_overdue(self) -> bool:
        """Nobody waits this long for the worker: the job got lost and may be asked for again."""
        return self.status == GradeStatus.PENDING and timezone.now() - self.created_at > OVERDUE_AFTER


class SceneGrade(models.Model):
    """One scene by the rubric. `criteria` is a list of {name, weight, level 0–4, score 0–100, reason, quote}."""

    grade = models.ForeignKey(Grade, on_delete=models.CASCADE, related_name="scene_grades")
    scene = models.ForeignKey(Scene, on_delete=models.SET_NULL, null=True, related_name="+")
    scene_title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField(validators=PER_CENT)
    criteria = models.JSONField(default=list)
    summary = models.TextField(blank=True)
    strengths = models.JSONField(default=list, blank=True)
    advice = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return f"{self.scene_title}: {self.score}"


class GradeChange(models.Model):
    """One override by a professor; never edited, never deleted alone."""

    grade = models.ForeignKey(Grade, on_delete=models.CASCADE, related_name="changes")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    old_score = models.PositiveSmallIntegerField(null=True, validators=PER_CENT)
    new_score = models.PositiveSmallIntegerField(validators=PER_CENT)
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.old_score} → {self.new_score}"
