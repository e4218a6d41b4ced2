"""What the AI gets to read: the texts of a document and its context files, cut to what a provider can take.

Nothing is left out silently: every cut leaves a note for the owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platform_app.analysis.reading import ReadText, read_document
from platform_app.errors import DocumentUnreadable
from platform_app.models import ContextFile, Document

# About 30,000 tokens of English for the case and half of that for all context files together: well within the window
# of current models, with room for the answer. A case of 40 pages fits whole.
CASE_CHARACTERS = 120_000
CONTEXT_CHARACTERS = 60_000


@dataclass(frozen=True)
class Piece:
    name: str
    text: str


@dataclass(frozen=True)
class Material:
    """`case` and `context` are for the AI; `whole_case` is the full text, which the scenario keeps."""

    case: str
    context: tuple[Piece, ...]
    whole_case: str
    notes: tuple[str, ...] = ()


def read_material(document: Document) -> Material:
    """Reads the stored files. Raises DocumentUnreadable, naming the file if it is one of several."""
    with document.file.open("rb") as file:
        case = read_document(document.filename, file.read())
    return prepare(case, [_read_context(piece) for piece in document.context_files.order_by("pk")])


def prepare(case: ReadText, context: Sequence[Piece]) -> Material:
    notes: list[str] = []
    share = CONTEXT_CHARACTERS // max(len(context), 1)
    return Material(
        case=_cut("the case study", case.text, CASE_CHARACTERS, notes),
        context=tuple(
            Piece(piece.name, _cut(f"“{piece.name}”", piece.text, share, notes)) for piece in context
        ),
        whole_case=case.text,
        notes=tuple(notes),
    )


def _read_context(piece: ContextFile) -> Piece:
    try:
        with piece.file.open("rb") as file:
            return Piece(piece.filename, read_document(piece.filename, file.read()).text)
    except DocumentUnreadable as error:
        raise DocumentUnreadable(f"“{piece.filename}”: {error.detail}") from error


def _cut(what: str, text: str, limit: int, notes: list[str]) -> str:
    """The beginning of a text, up to the end of a paragraph if there is one near."""
    if len(text) <= limit:
        return text
    end = text.rfind("\n\n", limit - limit // 10, limit)
    kept = text[: end if end > 0 else limit].rstrip()
    notes.append(
        f"The AI read only the first {len(kept):,} of {len(text):,} characters of {what}; it cannot take more at once. "
        "What comes later did not shape this draft."
    )
    return kept
