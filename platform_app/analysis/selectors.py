"""Reading documents: everybody sees his own only, and only those who may make scenarios have any. What is read is cached;
an instance is a copy to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.models import QuerySet

from caching import cache_user_query
from platform_app.analysis.outline import Outline, gather, of_scenario
from platform_app.analysis.run import event_log, seems_lost
from platform_app.errors import NotAllowed, NotFound
from platform_app.models import ContextFile, Document, DocumentStatus, Scenario, Stage, User
from platform_app.paging import Page, page_of
from platform_app.scenarios.actions import may_make_scenarios
from platform_app.scenarios.selectors import scenario_with_parts

PAGE_SIZE = 20
COLUMNS = ("id", "filename", "size", "status", "stage", "progress", "scenario_id", "created_at")


@dataclass(frozen=True)
class Watched:
    """What an analysis has found so far, and the event after which a page that shows it goes on listening."""

    outline: Outline
    last_event_id: str = ""


@dataclass(frozen=True)
class DocumentLine:
    """A document in a list. `scenario_title` is "" without a scenario."""

    id: int
    filename: str
    size: int
    status: str
    stage: str
    progress: int
    scenario_id: int | None
    scenario_title: str
    created_at: datetime

    @property
    def status_label(self) -> str:
        return str(DocumentStatus(self.status).label)

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label) if self.stage else ""


def require_author(user: User) -> None:
    """Raises NotAllowed for students."""
    if not may_make_scenarios(user):
        raise NotAllowed("Only professors can upload case studies.")


@cache_user_query("documents")
def document_page(user_id: int, number: int = 1, size: int = PAGE_SIZE) -> Page[DocumentLine]:
    """The newest first; the last page for a number beyond it."""
    return page_of(Document.objects.filter(owner_id=user_id), number, size, partial(_lines, user_id))


@cache_user_query("documents_without_scenario")
def documents_without_scenario(user_id: int, limit: int) -> tuple[DocumentLine, ...]:
    """What is being read, could not be read, or has lost its scenario; the newest first."""
    return _lines(user_id, Document.objects.filter(owner_id=user_id, scenario=None)[:limit])


def has_lost_documents(user_id: int) -> bool:
    """Whether an analysis seems to have been given up: its worker has died, or nobody has ever taken it up."""
    return any(seems_lost(status, heard_at) for status, heard_at in _unfinished(user_id))


def get_own_document(owner: User, pk: int) -> Document:
    """With its context files. Raises NotAllowed for students, NotFound for what is unknown or somebody else's."""
    require_author(owner)
    document = _document(owner.pk, pk)
    if document is None:
        raise NotFound
    return document


def get_own_context_file(owner: User, document_pk: int, pk: int) -> ContextFile:
    """Raises like `get_own_document`."""
    for piece in get_own_document(owner, document_pk).context_files.all():
        if piece.pk == pk:
            return piece
    raise NotFound


def watch(document: Document) -> Watched:
    """Of a finished analysis the scenario as it is now; of a failed one nothing, as nothing was saved."""
    scenario = scenario_with_parts(document.scenario_id) if document.scenario_id else None
    if scenario is not None:
        return Watched(of_scenario(scenario))
    if document.status == DocumentStatus.FAILED:
        return Watched(Outline())
    events = event_log(document.pk).read()
    return Watched(gather(events), events[-1].id if events else "")


@cache_user_query("document")
def _document(user_id: int, document_id: int) -> Document | None:
    own = Document.objects.filter(owner_id=user_id, pk=document_id)
    return own.prefetch_related("context_files").first()


@cache_user_query("unfinished_documents")
def _unfinished(user_id: int) -> tuple[tuple[str, datetime], ...]:
    """Status and last sign of life. What that means depends on the time, and is judged by those who ask."""
    finished = (DocumentStatus.DONE, DocumentStatus.FAILED)
    unfinished = Document.objects.filter(owner_id=user_id).exclude(status__in=finished)
    return tuple(unfinished.order_by().values_list("status", "heard_at"))


def _lines(user_id: int, documents: QuerySet[Document]) -> tuple[DocumentLine, ...]:
    rows = list(documents.values(*COLUMNS))
    # By the owner too, so that many of them still rest on nobody else's.
    scenarios = Scenario.objects.filter(owner_id=user_id, pk__in=[row["scenario_id"] for row in rows])
    titles = dict(scenarios.order_by().values_list("pk", "title"))
    return tuple(DocumentLine(**row, scenario_title=titles.get(row["scenario_id"], "")) for row in rows)
