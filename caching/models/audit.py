"""Who did what to the cache, and when. A line is written before the deed and closed once after it; nobody changes it again."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

TARGET_CHARACTERS = 300


class Way(models.TextChoices):
    ADMIN = "admin", "Admin"
    API = "api", "API"
    COMMAND = "command", "Command line"


class Outcome(models.TextChoices):
    BEGUN = "begun", "Begun, and its end not heard of"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped before its end"
    FAILED = "failed", "Failed"


class Unchangeable(Exception):
    """Somebody tried to change the audit log."""


class AuditEntries(models.QuerySet["AuditEntry"]):
    """What is written stays as it is."""

    def update(self, **values: Any) -> NoReturn:
        raise Unchangeable("A line of the audit log is not changed.")

    def delete(self) -> NoReturn:
        raise Unchangeable("A line of the audit log is not deleted.")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise Unchangeable("A line of the audit log is not changed.")


class AuditEntry(models.Model):
    """One operation on the cache. `affected` is how many keys, rows or tags, as `detail` says; null: not counted."""

    began_at = models.DateTimeField("when", default=timezone.now, db_index=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    actor_id = models.CharField(
        max_length=64, blank=True, help_text="The id of the user; empty: the command line."
    )
    actor = models.CharField("who", max_length=254, help_text="The name at that time.")
    way = models.CharField(max_length=8, choices=Way)
    operation = models.CharField("what", max_length=32)
    target = models.CharField("to what", max_length=TARGET_CHARACTERS, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.BEGUN)
    affected = models.PositiveBigIntegerField("how many", null=True)
    detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = AuditEntries.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        ordering = ("-began_at", "-pk")
        default_permissions = ()
        permissions = (
            ("view_cache", "May see the cache: figures, keys, the audit log"),
            ("operate_cache", "May invalidate, delete, clean up and warm"),
            ("view_cache_values", "May read cached values, chats of other people among them"),
        )

    def __str__(self) -> str:
        return f"{self.operation} {self.target}".strip()

    def save(self, *args: Any, **options: Any) -> None:
        """Only once. `end` closes the line."""
        if not self._state.adding:
            raise Unchangeable("A line of the audit log is not changed.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise Unchangeable("A line of the audit log is not deleted.")

    def end(
        self,
        outcome: Outcome,
        *,
        affected: int | None = None,
        detail: dict[str, Any] | None = None,
        error: str = "",
    ) -> None:
        """Closes the line, once. Raises Unchangeable if it is closed already."""
        ends = {
            "ended_at": timezone.now(),
            "outcome": outcome,
            "affected": affected,
            "detail": {**self.detail, **(detail or {})},
            "error": error,
        }
        open_line = models.QuerySet["AuditEntry"](type(self)).filter(pk=self.pk, outcome=Outcome.BEGUN)
        if not open_line.update(**ends):
            raise Unchangeable("This line of the audit log is closed.")
        for name, value in ends.items():
            setattr(self, name, value)
