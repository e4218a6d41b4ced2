"""Reading documents: everybody sees his own only, and only those who may make scenarios have any."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from platform_app.analysis.outline import Outline, gather, of_scenario
from platform_app.analysis.run import event_log
from platform_app.errors import NotAllowed, NotFound
from platform_app.models import ContextFile, Document, DocumentStatus, User
from platform_app.scenarios.actions import may_make_scenarios


@dataclass(frozen=True)
class Watched:
    """What an analysis has found so far, and the event after which a page that shows it goes on listening."""

    outline: Outline
    last_event_id: str = ""


def require_author(user: User) -> None:
    """Raises NotAllowed for students."""
    if not may_make_scenarios(user):
        raise NotAllowed("Only professors can upload case studies.")


def list_own_documents(owner: User) -> QuerySet[Document]:
    """The newest first. Raises NotAllowed for students."""
    require_author(owner)
    return Document.objects.filter(owner=owner).select_related("scenario")


def get_own_document(owner: User, pk: int) -> Document:
    """Raises NotAllowed for students, NotFound for what is unknown or somebody else's."""
    document = list_own_documents(owner).filter(pk=pk).first()
    if document is None:
        raise NotFound
    return document


def get_own_context_file(owner: User, document_pk: int, pk: int) -> ContextFile:
    """Raises like `get_own_document`."""
    piece = get_own_document(owner, document_pk).context_files.filter(pk=pk).first()
    if piece is None:
        raise NotFound
    return piece


def watch(document: Document) -> Watched:
    """Of a finished analysis the scenario as it is now; of a failed one nothing, as nothing was saved."""
    if document.scenario is not None:
        return Watched(of_scenario(document.scenario))
    if document.status == DocumentStatus.FAILED:
        return Watched(Outline())
    events = event_log(document.pk).read()
    return Watched(gather(events), events[-1].id if events else "")
