"""An uploaded case study, its context files, and how far its analysis has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from platform_app.models.scenario import Scenario


class DocumentStatus(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being read"
    DONE = "done", "Finished"
    FAILED = "failed", "Failed"


class Stage(models.TextChoices):
    """What the analysis is at; the order is the order of work."""

    READING = "reading", "Reading the document"
    PEOPLE = "people", "Finding the people"
    SCENES = "scenes", "Drafting the scenes"
    OUTCOMES = "outcomes", "Writing the learning outcomes"
    IMAGES = "images", "Drawing the scenes"


class Document(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="documents")
    # The scenario stays when the document goes, and the other way round.
    scenario = models.OneToOneField(
        Scenario, on_delete=models.SET_NULL, null=True, blank=True, related_name="document"
    )
    file = models.FileField(upload_to="documents/")
    filename = models.CharField(max_length=255)
    size = models.PositiveIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content")
    status = models.CharField(max_length=8, choices=DocumentStatus, default=DocumentStatus.QUEUED)
    stage = models.CharField(max_length=8, choices=Stage, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="per cent")
    error = models.TextField(blank=True)
    notes = models.JSONField(
        default=list,
        blank=True,
        help_text="What the owner should know of the result: what was left out, and why.",
    )
    # Which run of the analysis the row belongs to. A run that was given up on, or whose document was deleted, finds
    # another number (or nothing) and stops, so that two runs never write one result.
    attempt = models.PositiveSmallIntegerField(default=0, editable=False)
    # When the queue or the worker last gave a sign of life; a running analysis without one has lost its worker.
    heard_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.filename

    @property
    def is_finished(self) -> bool:
        return self.status in (DocumentStatus.DONE, DocumentStatus.FAILED)


class ContextFile(models.Model):
    """Further material for the analysis: an exhibit, a company page, a teaching note."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="context_files")
    file = models.FileField(upload_to="documents/")
    filename = models.CharField(max_length=255)
    size = models.PositiveIntegerField(help_text="bytes")

    def __str__(self) -> str:
        return self.filename
