"""What outlives Redis: sessions of people who are signed in, and what agents remember. No row can open a session."""

from django.conf import settings
from django.db import models


class SavedSession(models.Model):
    """One session of somebody who is signed in. A session without a row is not restored: revoking deletes the row."""

    digest = models.CharField(primary_key=True, max_length=40, editable=False)
    # Without a constraint in the database: a sign-in that overlaps with the deletion of its user must not fail at its commit.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="saved_sessions",
        editable=False,
    )
    fields = models.TextField(editable=False, help_text="The session as one JSON object.")
    browser = models.CharField(max_length=80, blank=True, editable=False)
    address = models.CharField(max_length=45, blank=True, editable=False, help_text="Only its network.")
    created_at = models.DateTimeField("signed in", editable=False)
    seen_at = models.DateTimeField("last seen", editable=False)
    expires_at = models.DateTimeField("ends", db_index=True, editable=False)

    class Meta:
        verbose_name = "session"
        ordering = ("-seen_at", "digest")

    def __str__(self) -> str:
        return f"{self.browser or 'Unknown browser'}, {self.address or 'unknown address'}"


class SavedAgentSession(models.Model):
    """What one agent remembers of one simulation."""

    id = models.CharField(primary_key=True, max_length=40, editable=False)
    user_progress_id = models.BigIntegerField(db_index=True, editable=False)
    agent_type = models.CharField(max_length=64, editable=False)
    agent_id = models.CharField(max_length=64, blank=True, editable=False)
    config = models.JSONField(default=dict, editable=False)
    state = models.JSONField(default=dict, editable=False)
    transcript = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        verbose_name = "agent session"
        ordering = ("-used_at", "id")

    def __str__(self) -> str:
        return f"{self.agent_type} {self.agent_id}".strip()
