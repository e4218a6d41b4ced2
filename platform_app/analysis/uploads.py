"""The cheap checks of all files of one upload, before any of them is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile

from platform_app.analysis.filenames import display_name
from platform_app.analysis.reading import ReadingLimits, check_upload, refusals
from platform_app.errors import DocumentUnreadable, FieldError, InvalidInput

MAX_FILE_BYTES = ReadingLimits().max_bytes
MAX_PAGES = ReadingLimits().max_pages
MAX_CONTEXT_FILES = 10
MAX_CONTEXT_BYTES = 40 * 2**20


@dataclass(frozen=True)
class Accepted:
    """`filename` is what to show; `kind` is "pdf", "docx", "txt" or "md"."""

    filename: str
    kind: str
    data: bytes


def accept(file: UploadedFile, context_files: Sequence[UploadedFile]) -> tuple[Accepted, list[Accepted]]:
    """The case study and its context files, read into memory.

    Raises DocumentUnreadable with a complaint for every file that is refused, InvalidInput if they are too many.
    """
    _check_amount(context_files)
    accepted: list[Accepted] = []
    complaints: list[FieldError] = []
    for attr, candidate in [("file", file), *(("context_files", one) for one in context_files)]:
        try:
            accepted.append(_accept_one(candidate))
        except DocumentUnreadable as error:
            sentence = (
                error.detail if attr == "file" else f"“{display_name(candidate.name or '')}”: {error.detail}"
            )
            complaints.append(FieldError(attr, "unreadable", sentence))
    if complaints:
        raise DocumentUnreadable(complaints[0].detail, errors=complaints)
    return accepted[0], accepted[1:]


def _check_amount(context_files: Sequence[UploadedFile]) -> None:
    size = sum(file.size or 0 for file in context_files)
    if len(context_files) > MAX_CONTEXT_FILES:
        sentence = f"These are {len(context_files)} context files; {MAX_CONTEXT_FILES} are allowed."
        raise InvalidInput(sentence, errors=[FieldError("context_files", "too_many", sentence)])
    if size > MAX_CONTEXT_BYTES:
        sentence = f"The context files have {size / 2**20:.1f} MB together; {MAX_CONTEXT_BYTES // 2**20} MB are allowed."
        raise InvalidInput(sentence, errors=[FieldError("context_files", "too_large", sentence)])


def _accept_one(file: UploadedFile) -> Accepted:
    size = file.size or 0
    if size > MAX_FILE_BYTES:
        # Before it is read: a large upload lies on the disk and must not get into memory.
        raise DocumentUnreadable(refusals.too_large(size, MAX_FILE_BYTES))
    filename = display_name(file.name or "")
    data = file.read()
    return Accepted(filename, check_upload(filename, data), data)
