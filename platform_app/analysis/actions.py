"""Uploading a case study, and what its owner can do with it afterwards.

A file that is refused leaves nothing behind: everything is checked before anything is stored, and what was stored is
taken back if the job cannot be queued.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from caching.connection import raising_cache_unavailable
from platform_app.analysis.run import announce_end, event_log, is_lost, state
from platform_app.analysis.selectors import has_lost_documents, require_author
from platform_app.analysis.tasks import analyze_document
from platform_app.analysis.uploads import Accepted, accept
from platform_app.errors import Conflict
from platform_app.models import ContextFile, Document, DocumentStatus, User

WORKER_LOST = (
    "The analysis stopped in the middle, because the program that was doing it ended. Nothing was saved. "
    "Start it again."
)
NEVER_BEGUN = (
    "The analysis has waited for more than an hour and nobody took it up. Start it again; if that does not help, tell "
    "the operator of this platform that no worker is running."
)


def upload_document(owner: User, file: UploadedFile, context_files: Sequence[UploadedFile] = ()) -> Document:
    """Stores a case study with its context files and queues its analysis.

    Raises NotAllowed for students, DocumentUnreadable and InvalidInput for files that are refused (`errors` names "file"
    or "context_files"), CacheUnavailable if the job cannot be queued. In all these cases nothing is left behind.
    """
    require_author(owner)
    case, context = accept(file, context_files)
    stored: list[str] = []
    try:
        with transaction.atomic():
            document = _store(owner, case, context, stored)
            transaction.on_commit(partial(_queue_or_erase, document))
    except Exception:
        _discard(stored)
        raise
    return document


def retry(document: Document) -> None:
    """Queues a failed analysis again. Raises Conflict for one that has not failed, CacheUnavailable."""
    with transaction.atomic():
        again = Document.objects.filter(pk=document.pk, status=DocumentStatus.FAILED).update(
            status=DocumentStatus.QUEUED,
            stage="",
            progress=0,
            error="",
            finished_at=None,
            heard_at=timezone.now(),
        )
        if not again:
            raise Conflict("Only an analysis that has failed can be started again.")
        transaction.on_commit(partial(_queue_or_fail_again, document.pk, document.error))
    document.refresh_from_db()


def delete_document(document: Document) -> None:
    """Removes the document and its files for good. Its scenario stays; a running analysis ends without one."""
    files = _files_of(document)
    with transaction.atomic():
        document.delete()
        transaction.on_commit(partial(_discard, files))


def give_up_lost(owner: User) -> None:
    """Analyses whose worker has died become failed, so that their owner can start them again. Called before reading."""
    if not has_lost_documents(owner.pk):
        return
    for document in Document.objects.filter(is_lost(), owner=owner):
        sentence = NEVER_BEGUN if document.status == DocumentStatus.QUEUED else WORKER_LOST
        lost = Document.objects.filter(is_lost(), pk=document.pk)
        if lost.update(status=DocumentStatus.FAILED, error=sentence, finished_at=timezone.now()):
            document.refresh_from_db()
            announce_end(document)


def _store(owner: User, case: Accepted, context: Sequence[Accepted], stored: list[str]) -> Document:
    """The rows and files; `stored` gets the name of each file as soon as it exists."""
    document = Document(
        owner=owner, filename=case.filename, size=len(case.data), digest=hashlib.sha256(case.data).hexdigest()
    )
    pieces = [ContextFile(document=document, filename=one.filename, size=len(one.data)) for one in context]
    rows: list[Document | ContextFile] = [document, *pieces]
    for row, accepted in zip(rows, [case, *context], strict=True):
        row.file.save(f"{uuid4().hex}.{accepted.kind}", ContentFile(accepted.data), save=False)
        stored.append(str(row.file.name))
        row.save()
    return document


def _queue(document: Document) -> None:
    # The log goes first: its client gives up on a frozen Redis within 1.5 s, the queue's would wait.
    events = event_log(document.pk)
    events.reset()
    events.append("state", state(document))
    with raising_cache_unavailable():
        analyze_document.enqueue(document.pk)


def _queue_or_erase(document: Document) -> None:
    try:
        _queue(document)
    except Exception:
        delete_document(document)
        raise


def _queue_or_fail_again(document_pk: int, error: str) -> None:
    try:
        _queue(Document.objects.get(pk=document_pk))
    except Exception:
        Document.objects.filter(pk=document_pk, status=DocumentStatus.QUEUED).update(
            status=DocumentStatus.FAILED, error=error, finished_at=timezone.now()
        )
        raise


def _files_of(document: Document) -> list[str]:
    return [document.file.name, *document.context_files.values_list("file", flat=True)]


def _discard(files: Sequence[str]) -> None:
    for name in files:
        default_storage.delete(name)
