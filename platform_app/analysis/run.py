"""One run of an analysis: the only writer of a document's progress, in its row and in its event log.

The row says where the run is; the log carries, besides, what it has found so far, for pages that watch it grow. A run
owns its document only while the row is `running` under its own attempt number: one that was given up on, or whose
document was deleted, learns that at its next step.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from caching.errors import CacheUnavailable
from caching.events import EventLog
from platform_app.analysis.serializers import DocumentSerializer
from platform_app.models import Document, DocumentStatus, Stage

log = logging.getLogger(__name__)

LOG_SECONDS = 24 * 3600
# A running analysis beats every 20 s (`heartbeat`); a queued one waits for a free worker.
SILENT_AFTER = timedelta(seconds=90)
WAITED_TOO_LONG_AFTER = timedelta(hours=1)
# Where each stage begins, in per cent. The two long answers take most of the time.
BEGINS_AT = {Stage.READING: 2, Stage.PEOPLE: 10, Stage.SCENES: 38, Stage.OUTCOMES: 64, Stage.IMAGES: 74}
IMAGES_END_AT = 98


class Superseded(Exception):
    """The document is gone or belongs to another run: stop, and write nothing."""


def event_log(document_id: int) -> EventLog:
    return EventLog("document", document_id, ttl_seconds=LOG_SECONDS)


def is_lost() -> Q:
    """Analyses whose worker has died, or that nobody has ever taken up."""
    now = timezone.now()
    silent = Q(status=DocumentStatus.RUNNING, heard_at__lt=now - SILENT_AFTER)
    return silent | Q(status=DocumentStatus.QUEUED, heard_at__lt=now - WAITED_TOO_LONG_AFTER)


def seems_lost(status: str, heard_at: datetime) -> bool:
    """The same of values that were read before."""
    silence = timezone.now() - heard_at
    if status == DocumentStatus.RUNNING:
        return silence > SILENT_AFTER
    return status == DocumentStatus.QUEUED and silence > WAITED_TOO_LONG_AFTER


def state(document: Document) -> dict[str, Any]:
    """What the API shows of a document is what its events say."""
    return dict(DocumentSerializer(document).data)


def announce_end(document: Document) -> None:
    """The last two events of a log: `end` says the same as `state`, under a name on which a page can hang up.

    What has ended has ended, whether Redis can pass it on or not.
    """
    events = event_log(document.pk)
    try:
        events.append("state", state(document))
        events.append("end", state(document), last=True)
    except CacheUnavailable:
        log.exception("The end of the analysis of document %s could not be announced", document.pk)


class Run:
    def __init__(self, document: Document) -> None:
        self.document = document
        self._attempt = document.attempt
        self._log = event_log(document.pk)

    @classmethod
    def claim(cls, document_id: int) -> Run | None:
        """Begin. None: there is nothing to do, as the document is gone, finished, or with another worker."""
        free = Q(status=DocumentStatus.QUEUED) | is_lost()
        claimed = _update(
            Document.objects.filter(free, pk=document_id),
            status=DocumentStatus.RUNNING,
            attempt=F("attempt") + 1,
            stage="",
            progress=0,
            error="",
            heard_at=timezone.now(),
        )
        document = Document.objects.filter(pk=document_id).first() if claimed else None
        return cls(document) if document else None

    def enter(self, stage: Stage) -> None:
        self._write(stage=stage, progress=BEGINS_AT[stage])
        self._tell("state")

    def found(self, what: str, data: Mapping[str, Any]) -> None:
        """A part of the scenario is there: `what` is "people", "scenes", "outcomes" or "picture"."""
        self._log.append(what, dict(data))

    def drawn(self, count: int, *, of: int) -> None:
        """So many pictures are done, with or without success."""
        begin = BEGINS_AT[Stage.IMAGES]
        self._write(progress=begin + (IMAGES_END_AT - begin) * count // of)
        self._tell("state")

    def beat(self) -> None:
        _update(self._rows(), heard_at=timezone.now())

    def lock(self) -> Document:
        """The row, locked until the end of the transaction. Raises Superseded."""
        try:
            return self._rows().select_for_update().get()
        except Document.DoesNotExist as error:
            raise Superseded from error

    def finish(self, **fields: Any) -> None:
        """Within the transaction that saves the scenario; `announce_end` follows when it has been committed."""
        self._write(status=DocumentStatus.DONE, progress=100, finished_at=timezone.now(), **fields)

    def fail(self, sentence: str) -> None:
        self._write(status=DocumentStatus.FAILED, error=sentence, finished_at=timezone.now())
        announce_end(self.document)

    def _write(self, **fields: Any) -> None:
        fields["heard_at"] = timezone.now()
        if not _update(self._rows(), **fields):
            raise Superseded
        for name, value in fields.items():
            setattr(self.document, name, value)

    def _rows(self) -> QuerySet[Document]:
        return Document.objects.filter(
            pk=self.document.pk, status=DocumentStatus.RUNNING, attempt=self._attempt
        )

    def _tell(self, event: str) -> None:
        self._log.append(event, state(self.document))


def _update(row: QuerySet[Document], **fields: Any) -> int:
    # In a transaction the cache learns which row it was; by itself an UPDATE would concern everybody's documents, and
    # there is one every few seconds.
    with transaction.atomic():
        return row.update(**fields)
