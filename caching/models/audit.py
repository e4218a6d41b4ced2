"""Who did what to the cache, and when. A line is written before the deed and closed once after it; nobody changes it again."""

from typing import Any, NoReturn

from django.db import models
from django.db.models.constants import OnConflict
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

TARGET_CHARACTERS = 300


class Way(models.TextChoices):
    ADMIN = "admin", "Admin"
    API = "api", "API"
    COMMAND = "command", "Command line"


class Operation(models.TextChoices):
    INVALIDATE = "invalidate", "Invalidate"
    PURGE = "purge", "Delete keys"
    CLEAN_UP = "clean up", "Clean up"
    WARM = "warm", "Warm"
    READ = "read", "Read a value"


class Outcome(models.TextChoices):
    BEGUN = "begun", "Begun, and its end not heard of"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped before its end"
    FAILED = "failed", "Failed"


class Unchangeable(Exception):
    """Somebody tried to change the audit log."""


def _refuse_change(*args: Any, **options: Any) -> NoReturn:
    raise Unchangeable("A line of the audit log is not changed.")


def _refuse_deletion(*args: Any, **options: Any) -> NoReturn:
    raise Unchangeable("A line of the audit log is not deleted.")


class AuditEntries(models.QuerySet["AuditEntry"]):
    """What is written stays as it is: also behind Django's own back doors, which have an underscore."""

    update = _update = bulk_update = _refuse_change
    delete = _raw_delete = _refuse_deletion

    def _insert(self, *args: Any, **options: Any) -> Any:
        """Not with `update_conflicts`, which would change lines: `bulk_create` ends here, however it is called."""
        if options.get("on_conflict") == OnConflict.UPDATE:
            _refuse_change()
        return super()._insert(*args, **options)  # type: ignore[misc]


class AuditEntry(models.Model):
    """One operation on the cache. `affected` is how many keys, rows or tags, as `detail` says; null: not counted.

    Its writes are not announced in Redis: that Redis is dead has to be written down here too. So no result of a cached
    function that reads this table is kept.
    """

    is_uncached = True

    began_at = models.DateTimeField("when", default=timezone.now, db_index=True, editable=False)
    ended_at = models.DateTimeField("ended", null=True, editable=False)
    actor_id = models.CharField(
        "id of who", max_length=64, blank=True, help_text="The id of the user; empty: the command line."
    )
    actor = models.CharField("who", max_length=254, help_text="The name at that time.")
    way = models.CharField(max_length=8, choices=Way)
    operation = models.CharField("what", max_length=32, choices=Operation)
    target = models.CharField("to what", max_length=TARGET_CHARACTERS, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.BEGUN)
    affected = models.PositiveBigIntegerField("how many", null=True)
    detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = AuditEntries.as_manager()

    class Meta:
        verbose_name = "line of the audit log"
        verbose_name_plural = "lines of the audit log"
        ordering = ("-began_at", "-pk")
        # What Django does by itself, such as deleting an object, goes the same way.
        base_manager_name = "objects"
        default_permissions = ()
        permissions = (
            ("view_cache", "May see the cache: figures, keys, the audit log"),
            ("operate_cache", "May invalidate, delete, clean up and warm"),
            ("view_cache_values", "May read cached values, chats of other people among them"),
        )

    def __str__(self) -> str:
        return f"{self.operation} {self.target}".strip()

    def save(self, *args: Any, force_update: bool = False, **options: Any) -> None:
        """Only once. `end` closes the line."""
        if force_update or not self._state.adding:
            _refuse_change()
        # A key that is given could be that of a line which is there: Django would change that one.
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        _refuse_deletion()

    @property
    def how_many(self) -> str:
        """`affected` for people; empty: not counted."""
        return "" if self.affected is None else f"{self.affected:,}"

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.BEGUN

    def note(self, *, affected: int, detail: dict[str, Any] | None = None) -> None:
        """How far an operation of several steps has come. Raises Unchangeable if the line is closed."""
        self._write(affected=affected, detail={**self.detail, **(detail or {})})

    def end(
        self,
        outcome: Outcome,
        *,
        affected: int | None = None,
        detail: dict[str, Any] | None = None,
        error: str = "",
    ) -> None:
        """Closes the line, once. Raises Unchangeable if it is closed already."""
        self._write(
            ended_at=timezone.now(),
            outcome=outcome,
            affected=affected,
            detail={**self.detail, **(detail or {})},
            error=error,
        )

    def _write(self, **changes: Any) -> None:
        open_line = models.QuerySet["AuditEntry"](type(self)).filter(pk=self.pk, outcome=Outcome.BEGUN)
        if not open_line.update(**changes):
            raise Unchangeable("This line of the audit log is closed.")
        for name, value in changes.items():
            setattr(self, name, value)


@receiver(pre_delete, sender=AuditEntry)
def refuse_deletion(**signal: Any) -> None:
    """Django deletes objects that it has collected, those of a page of the admin for instance, past the methods above."""
    _refuse_deletion()
